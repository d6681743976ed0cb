"""Rules about time: planned when what they hang on is known, looked at again when their hour has come.

Of a rule one timer waits in a case, that of its next moment. What was missed while nobody looked is left out, so a rule
that was held up acts once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from core.bus.deed import Deed
from core.cases.anchors import anchor_of
from core.cases.contents import put_off
from core.cases.stages import calendar_of, compiled_of
from core.cases.tables import case
from core.commands.cases import PlanRules, RunRule, StopRules
from core.commands.command import Command
from core.contracts.service import effective_since
from core.engine.flow import At, Rule
from core.engine.machine import CompiledFlow
from core.engine.moments import Anchor, next_step
from core.events.event import Event
from core.events.pauses import LimitPaused, LimitResumed
from core.events.rules import RuleDue, RuleStopped
from core.ledger import timers
from core.ledger.tables import timer
from core.reactions import courses
from core.store.locks import case_key
from core.store.sealing import Row
from core.store.unit import UnitOfWork

STEP: Final = "#"  # between what a planned rule hangs on and which of its moments it is


@dataclass(frozen=True, slots=True)
class Planned:
    """A rule about time in one case; ``anchor`` is None while it is unknown."""

    rule: Rule
    at: At
    anchor: Anchor | None
    row: Row

    @property
    def key(self) -> str:
        """Of its timer."""
        return f"{_keys(self.row['id'])}{self.rule.key}:{None if self.anchor is None else self.anchor.text}"

    @property
    def waits(self) -> bool:
        """Whether it may act while the case is where it is."""
        here = not self.at.in_stages or self.row["stage"] in self.at.in_stages
        return here and (self.row["state"] == "open" or self.at.after_end)


def plan_rules(command: PlanRules, deed: Deed) -> None:
    """Plan every time-based rule whose anchor is known; what was planned for this anchor before is left alone. Of a
    case that has ended only what goes on after its end."""
    row = deed.uow.get(case, command.case_id)
    timed = [
        (rule, at)
        for rule, at in compiled_of(deed, row).timed
        if (not command.anchors or at.anchor in command.anchors) and (row["state"] == "open" or at.after_end)
    ]
    waiting = _waiting(row, deed.uow) if timed else {}
    for rule, at in timed:
        _plan(_planned(rule, at, row, deed), deed, waiting)


def run_rule(command: RunRule, deed: Deed) -> None:
    """A timer's command: look at the truth again. A case that has ended or is elsewhere, a changed anchor, a rule that
    was stopped and a version of the flow without this rule make it a no-op."""
    row = deed.uow.get(case, command.case_id)
    found = next((each for each in compiled_of(deed, row).timed if each[0].key == command.rule), None)
    if found is None:
        return
    planned = _planned(*found, row, deed)
    text, _, step = command.anchor.partition(STEP)
    if planned.anchor is None or planned.anchor.text != text or not planned.waits:
        return
    if not planned.at.has_course:
        deed.emit(RuleDue(case_id=row["id"], rule=command.rule, anchor=command.anchor))
        return
    course = courses.course_of(planned.rule, planned.at, planned.anchor, row, deed)
    if not step or step in course.done or course.over:
        return
    courses.note(planned.rule, planned.anchor, step, row, deed)
    deed.emit(RuleDue(case_id=row["id"], rule=command.rule, anchor=f"{planned.anchor.stay}{STEP}{step}"))
    _plan(planned, deed, {})


def by_event(event: Event, deed: Deed) -> Iterator[Command]:
    """Rules that stop at such an event. One about a case stops those of that case; one about a client that names no
    case stops those of all his cases, also of what goes on after their end: those are locked at once, as each that was
    found alone would let the unit begin again."""
    kind = type(event).__name__
    rows = [row for row in _concerned(event, deed) if stops(kind, compiled_of(deed, row), row, deed.uow)]
    deed.uow.need(*(case_key(row["id"]) for row in rows))
    for row in rows:
        yield StopRules(case_id=row["id"], event=kind)


def stops(kind: str, compiled: CompiledFlow, row: Row, uow: UnitOfWork) -> bool:
    """Whether a rule waits in this case that such an event stops, or a content of one for the morning."""
    rules = compiled.stopped_by.get(kind)
    return rules is not None and any(rule.key in _waiting(row, uow) or put_off(uow, row, rule) for rule, _ in rules)


def stop_rules(command: StopRules, deed: Deed) -> None:
    """Those that wait; a rule that waits for nothing more, or not yet, is not stopped."""
    row = deed.uow.get(case, command.case_id)
    waiting = _waiting(row, deed.uow)
    for rule, at in compiled_of(deed, row).stopped_by.get(command.event, ()):
        planned = _planned(rule, at, row, deed)
        keys = put_off(deed.uow, row, rule)
        if rule.key in waiting:
            keys.append(waiting[rule.key])
        if keys and planned.anchor is not None:
            for key in keys:
                timers.cancel_key(deed.uow, key)
            courses.stop(rule, planned.anchor, command.event, row, deed)
            deed.emit(RuleStopped(case_id=row["id"], rule=rule.key, by=command.event))


def plan_by_new_hours(row: Row, was: Row, deed: Deed) -> None:
    """The calendar or a table was changed, and limit and dates of the case may have moved; `was`: the case before. What
    waits is planned anew, what has acted for an anchor that stays does not act again. One that waited and whose new
    moment has gone by acts at once."""
    waited = _take_back(row, deed)
    for rule, at in compiled_of(deed, row).timed:
        planned, before = _planned(rule, at, row, deed), _planned(rule, at, was, deed)
        if rule.key in waited or planned.key != before.key:
            _plan(planned, deed, {}, waited=waited.get(rule.key))


def plan_by_new_flow(row: Row, deed: Deed) -> None:
    """The case is on another version of its flow: what its rules had planned is taken back and planned anew by the
    rules that it has now. One that has acted for an anchor that stays does not act again; one that waited under the
    same key and whose new moment has gone by acts at once."""
    waited = _take_back(row, deed)
    for rule, at in compiled_of(deed, row).timed:
        _plan(_planned(rule, at, row, deed), deed, {}, waited=waited.get(rule.key))


def plan_while_paused(event: LimitPaused, deed: Deed) -> Iterator[Command]:
    """The timers of the stage were taken back with its limit. Rules that hang on the entry alone go on."""
    yield PlanRules(case_id=event.case_id or 0, anchors=("stage.entered",))


def plan_after_pause(event: LimitResumed, deed: Deed) -> Iterable[Command]:
    """The stage's limit goes on: rules that hang on it wait for it again. One that waited when the limit stopped, and
    whose moment has gone by meanwhile, acts at once."""
    row = deed.uow.get(case, event.case_id or 0)
    waiting = _waiting(row, deed.uow)
    for rule, at in compiled_of(deed, row).timed:
        if at.anchor.startswith("stage."):
            _plan(_planned(rule, at, row, deed), deed, waiting, waited=_stood_still(rule, row, deed))
    return ()


def _stood_still(rule: Rule, row: Row, deed: Deed) -> str | None:
    """The moment for which it has waited in this stage, if it never acted there; empty: its only one."""
    mine = timer.c.key.startswith(f"{_keys(row['id'])}{rule.key}:", autoescape=True)
    found = deed.uow.find(timer, mine, timer.c.due > row["entered_at"], case_id=row["id"], scope="stage")
    states = {each["state"] for each in found}
    if "cancelled" not in states or states & {"fired", "dead", "waiting"}:
        return None
    return str(found[-1]["command"]["args"]["anchor"].partition(STEP)[2])


def _concerned(event: Event, deed: Deed) -> list[Row]:
    if event.case_id is not None:
        row = deed.uow.get(case, event.case_id)
        return [row] if row["opened_at"] < deed.now else []  # what comes with its opening stops nothing in it
    client_id = getattr(event, "client_id", None)
    return [] if client_id is None else deed.uow.find(case, client_id=client_id)


def rule_in(key: str) -> str:
    """The rule whose timer has this key."""
    return key.split(":", 3)[2]


def _keys(case_id: int) -> str:
    return f"rule:{case_id}:"


def _planned(rule: Rule, at: At, row: Row, deed: Deed) -> Planned:
    compiled = compiled_of(deed, row)
    effective = effective_since(deed.uow, row) if at.anchor == "contract.effective" else None
    return Planned(rule, at, anchor_of(at, compiled.flow, row, effective, calendar_of(deed, compiled)), row)


def _timers(row: Row, uow: UnitOfWork) -> list[Row]:
    mine = timer.c.key.startswith(_keys(row["id"]), autoescape=True)
    return uow.find(timer, mine, case_id=row["id"], state="waiting")


def _waiting(row: Row, uow: UnitOfWork) -> Mapping[str, str]:
    """Keys of the timers that wait, by their rule."""
    return {rule_in(each["key"]): each["key"] for each in _timers(row, uow)}


def _take_back(row: Row, deed: Deed) -> Mapping[str, str]:
    """Cancels what waits. Returns which moment of which rule it was."""
    waits = _timers(row, deed.uow)
    for each in waits:
        timers.cancel_key(deed.uow, each["key"])
    return {rule_in(each["key"]): each["command"]["args"]["anchor"].partition(STEP)[2] for each in waits}


def _plan(planned: Planned, deed: Deed, waiting: Mapping[str, str], *, waited: str | None = None) -> None:
    """``waiting``: keys of timers by their rule. ``waited``: which of its moments waited until now; empty: its only
    one."""
    rule, at, row, key = planned.rule, planned.at, planned.row, planned.key
    goes_on = planned.anchor is not None and planned.waits
    if goes_on and waiting.get(rule.key) == key:
        return
    if rule.key in waiting:
        timers.cancel_key(deed.uow, waiting[rule.key])
    if planned.anchor is None or not planned.waits:
        return
    course = courses.course_of(rule, at, planned.anchor, row, deed)
    calendar = calendar_of(deed, compiled_of(deed, row))
    held = None if waited is None else waited or at.step(at.moments[0])
    found = None if course.over else next_step(at, planned.anchor, calendar, deed.now, course.done, held)
    if found is None or _has_acted(at, key, deed):
        return
    step, due = found
    text = f"{planned.anchor.text}{STEP}{step}" if at.has_course else planned.anchor.text
    scope = "stage" if at.anchor.startswith("stage.") else f"rule:{rule.key}"
    command = RunRule(case_id=row["id"], rule=rule.key, anchor=text)
    timers.plan(deed.uow, key, due, command, case_id=row["id"], scope=scope)


def _has_acted(at: At, key: str, deed: Deed) -> bool:
    """A rule with one moment, for what it hangs on now: its timer has fired. The others have a course."""
    return not at.has_course and deed.uow.first(timer, timer.c.key == key, timer.c.state != "cancelled") is not None
