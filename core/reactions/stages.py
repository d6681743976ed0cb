"""What follows from a stage: the staff's card with the next steps, the client's progress, the plans of its rules."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from core.bus.deed import Deed
from core.cases.pausing import paused_since
from core.cases.rounds import low_mean
from core.cases.stages import compiled_of
from core.cases.tables import case, stage_span
from core.cases.team import who
from core.commands.approvals import OfferOverride
from core.commands.cases import AdvanceCase, EndPause, FollowPlace, OpenForm, PlanRules, SetFields, SetSubstate
from core.commands.command import Command
from core.commands.handovers import OpenHandover
from core.commands.sending_back import OfferSendBack
from core.commands.work import Notify, RedrawCard, StartDialog
from core.engine.checklist import required_names
from core.engine.facts import FIELD_PREFIX
from core.engine.flow import Flow, Stage, Transition
from core.engine.machine import CompiledFlow
from core.events.calendars import LimitMoved
from core.events.happened import (
    CaseClosed,
    ChecklistCompleted,
    DocumentApproved,
    DocumentSubmitted,
    FieldSet,
    FormAsked,
    RoleAssigned,
    StageEntered,
    StageLeft,
    SubstateSet,
)
from core.events.lapsing import DocumentLapsed, DocumentRestored
from core.events.pauses import LimitPaused, LimitResumed
from core.events.today import DayWorkedOut
from core.kit.words import said
from core.ledger.buttons import close_card, offer
from core.ledger.tables import button
from core.reactions.answers import yes_or_no
from core.reactions.client_steps import ask_client, spans_left, with_steps
from core.staff.delegation import deputies
from core.store.reading import Lookup
from core.store.sealing import Row

DECIDE = said("button.decide_alone")
_PLACE: Final = frozenset({"case.stage", "case.substate", "case.outcome"})


def stage_card(lookup: Lookup, case_id: int) -> str | None:
    """The key of the staff's card of the stage where the case is now."""
    span = lookup.first(stage_span, case_id=case_id, left=None)
    return None if span is None else f"stage:{span['id']}"


def give_work(event: StageEntered, deed: Deed) -> Iterator[Command]:
    """Everybody who can take a step out of this stage gets its card with his own buttons."""
    row = deed.uow.get(case, event.case_id or 0)
    flow = compiled_of(deed, row).flow
    stage = flow.stage(event.stage)
    card = stage_card(deed.uow, row["id"])
    yield PlanRules(case_id=row["id"])
    if row["state"] != "open" or card is None:
        return
    low = _low_mean(row, deed)
    for person, buttons in work_of(flow, stage, row, deed).items():
        told = stage_notice(row, stage, card, person, buttons, event.reason)
        yield told if low is None else told.model_copy(update={"params": {**told.params, "mean": low}})


def _low_mean(row: Row, deed: Deed) -> dict[str, Any] | None:
    """That experts gave too few points in the stage that was left, in words."""
    left = deed.uow.find(stage_span, stage_span.c.case_id == row["id"], stage_span.c.left.is_not(None))
    low = low_mean(deed.uow, left[-1]["id"]) if left else None
    return None if low is None else said("approval.low_mean", mean=low[0], least=low[1])


def stage_notice(
    row: Row, stage: Stage, card: str, person: int, buttons: list[dict[str, object]], reason: str = ""
) -> Notify:
    """`reason`: why the case came here, in the words of whoever sent it."""
    return Notify(
        to="staff",
        person_id=person,
        notice="stage_work",
        subject={"case": row["id"]},
        params={"stage": stage.key, "reason": reason},
        card=card,
        buttons=tuple(buttons),
    )


def follow_place(event: StageEntered | SubstateSet, deed: Deed) -> Iterator[Command]:
    """What is asked for may hang on where the case is: the checklist follows before anybody is told."""
    if event.case_id is not None and required_names(compiled_of(deed, deed.uow.get(case, event.case_id))) & _PLACE:
        yield FollowPlace(case_id=event.case_id)


def tell_stage(event: StageEntered, deed: Deed) -> Iterator[Command]:
    """The client hears of every stage that he sees, and of a new sub-status by a step that keeps it; of the first one
    the flow's own welcome tells, and what goes on inside a stage (a review that sends back) is none of his."""
    row = deed.uow.get(case, event.case_id or 0)
    flow = compiled_of(deed, row).flow
    left = deed.uow.find(stage_span, stage_span.c.case_id == row["id"], stage_span.c.left.is_not(None))
    known = {stage.key for stage in flow.stages}  # one that was left on another version may be called otherwise here
    came_from = flow.shown(left[-1]["stage"]).key if left and left[-1]["stage"] in known else None
    if event.trigger and flow.shown(event.stage).key == event.stage != came_from:
        told = Notify(
            to="client",
            person_id=row["client_id"],
            notice="stage",
            subject={"case": row["id"]},
            params={"stage": event.stage, "substate": event.substate},
        )
        yield with_steps(told, row, deed)
    elif left and left[-1]["stage"] == event.stage == came_from and event.substate not in (None, event.before):
        yield _substate_told(row, event, deed)
    else:
        yield from ask_client(row, deed)


def tell_substate(event: SubstateSet, deed: Deed) -> Iterator[Command]:
    """Each push reaches the client once."""
    yield _substate_told(deed.uow.get(case, event.case_id or 0), event, deed)


def _substate_told(row: Row, event: StageEntered | SubstateSet, deed: Deed) -> Notify:
    told = Notify(
        to="client",
        person_id=row["client_id"],
        notice="substate",
        subject={"case": row["id"]},
        params={"stage": event.stage, "substate": event.substate},
    )
    return with_steps(told, row, deed)


def close_work(event: StageLeft, deed: Deed) -> Iterator[Command]:
    """The card of a stage that was left keeps no button that could be pressed."""
    for span in spans_left(event, deed)[-1:]:
        by = deed.actor if deed.actor.kind == "staff" else None
        moved = {"settled_at": deed.now, "settled_kind": "staff", "settled_by": by.id} if by is not None else None
        close_card(deed.uow, f"stage:{span['id']}", moved)
        yield RedrawCard(card=f"stage:{span['id']}")


def move_work(event: RoleAssigned, deed: Deed) -> Iterator[Command]:
    """The card of the stage follows its people: who came gets it, who went keeps one without buttons."""
    row, card = deed.uow.get(case, event.case_id or 0), stage_card(deed.uow, event.case_id or 0)
    if row["state"] != "open" or card is None or event.staff_id == event.before:
        return
    flow = compiled_of(deed, row).flow
    stage = flow.stage(row["stage"])
    work = work_of(flow, stage, row, deed)
    holders = {each["for_id"] for each in deed.uow.find(button, card=card, state="open")}
    moved = {event.staff_id, event.before, *(holders - work.keys())} - {None}
    moved |= set(deputies(deed.uow, event.staff_id, (event.role,), deed.now))
    if event.way:  # found by a rule, perhaps before the card went out: whoever has all that he can press keeps it
        moved = {person for person in moved if _pressable(card, person, deed) != _commands(work.get(person, ()))}
    for person in moved & holders:
        deed.uow.update_where(
            button, button.c.card == card, button.c.state == "open", button.c.for_id == person, state="closed"
        )
    yield RedrawCard(card=card)
    for person in sorted(moved & work.keys()):
        yield stage_notice(row, stage, card, person, work[person])


def _pressable(card: str, person: int, deed: Deed) -> list[object]:
    return _commands(deed.uow.find(button, card=card, state="open", for_id=person))


def _commands(buttons: Sequence[Mapping[str, object]]) -> list[object]:
    return [each["command"] for each in buttons]


def redraw_work(
    event: SubstateSet
    | FieldSet
    | DayWorkedOut
    | ChecklistCompleted
    | DocumentApproved
    | DocumentLapsed
    | DocumentRestored
    | LimitMoved
    | LimitPaused
    | LimitResumed,
    deed: Deed,
) -> Iterator[Command]:
    card = stage_card(deed.uow, event.case_id or 0)
    if card is not None:
        yield RedrawCard(card=card)


def client_has_sent(event: DocumentSubmitted, deed: Deed) -> Iterator[Command]:
    """By a page too, which is no message: what was waited for has come."""
    if deed.actor.kind == "client" and paused_since(deed.uow.get(case, event.case_id or 0)) is not None:
        yield EndPause(case_id=event.case_id or 0)


def plan_again(event: FieldSet | DayWorkedOut, deed: Deed) -> Iterator[Command]:
    """Rules that hang on one of these fields."""
    if event.case_id is not None:
        timed = compiled_of(deed, deed.uow.get(case, event.case_id)).timed
        anchors = {FIELD_PREFIX + field for field in event.fields} & {at.anchor for _, at in timed}
        if anchors:
            yield PlanRules(case_id=event.case_id, anchors=tuple(sorted(anchors)))


def ask_form(event: FormAsked, deed: Deed) -> Iterator[Command]:
    dialog = {"kind": "form", "case": event.case_id, "trigger": event.trigger, "fields": list(event.fields)}
    flow = compiled_of(deed, deed.uow.get(case, event.case_id or 0)).flow
    buttons = tuple(yes_or_no(flow, event.case_id or 0, event.fields))
    yield StartDialog(to="staff", person_id=event.staff_id, dialog=dialog, buttons=buttons)


def forget_case(event: CaseClosed, deed: Deed) -> Iterator[Command]:
    card = stage_card(deed.uow, event.case_id or 0)
    if card is not None:
        yield RedrawCard(card=card)


def work_of(flow: Flow, stage: Stage, row: Row, deed: Deed) -> dict[int, list[dict[str, object]]]:
    """Person -> the buttons that his roles give him, and the stage's owner in any case."""
    found: dict[int, list[dict[str, object]]] = {}
    compiled = compiled_of(deed, row)
    machine = compiled.machine
    back = machine.steps_back(stage.key)
    for owner in _doing(stage.owner, row, deed):
        found[owner] = [*_handover(stage, row), *_ticks(flow, stage, row), *_substates(flow, stage, row)]
    by_handover = () if stage.handover is None else stage.handover.steps
    for transition in flow.transitions:
        if stage.key not in transition.from_stages or not transition.button or transition.key in by_handover:
            continue
        if machine.ruled_out(transition.key, {"case.substate": row["substate"]}):
            continue  # the state was set on arrival and stays; what else a guard wants may still come
        people = {each for role in transition.by if role in row["team"] for each in _doing(role, row, deed)}
        for person in sorted(people):
            found.setdefault(person, []).append(_step(compiled, stage, transition, row, back=transition in back))
    if stage.approval is not None:
        alone = offer(OfferOverride(case_id=row["id"], stage=stage.key), DECIDE, keeps=True)
        roles = [role for role in stage.approval.override if role in row["team"]]
        for person in sorted({each for role in roles for each in _doing(role, row, deed)}):
            found.setdefault(person, []).append(alone)
    return found


def _doing(role: str, row: Row, deed: Deed) -> list[int]:
    """Who does this role's work on the case, and whoever stands in for him."""
    person = who(deed.uow, row["id"], role)
    return [] if person is None else [person, *deputies(deed.uow, person, (role,), deed.now)]


def _handover(stage: Stage, row: Row) -> list[dict[str, object]]:
    if stage.handover is None:
        return []
    return [
        offer(OpenHandover(case_id=row["id"], stage=stage.key), said("button.offer_handover"), "primary", keeps=True)
    ]


def _step(compiled: CompiledFlow, stage: Stage, transition: Transition, row: Row, *, back: bool) -> dict[str, object]:
    if back:
        remark = OfferSendBack(case_id=row["id"], to=transition.to, stage=stage.key)
        return offer(remark, transition.label, "plain", keeps=True)
    if compiled.asks(transition, stage.key) or transition.key == "ask_supplement":
        form = OpenForm(case_id=row["id"], trigger=transition.key, stage=stage.key)
        return offer(form, transition.label, "plain", keeps=True)
    advance = AdvanceCase(case_id=row["id"], trigger=transition.key, stage=stage.key)
    return offer(advance, transition.label, "plain" if transition.outcome == "refused" else "primary")


def _ticks(flow: Flow, stage: Stage, row: Row) -> list[dict[str, object]]:
    fields = [flow.field(key) for key in stage.exit_form]
    return [
        offer(SetFields(case_id=row["id"], fields={field.key: True}), field.name, keeps=True)
        for field in fields
        if field.type == "bool" and row["fields"].get(field.key) is not True
    ]


def _substates(flow: Flow, stage: Stage, row: Row) -> list[dict[str, object]]:
    """The states that a person sets by hand; each push reaches the client."""
    return [
        offer(SetSubstate(case_id=row["id"], substate=each.key, stage=stage.key), each.name, keeps=True)
        for each in flow.free_substates(stage.key)
    ]
