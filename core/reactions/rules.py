"""The flow's own rules: on an event or at a moment, if the condition holds, the actions become commands."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from core.actions.registry import commands_of
from core.actions.situation import Situation
from core.bus.deed import Deed, Outcome
from core.cases.anchors import anchor_of
from core.cases.stages import calendar_of, compiled_of
from core.cases.tables import case
from core.cases.team import who
from core.commands.cases import PlanRules, RunRule
from core.commands.command import Command
from core.engine.conditions import Verdict
from core.engine.flow import At, Rule
from core.engine.machine import CompiledFlow
from core.engine.moments import moment
from core.engine.sayings import in_both, refusal_words
from core.engine.text import Words
from core.events.children import ChildOpened
from core.events.event import Event
from core.events.gag import NoticeHeld
from core.events.happened import NotReachable, RoleAssigned
from core.events.hooks import WebhookAsked
from core.events.pauses import LimitResumed
from core.events.rules import Did, RuleDue, RuleRan
from core.events.sharing import RoleKept, RoleUnfilled
from core.ledger import timers
from core.ledger.tables import timer
from core.reactions import fuse
from core.store.sealing import Row

MOST_REASONS = 10  # sentences of one run that are kept ...
MOST_OF_REASON = 300  # ... and characters of each


def people_first(event: Event, deed: Deed) -> Iterator[Command]:
    """Rules that do nothing but find people for roles: before anything else follows from the event, so that work is
    handed to whoever is found and not to somebody who held the place."""
    yield from _on(event, deed, finds_people=True)


def on_event(event: Event, deed: Deed) -> Iterator[Command]:
    """Every other rule of the case's flow that waits for this kind of event, in the order in which the flow names
    them."""
    yield from _on(event, deed, finds_people=False)


def _on(event: Event, deed: Deed, *, finds_people: bool) -> Iterator[Command]:
    if event.case_id is None:
        return
    row = deed.uow.get(case, event.case_id)
    compiled = compiled_of(deed, row)
    for rule in compiled.rules_on.get(type(event).__name__, ()):
        if all(call.action == "assign" for call in rule.then) is not finds_people:
            continue
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


def plan_by_new_hours(row: Row, was: Row, deed: Deed) -> None:
    """The calendar or a table was changed, and limit and dates of the case may have moved; `was`: the case before. What
    waits is planned anew, what has acted for an anchor that stays does not act again. One that waited and whose new
    moment has gone by acts at once."""
    compiled = compiled_of(deed, row)
    for rule in compiled.flow.rules:
        if rule.at is not None:
            before = anchor_of(rule.at, was)
            key = _key(rule, row, before)
            waits = deed.uow.first(timer, timer.c.key == key, timer.c.state == "waiting")
            if waits is not None:
                timers.cancel_key(deed.uow, key)
            if waits is not None or before != anchor_of(rule.at, row):
                _plan(rule, rule.at, row, compiled, deed, waited=waits is not None)


def plan_after_pause(event: LimitResumed, deed: Deed) -> Iterable[Command]:
    """The stage's limit goes on: rules that hang on it wait for it again. One that waited when the limit stopped, and
    whose moment has gone by meanwhile, acts at once."""
    row = deed.uow.get(case, event.case_id or 0)
    compiled = compiled_of(deed, row)
    for rule in compiled.flow.rules:
        if rule.at is not None and rule.at.anchor == "stage.due":
            _plan(rule, rule.at, row, compiled, deed, waited=_stopped(rule, row, deed))
    return ()


def _stopped(rule: Rule, row: Row, deed: Deed) -> bool:
    """Whether it has waited in this stage, and never acted."""
    mine = timer.c.key.startswith(f"rule:{row['id']}:{rule.key}:", autoescape=True)
    found = deed.uow.find(timer, mine, timer.c.due > row["entered_at"], case_id=row["id"], scope="stage")
    states = {each["state"] for each in found}
    return "cancelled" in states and not states & {"fired", "dead"}


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
    planned = moment(at, row["due"] if at.anchor == "stage.due" else date.fromisoformat(anchor), calendar)
    due = max(planned, deed.now) if waited else planned
    if waited or due > deed.now:
        command = RunRule(case_id=row["id"], rule=rule.key, anchor=anchor)
        timers.plan(deed.uow, key, due, command, case_id=row["id"], scope=scope)


def _run(rule: Rule, run: str, row: Row, compiled: CompiledFlow, event: Event, deed: Deed) -> Iterator[Command]:
    """Look whether it acts, act, and note both: what came of each action is known once the bus has carried it out."""
    verdict = _holds(rule, row, compiled, event, deed)
    stopped = fuse.stops(row["id"], rule.key, deed) if verdict.ok else ""
    reasons = (fuse.sentence(stopped, deed),) if stopped else verdict.unmet[:MOST_REASONS]
    acts = verdict.ok and not stopped
    did: list[Did] = []
    if acts:
        yield from _act(rule, run, row, event, deed, did)
    deed.emit(
        RuleRan(
            case_id=row["id"],
            rule=rule.key,
            acted=acts,
            set_off=type(event).__name__,
            stopped=stopped,
            reasons=tuple(_short(words) for words in reasons),
            did=tuple(did),
        )
    )


def _act(rule: Rule, run: str, row: Row, event: Event, deed: Deed, did: list[Did]) -> Iterator[Command]:
    """The actions in order; `did` gets what came of each."""
    named = {call.args["role"] for call in rule.then if isinstance(call.args.get("role"), str)}
    roles = named & set(deed.wiring.policy.roles)
    staff = {role: person for role in roles if (person := who(deed.uow, row["id"], role)) is not None}
    for position, call in enumerate(rule.then):
        situation = Situation(
            row["id"], row["client_id"], f"{run}:{position}", staff, rule=rule.key, set_off=type(event).__name__
        )
        came = []
        for command in commands_of(call.action, call.args, situation):
            yield command
            came.append(deed.came)
        did.append(_did(call.action, came, deed))


def _did(action: str, came: Sequence[Outcome], deed: Deed) -> Did:
    """The first "no" of an action's commands; else whether anything was done at all."""
    sayings = deed.tool("sayings")
    if not came:
        return Did(action=action, came="nothing", reasons=(in_both(sayings, "rules.nobody"),))
    for refusal in (each.refusal for each in came if each.refusal is not None):
        words = tuple(_short(each) for each in refusal_words(sayings, refusal)[:MOST_REASONS])
        return Did(action=action, came="refused", code=refusal.code, reasons=words)
    events = [event for each in came for event in each.events]
    for event in events:
        if isinstance(event, RoleKept | RoleUnfilled):
            return Did(action=action, came="nothing", reasons=(_short(event.why),))
        if isinstance(event, NoticeHeld):
            return Did(action=action, came="held", reasons=(_short(event.why),))
        if isinstance(event, WebhookAsked):
            return Did(action=action, came="asked", sent=event.outbox_id)
        if isinstance(event, RoleAssigned) and event.why:
            return Did(action=action, came="done", reasons=(_short(event.why),))
    if action == "start_child" and not any(isinstance(event, ChildOpened) for event in events):
        return Did(action=action, came="nothing", reasons=(in_both(sayings, "rules.no_new_child"),))
    if any(isinstance(event, NotReachable) for event in events):
        return Did(action=action, came="unreachable", reasons=(in_both(sayings, "rules.unreachable"),))
    return Did(action=action, came="done")


def _short(words: Words) -> Words:
    return {language: sentence[:MOST_OF_REASON] for language, sentence in words.items()}


def _holds(rule: Rule, row: Row, compiled: CompiledFlow, event: Event, deed: Deed) -> Verdict:
    condition = compiled.required.get(("rule", rule.key))
    if condition is None:
        return Verdict(True)
    facts = deed.facts(row, {name for name in condition.names if not name.startswith("event.")})
    said = event.model_dump(mode="json")
    facts |= {f"event.{name}": value for name, value in said.items() if f"event.{name}" in condition.names}
    return condition.check(facts)
