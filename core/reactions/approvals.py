"""What follows in an approval: a card for every seat, the step when it is decided, and help where seats are empty."""

from collections.abc import Iterator
from typing import Any, Final

from core.bus.deed import SYSTEM, Deed
from core.cases.approval_tables import approval, approval_seat
from core.cases.rounds import DECIDED, of_stay, seat_card, seats_of
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.commands.approvals import CastVote, OfferVote, OpenApproval, Reseat
from core.commands.cases import AdvanceCase
from core.commands.command import Command
from core.commands.desk import ShowCase
from core.commands.work import Notify, RedrawCard
from core.engine.sayings import refusal_words
from core.engine.spec_approvals import Approval
from core.events.approvals import ApprovalDecided, ApprovalEnded, ApprovalOpened, SeatGiven, SeatsUnfilled, VoteCast
from core.events.event import Event
from core.events.happened import StageEntered
from core.events.migrating import CaseMigrated
from core.events.staffing import MemberLeft
from core.kit.errors import NotPossibleNow, Refusal
from core.kit.words import said
from core.ledger import timers
from core.ledger.buttons import close_card, offer
from core.reactions.leads import admins_above, leads_above
from core.reactions.stages import stage_card
from core.staff.policy import role_said
from core.staff.tables import staff
from core.store.reading import Lookup
from core.store.sealing import Row

FOR, AGAINST, CASE = said("button.vote_for"), said("button.vote_against"), said("button.look_at_case")
LONGEST: Final = 2000  # characters of all reasons together


def begin(event: StageEntered | CaseMigrated, deed: Deed) -> Iterator[Command]:
    """Where people decide on the stage that the case is in now."""
    row = deed.uow.get(case, event.case_id or 0)
    if row["state"] == "open" and compiled_of(deed, row).flow.stage(row["stage"]).approval is not None:
        yield OpenApproval(case_id=row["id"], stage=row["stage"])


def give_cards(event: ApprovalOpened, deed: Deed) -> Iterator[Command]:
    round_ = deed.uow.get(approval, event.approval_id)
    for seat in seats_of(deed.uow, round_["id"]):
        yield seat_notice(round_, seat)
    yield from _stage_redrawn(round_, deed)


def give_card(event: SeatGiven, deed: Deed) -> Iterator[Command]:
    """Whoever had the seat keeps a card without buttons."""
    round_ = deed.uow.get(approval, event.approval_id)
    for seat in seats_of(deed.uow, round_["id"]):
        if seat["staff_id"] == event.staff_id:
            close_card(deed.uow, seat_card(seat["id"]))
            yield RedrawCard(card=seat_card(seat["id"]))
            yield seat_notice(round_, seat)


def tell_vote(event: VoteCast, deed: Deed) -> Iterator[Command]:
    """Every card shows how it stands; the seat's own has nothing left to press."""
    round_ = deed.uow.get(approval, event.approval_id)
    for seat in seats_of(deed.uow, round_["id"]):
        if seat["staff_id"] == event.staff_id:
            by = {"settled_at": seat["voted_at"], "settled_kind": "staff", "settled_by": seat["voted_by"]}
            close_card(deed.uow, seat_card(seat["id"]), by)
    yield from _redrawn(round_, deed)
    yield from _stage_redrawn(round_, deed)


def take_step(event: ApprovalDecided, deed: Deed) -> Iterator[Command]:
    """The cards say who decided; then the step is taken. Is it not possible, those who can settle it are told why."""
    round_ = deed.uow.get(approval, event.approval_id)
    by = {"settled_at": round_["decided_at"], "settled_kind": "staff", "settled_by": round_["decided_by"]}
    for seat in seats_of(deed.uow, round_["id"]):
        close_card(deed.uow, seat_card(seat["id"]), by)
    yield from _redrawn(round_, deed)
    row = deed.uow.get(case, round_["case_id"])
    spec = compiled_of(deed, row).flow.stage(row["stage"]).approval
    if row["stage"] != round_["stage"] or spec is None:
        return
    yield _step(row, round_, spec, deed.uow)
    if deed.came.refusal is not None:
        yield from _tell_stuck(row, round_, deed.came.refusal, deed)


def try_again(event: Event, deed: Deed) -> Iterator[Command]:
    """It is decided and the step was not possible: as soon as what happens in the case makes it so, it is taken. That
    it is stuck people were told, once."""
    row = None if event.case_id is None else deed.uow.get(case, event.case_id)
    if row is None or row["state"] != "open" or row["seated"] is not None:
        return
    compiled = compiled_of(deed, row)
    spec = compiled.flow.stage(row["stage"]).approval
    round_ = None if spec is None else of_stay(deed.uow, row)
    if spec is None or round_ is None or round_["state"] not in DECIDED:
        return
    step = _step(row, round_, spec, deed.uow)
    try:
        needs = compiled.machine.needs(step.trigger)
        compiled.machine.decide(row["stage"], step.trigger, deed.facts(row, needs, SYSTEM), SYSTEM.roles)
    except NotPossibleNow:
        return
    yield step


def _step(row: Row, round_: Row, spec: Approval, lookup: Lookup) -> AdvanceCase:
    declined = round_["state"] == "declined"
    reason = reasons_of(lookup, round_) if declined or round_["overridden"] else ""
    trigger = spec.decline if declined else spec.approve
    return AdvanceCase(case_id=row["id"], trigger=trigger, stage=row["stage"], reason=reason)


def end_cards(event: ApprovalEnded, deed: Deed) -> Iterator[Command]:
    round_ = deed.uow.get(approval, event.approval_id)
    for seat in seats_of(deed.uow, round_["id"]):
        close_card(deed.uow, seat_card(seat["id"]))
    yield from _redrawn(round_, deed)


def call_leads(event: SeatsUnfilled, deed: Deed) -> Iterator[Command]:
    """The nearest lead, else the admins, once per round and for everybody who left it."""
    role = role_said(deed.wiring.policy, event.role)
    params = {"role": role, "seats": event.seats, "filled": event.filled}
    once = f"seats:{event.approval_id}" if event.left_id is None else f"seats:{event.approval_id}:{event.left_id}"
    yield from _tell(event.case_id or 0, "approval.unfilled", params, once, deed)


def reseat(event: MemberLeft, deed: Deed) -> Iterator[Command]:
    """Every vote that he has not given is somebody else's: each case in a unit of its own, moments later."""
    for seat in deed.uow.find(approval_seat, staff_id=event.staff_id, vote=None):
        wanted = Reseat(case_id=seat["case_id"], approval_id=seat["approval_id"], staff_id=event.staff_id)
        timers.plan(deed.uow, f"reseat:{seat['id']}", deed.now, wanted, case_id=seat["case_id"], scope="approval")
    return iter(())


def seat_notice(round_: Row, seat: Row) -> Notify:
    """The card on which this seat votes; whoever stands in for its person gets one too."""
    return Notify(
        to="staff",
        person_id=seat["staff_id"],
        notice="approval",
        subject={"case": round_["case_id"], "approval": round_["id"], "seat": seat["id"]},
        as_=(round_["role"],),
        card=seat_card(seat["id"]),
        buttons=tuple(vote_buttons(round_)),
    )


def vote_buttons(round_: Row) -> list[dict[str, Any]]:
    """Sending back asks why, and where scores are asked both ask for one."""
    about = {"case_id": round_["case_id"], "approval_id": round_["id"]}
    if round_["mean"] is None:
        agree = offer(CastVote(**about, vote="for"), FOR, "primary")
    else:
        agree = offer(OfferVote(**about, vote="for"), FOR, "primary", keeps=True)
    against = offer(OfferVote(**about, vote="against"), AGAINST, "danger", keeps=True)
    return [agree, against, offer(ShowCase(case_id=round_["case_id"]), CASE, keeps=True)]


def reasons_of(lookup: Lookup, round_: Row) -> str:
    """Why it was declined, or decided alone: the words of whoever overrode; else of those who were against it, each
    with his name. A mean that was too low is told by the card of the stage, in the language of its reader."""
    if round_["overridden"]:
        return f"{_name(lookup, round_['decided_by'])}：{round_['reason']}"[:LONGEST]
    seats = seats_of(lookup, round_["id"])
    lines = [f"{_name(lookup, each['staff_id'])}：{each['words']}" for each in seats if each["vote"] == "against"]
    return "\n".join(lines)[:LONGEST]


def _name(lookup: Lookup, staff_id: int) -> str:
    member = lookup.peek(staff, staff_id)
    return "" if member is None else str(member["name"])


def _redrawn(round_: Row, deed: Deed) -> Iterator[Command]:
    for seat in seats_of(deed.uow, round_["id"]):
        yield RedrawCard(card=seat_card(seat["id"]))


def _stage_redrawn(round_: Row, deed: Deed) -> Iterator[Command]:
    card = stage_card(deed.uow, round_["case_id"])
    if card is not None:
        yield RedrawCard(card=card)


def _tell_stuck(row: Row, round_: Row, refusal: Refusal, deed: Deed) -> Iterator[Command]:
    why = refusal_words(deed.tool("sayings"), refusal)
    outcome = said(f"approval.outcome_{round_['state']}")
    once = f"stuck:{round_['id']}:{row['version']}"
    yield from _tell(row["id"], "approval.stuck", {"outcome": outcome, "reasons": list(why)}, once, deed)


def _tell(case_id: int, key: str, params: dict[str, Any], once: str, deed: Deed) -> Iterator[Command]:
    subject = deed.wiring.subjects["case"](deed.uow, case_id)
    if subject is None:
        return
    told = {"number": deed.uow.get(case, case_id)["number"], **params}
    for person in leads_above(subject, (), deed) or admins_above(subject, (), deed):
        yield Notify(
            to="staff",
            person_id=person,
            notice="say",
            subject={"case": case_id},
            params={"key": key, "params": told},
            buttons=(offer(ShowCase(case_id=case_id), CASE, keeps=True),),
            once=f"{once}:{person}",
        )
