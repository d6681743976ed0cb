"""The flow's own rules: on an event or at a moment, if the condition holds, the actions become commands."""

from collections.abc import Iterator
from datetime import date, datetime, time

from core.actions.registry import commands_of
from core.actions.situation import Situation
from core.bus.deed import Deed
from core.cases.anchors import anchor_of
from core.cases.stages import calendar_of, compiled_of
from core.cases.tables import case
from core.cases.team import who
from core.commands.cases import PlanRules, RunRule
from core.commands.command import Command
from core.engine.conditions import Verdict
from core.engine.flow import At, Rule
from core.engine.machine import CompiledFlow
from core.events.event import Event
from core.events.happened import RuleDue, RuleRan
from core.ledger import timers
from core.ledger.tables import timer
from core.store.sealing import Row

MORNING = time(9)  # when a rule about a date acts, in the calendar's zone


def on_event(event: Event, deed: Deed) -> Iterator[Command]:
    """Every rule of the case's flow that waits for this kind of event, in the order in which the flow names them."""
    if event.case_id is None:
        return
    row = deed.uow.get(case, event.case_id)
    compiled = compiled_of(deed, row)
    for rule in compiled.flow.rules:
        if rule.on == type(event).__name__:
            yield from _run(rule, f"{rule.key}:{row['id']}:{row['version']}", row, compiled, event, deed)


def at_moment(event: RuleDue, deed: Deed) -> Iterator[Command]:
    """A planned rule's hour has come and its anchor still says so."""
    row = deed.uow.get(case, event.case_id or 0)
    compiled = compiled_of(deed, row)
    rule = compiled.flow.rule(event.rule)
    yield from _run(rule, f"{rule.key}:{row['id']}:{event.anchor}", row, compiled, event, deed)


def run_rule(command: RunRule, deed: Deed) -> None:
    """A timer's command: look at the truth again; a closed case, a changed anchor or a version of the flow without
    this rule makes it a no-op."""
    row = deed.uow.get(case, command.case_id)
    at = next((each.at for each in compiled_of(deed, row).flow.rules if each.key == command.rule), None)
    if row["state"] == "open" and at is not None and anchor_of(at, row) == command.anchor:
        deed.emit(RuleDue(case_id=row["id"], rule=command.rule, anchor=command.anchor))


def plan_rules(command: PlanRules, deed: Deed) -> None:
    """Plan every time-based rule whose anchor is known; one that was planned for this anchor before is left alone."""
    row = deed.uow.get(case, command.case_id)
    if row["state"] != "open":
        return
    compiled = compiled_of(deed, row)
    for rule in compiled.flow.rules:
        if rule.at is not None:
            _plan(rule, rule.at, row, compiled, deed)


def plan_by_new_hours(row: Row, limit: datetime | None, deed: Deed) -> None:
    """The calendar was changed, and the stage's limit may have moved from `limit`: what waits is planned anew, what has
    acted for an anchor that stays does not act again. One that waited and whose new moment has gone by acts at once."""
    compiled = compiled_of(deed, row)
    for rule in compiled.flow.rules:
        if rule.at is not None:
            before = anchor_of(rule.at, row | {"due": limit})
            key = _key(rule, row, before)
            waits = deed.uow.first(timer, timer.c.key == key, timer.c.state == "waiting")
            if waits is not None:
                timers.cancel_key(deed.uow, key)
            if waits is not None or before != anchor_of(rule.at, row):
                _plan(rule, rule.at, row, compiled, deed, waited=waits is not None)


def plan_by_new_flow(row: Row, deed: Deed) -> None:
    """The case is on another version of its flow: what its rules had planned is taken back and planned anew by the
    rules that it has now. One that has acted for an anchor that stays does not act again; one that waited under the
    same key and whose new moment has gone by acts at once."""
    mine = timer.c.key.startswith(f"rule:{row['id']}:", autoescape=True)
    waits = deed.uow.find(timer, mine, case_id=row["id"], state="waiting")
    waited = {each["key"].split(":", 3)[2] for each in waits}
    for each in waits:
        timers.cancel_key(deed.uow, each["key"])
    compiled = compiled_of(deed, row)
    for rule in compiled.flow.rules:
        if rule.at is not None:
            _plan(rule, rule.at, row, compiled, deed, waited=rule.key in waited)


def _key(rule: Rule, row: Row, anchor: str | None) -> str:
    return f"rule:{row['id']}:{rule.key}:{anchor}"


def _plan(rule: Rule, at: At, row: Row, compiled: CompiledFlow, deed: Deed, *, waited: bool = False) -> None:
    anchor = anchor_of(at, row)
    scope = "stage" if at.anchor == "stage.due" else f"rule:{rule.key}"
    key = _key(rule, row, anchor)
    if deed.uow.first(timer, timer.c.key == key, timer.c.state != "cancelled") is not None:
        return  # it waits, or it has acted for this very moment
    timers.cancel_scope(deed.uow, row["id"], f"rule:{rule.key}")
    if anchor is None:
        return
    calendar = calendar_of(deed, compiled)
    if at.anchor == "stage.due":
        start = row["due"]
    else:
        start = datetime.combine(date.fromisoformat(anchor), MORNING, calendar.zone)
    due = max(calendar.add(start, at.offset), deed.now) if waited else calendar.add(start, at.offset)
    if waited or due > deed.now:
        command = RunRule(case_id=row["id"], rule=rule.key, anchor=anchor)
        timers.plan(deed.uow, key, due, command, case_id=row["id"], scope=scope)


def _run(rule: Rule, run: str, row: Row, compiled: CompiledFlow, event: Event, deed: Deed) -> Iterator[Command]:
    verdict = _holds(rule, row, compiled, event, deed)
    why = "; ".join(words["zh-CN"] for words in verdict.unmet)
    deed.emit(RuleRan(case_id=row["id"], rule=rule.key, acted=verdict.ok, why=why[:500]))
    if not verdict.ok:
        return
    roles = deed.wiring.policy.roles
    staff = {role: person for role in roles if (person := who(deed.uow, row["id"], role)) is not None}
    for position, call in enumerate(rule.then):
        situation = Situation(row["id"], row["client_id"], f"{run}:{position}", staff)
        yield from commands_of(call.action, call.args, situation)


def _holds(rule: Rule, row: Row, compiled: CompiledFlow, event: Event, deed: Deed) -> Verdict:
    condition = compiled.required.get(("rule", rule.key))
    if condition is None:
        return Verdict(True)
    facts = deed.facts(row, {name for name in condition.names if not name.startswith("event.")})
    said = event.model_dump(mode="json")
    facts |= {f"event.{name}": value for name, value in said.items() if f"event.{name}" in condition.names}
    return condition.check(facts)
