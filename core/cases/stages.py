"""Stages: a case moves only where its published flow lets it, and everything that hangs on a stage moves with it."""

from collections.abc import Collection

from core.bus.deed import Deed
from core.cases import pausing
from core.cases.handover_rows import lapse
from core.cases.rounds import end_round, refuse_unapproved
from core.cases.tables import case, stage_span
from core.commands.cases import AdvanceCase, EndPause, OpenForm, SetSubstate
from core.engine.asking import form_names, is_wanted
from core.engine.calendar import WorkingCalendar
from core.engine.facts import FIELD_PREFIX
from core.engine.flow import Stage
from core.engine.machine import CompiledFlow, Move
from core.events.happened import CaseClosed, FormAsked, StageEntered, StageLeft, SubstateSet
from core.kit.errors import NotPossibleNow, Stale
from core.ledger import timers
from core.store.sealing import Row

SUPPLEMENT = "ask_supplement"
"""The transition that a flow with a supplement loop has; its form asks for items, not for fields."""


def compiled_of(deed: Deed, row: Row) -> CompiledFlow:
    """The flow version that this case stays on."""
    found: CompiledFlow = deed.tool("catalogue").compiled(deed.uow, row["flow_version_id"])
    return found


def calendar_of(deed: Deed, compiled: CompiledFlow) -> WorkingCalendar:
    found: WorkingCalendar = deed.tool("calendars").of(deed.uow, compiled.flow.calendar)
    return found


def advance_case(command: AdvanceCase, deed: Deed) -> str:
    """Pull a trigger. Returns the new stage. Raises Stale, NotPossibleNow with reasons, NotAllowed."""
    row = deed.uow.get(case, command.case_id)
    if command.stage is not None and command.stage != row["stage"]:
        raise Stale(reason="moved", stage=row["stage"])
    _leave_to_handover(compiled_of(deed, row).flow.stage(row["stage"]), command.trigger)
    move_case(row, command.trigger, deed, command.reason)
    return str(row["stage"])


def _leave_to_handover(stage: Stage, trigger: str) -> None:
    """Raises NotPossibleNow for a step that is taken by accepting or returning a hand-over alone."""
    if stage.handover is not None and trigger in stage.handover.steps:
        raise NotPossibleNow(reason="by_handover")


def move_case(
    row: Row,
    trigger: str,
    deed: Deed,
    reason: str = "",
    *,
    roles: Collection[str] | None = None,
    giver: int | None = None,
) -> Move:
    """Decide with the machine, then write what follows from it; ``roles``: those in which it is taken, if they are not
    the actor's; ``giver``: who has prepared what goes on, if that is not the actor. Raises as advance_case."""
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    compiled = compiled_of(deed, row)
    refuse_unapproved(row, compiled.flow.stage(row["stage"]), trigger, deed)
    facts = deed.facts(row, compiled.machine.needs(trigger))
    move = compiled.machine.decide(row["stage"], trigger, facts, deed.actor.roles if roles is None else roles)
    before, span = row["substate"], leave(row, move.to, deed, compiled)
    stays = move.to == row["stage"] and compiled.flow.stage(move.to).pause is not None
    by = giver or (deed.actor.id if deed.actor.kind == "staff" else row["handed_by"])
    outcome = move.outcome or row["outcome"]
    deed.uow.change(case, row["id"], stage=move.to, substate=move.substate, outcome=outcome, handed_by=by)
    was = before if span is not None and span["stage"] == move.to else None
    enter(row, deed, compiled, trigger, reason, span if stays else None, was)
    pausing.follow(row, compiled.flow.stage(move.to), calendar_of(deed, compiled), before if stays else None, deed)
    return move


def leave(row: Row, to: str, deed: Deed, compiled: CompiledFlow) -> Row | None:
    """Close the stage's span and cancel what was planned for it. Returns the span."""
    timers.cancel_scope(deed.uow, row["id"], "stage")
    end_round(row, deed)
    if compiled.flow.stage(row["stage"]).handover is not None:
        lapse(row["id"], deed)
    span = pausing.span_of(deed.uow, row["id"])
    if span is not None:
        calendar = calendar_of(deed, compiled)
        minutes = calendar.minutes(span["entered"], deed.now)
        can_pause = compiled.flow.stage(row["stage"]).pause is not None
        paused = pausing.minutes_of(row, span, calendar, deed.now) if can_pause or span["pauses"] else None
        deed.uow.change(stage_span, span["id"], left=deed.now, minutes=minutes, paused=paused)
    deed.emit(StageLeft(case_id=row["id"], stage=row["stage"], to=to))
    return span


def enter(
    row: Row,
    deed: Deed,
    compiled: CompiledFlow,
    trigger: str,
    reason: str = "",
    goes_on: Row | None = None,
    was: str | None = None,
) -> None:
    """Start the stage's clock, say that it was entered, and close the case where the flow ends.

    `was`: the sub-status before, of a step that keeps the stage.

    `goes_on`: the stay that this one continues; its limit and its pauses stay, as else a step that keeps the stage
    would be a way round a limit that can stand still.
    """
    stage = compiled.flow.stage(row["stage"])
    if goes_on is None:
        due = calendar_of(deed, compiled).add(deed.now, stage.due) if stage.due is not None else None
        deed.uow.change(case, row["id"], entered_at=deed.now, due=due, **pausing.RUNNING)
    deed.uow.add(
        stage_span,
        case_id=row["id"],
        stage=stage.key,
        entered=deed.now,
        owner_id=row["team"].get(stage.owner),
        pauses=None if goes_on is None else goes_on["pauses"],
    )
    here = {"stage": stage.key, "substate": row["substate"], "before": was}
    deed.emit(StageEntered(case_id=row["id"], trigger=trigger, reason=reason, **here))
    if stage.final:
        deed.uow.change(case, row["id"], state="closed", closed_at=deed.now, due=None)
        timers.cancel_case(deed.uow, row["id"])
        deed.emit(CaseClosed(case_id=row["id"], outcome=row["outcome"]))


def open_form(command: OpenForm, deed: Deed) -> None:
    """Ask for the fields of a transition that are still empty; when none is, take the step. One that is not possible
    while something was answered with no asks for that again. Raises as advance_case."""
    row = deed.uow.get(case, command.case_id)
    if command.stage is not None and command.stage != row["stage"]:
        raise Stale(reason="moved", stage=row["stage"])
    compiled = compiled_of(deed, row)
    flow = compiled.flow
    if all(each.key != command.trigger for each in flow.transitions):  # the case is on another version meanwhile
        raise Stale(reason="replaced")
    _leave_to_handover(flow.stage(row["stage"]), command.trigger)
    form = compiled.asks(flow.transition(command.trigger), row["stage"])
    facts = deed.facts(row, form_names(compiled, form))
    asked = [field.key for field in form if is_wanted(compiled, field, facts)]
    wanted = tuple(key for key in asked if row["fields"].get(key) in (None, ""))
    if not wanted and command.trigger != SUPPLEMENT:
        needs = compiled.machine.needs(command.trigger)
        wanted = tuple(key for key in asked if row["fields"].get(key) is False and FIELD_PREFIX + key in needs)
        try:
            move_case(row, command.trigger, deed)
            return
        except NotPossibleNow:  # decided before anything is written
            if not wanted or row["state"] != "open":
                raise
    deed.emit(FormAsked(case_id=row["id"], staff_id=deed.actor.id, trigger=command.trigger, fields=wanted))


def set_substate(command: SetSubstate, deed: Deed) -> None:
    """Setting the same substate again changes nothing. Raises Stale, NotPossibleNow."""
    row = deed.uow.get(case, command.case_id)
    if command.stage is not None and command.stage != row["stage"]:
        raise Stale(reason="moved", stage=row["stage"])
    compiled = compiled_of(deed, row)
    stage, before = compiled.flow.stage(row["stage"]), row["substate"]
    if row["state"] != "open" or command.substate not in {choice.key for choice in stage.substates}:
        raise NotPossibleNow(reason="substate")
    if before != command.substate:
        deed.uow.change(case, row["id"], substate=command.substate)
        deed.emit(SubstateSet(case_id=row["id"], stage=row["stage"], substate=command.substate))
        pausing.follow(row, stage, calendar_of(deed, compiled), before, deed)


def end_pause(command: EndPause, deed: Deed) -> None:
    """A limit that runs, or that only people let go on, stays as it is."""
    row = deed.uow.get(case, command.case_id)
    compiled = compiled_of(deed, row)
    stage, before = compiled.flow.stage(row["stage"]), row["substate"]
    waits = stage.pause is not None and stage.pause.until == "client_writes"
    if row["state"] != "open" or not waits or pausing.paused_since(row) is None:
        return
    back = pausing.back_from(row, stage)
    deed.uow.change(case, row["id"], substate=back)
    if back is not None:
        deed.emit(SubstateSet(case_id=row["id"], stage=stage.key, substate=back))
    pausing.follow(row, stage, calendar_of(deed, compiled), before, deed)
