"""Approvals: a round is opened when its stage is entered, its seats vote, and it is decided as soon as it is certain.

A vote stands once it is cast: colleagues have seen it, and somebody who may override mends what went wrong. Whoever
stands in for a colleague gives that colleague's vote; nobody votes twice in a round, whomever he stands in for.
"""

from typing import Any

from core.bus.deed import Deed
from core.cases.approval_tables import approval, approval_seat
from core.cases.rounds import close_seats, end_round, newest, of_stay, open_one, seats_of, terms_of, votes_of
from core.cases.seating import choose, may_sit
from core.cases.stages import compiled_of
from core.cases.tables import case, stage_span
from core.commands.approvals import CastVote, GiveSeat, OfferVote, OpenApproval
from core.engine.approvals import needed, outcome
from core.engine.flow import Stage
from core.events.approvals import ApprovalDecided, ApprovalOpened, SeatGiven, SeatsUnfilled, VoteCast
from core.kit.errors import AlreadyDecided, Invalid, NotAllowed, NotFound, NotPossibleNow, Problem
from core.staff.tables import staff
from core.store.sealing import Row


def open_approval(command: OpenApproval, deed: Deed) -> int | None:
    """Returns the round's id; None when the case has gone elsewhere meanwhile, or its stage has no approval. Asking
    again changes nothing."""
    row = deed.uow.get(case, command.case_id)
    stage = compiled_of(deed, row).flow.stage(row["stage"])
    span = deed.uow.first(stage_span, case_id=row["id"], left=None)
    if row["state"] != "open" or row["stage"] != command.stage or stage.approval is None or span is None:
        return None
    there = of_stay(deed.uow, row)
    if there is not None:
        return int(there["id"])
    end_round(row, deed)  # one that an older version of the code has left open
    return _open(row, stage, span["id"], deed)


def _open(row: Row, stage: Stage, span_id: int, deed: Deed) -> int:
    spec = stage.approval
    if spec is None:
        raise NotPossibleNow(reason="no_approval")
    role = spec.by or stage.owner
    out = row["handed_by"] if spec.not_preparer else None
    people = choose(row, role, spec.seats, out, deed)
    seats = spec.seats or max(len(people), 1)
    last = newest(deed.uow, row["id"])
    earlier = deed.uow.find(approval, case_id=row["id"], stage=stage.key) if last is not None else []
    made = deed.uow.add(
        approval,
        case_id=row["id"],
        span_id=span_id,
        stage=stage.key,
        n=len(earlier) + 1,
        role=role,
        mode=spec.mode,
        seats=seats,
        needed=needed(spec, seats),
        mean=spec.mean,
        prepared_by=out,
        opened_at=deed.now,
    )
    for person in people:
        deed.uow.add(approval_seat, approval_id=made["id"], case_id=row["id"], staff_id=person)
    deed.uow.change(case, row["id"], seated=[[role, person] for person in people])
    deed.emit(ApprovalOpened(**_about(made), round=made["n"], seats=seats))
    if len(people) < seats:
        deed.emit(SeatsUnfilled(**_about(made), role=role, seats=seats, filled=len(people)))
    return int(made["id"])


def offer_vote(command: OfferVote, deed: Deed) -> Row:
    """Returns the round; the chat in which it was tapped asks for the rest. Raises as cast_vote."""
    row = deed.uow.get(case, command.case_id)
    round_ = open_one(row, command.approval_id, deed)
    if (voted := _seat(round_, deed))["vote"] is not None:
        raise _voted(voted)
    return round_


def cast_vote(command: CastVote, deed: Deed) -> int:
    """Returns the round's id. The same vote again changes nothing.

    Raises NotAllowed for whoever has no seat, prepared the work or has voted in another's name; AlreadyDecided for a
    second, other vote and when it is decided; Stale, NotPossibleNow as rounds.current; Invalid naming what is missing.
    """
    row = deed.uow.get(case, command.case_id)
    round_ = open_one(row, command.approval_id, deed)
    seat, words = _seat(round_, deed), command.words.strip()
    if seat["vote"] is not None:
        if (seat["vote"], seat["score"]) == (command.vote, command.score):
            return int(round_["id"])
        raise _voted(seat)
    _check(command, words, round_)
    given = {"vote": command.vote, "score": command.score, "words": words or None}
    deed.uow.change(approval_seat, seat["id"], **given, voted_at=deed.now, voted_by=deed.actor.id)
    told = {"staff_id": seat["staff_id"], "vote": command.vote, "score": command.score, "words": words}
    deed.emit(VoteCast(**_about(round_), **told))
    result = outcome(terms_of(round_), votes_of(seats_of(deed.uow, round_["id"])))
    if result is not None:
        settle(row, round_, result, deed)
    return int(round_["id"])


def settle(row: Row, round_: Row, result: str, deed: Deed, reason: str = "") -> None:
    """It is decided. `reason`: of whoever overrides."""
    by = {"decided_at": deed.now, "decided_by": deed.actor.id, "decided_for": deed.actor.behalf or None}
    overridden = bool(reason)
    more = {"overridden": overridden, "reason": reason or None}
    deed.uow.change(approval, round_["id"], state=result, **by, **more)
    deed.uow.change(case, row["id"], seated=None)
    close_seats(round_["id"], deed)
    deed.emit(ApprovalDecided(**_about(round_), outcome=result, overridden=overridden, words=reason))


def give_seat(command: GiveSeat, deed: Deed) -> int:
    """Returns the round's id. Giving the same person a seat again changes nothing.

    Raises NotFound for somebody who is not there; NotPossibleNow for one who cannot sit in this round, when no seat is
    free, and for a seat that is nobody's or has voted; AlreadyDecided, Stale as rounds.open_one.
    """
    row = deed.uow.get(case, command.case_id)
    round_ = open_one(row, command.approval_id, deed)
    member = deed.uow.peek(staff, command.staff_id)
    if member is None or not member["active"]:
        raise NotFound(thing="staff", id=command.staff_id)
    seats = seats_of(deed.uow, round_["id"])
    if any(each["staff_id"] == member["id"] for each in seats):
        return int(round_["id"])
    if not may_sit(member, round_["role"], round_["prepared_by"], deed):
        raise NotPossibleNow(reason="cannot_sit")
    if command.instead_of is None:
        if len(seats) >= round_["seats"]:
            raise NotPossibleNow(reason="seats_full")
        deed.uow.add(approval_seat, approval_id=round_["id"], case_id=row["id"], staff_id=member["id"])
    else:
        his = next((each for each in seats if each["staff_id"] == command.instead_of), None)
        if his is None or his["vote"] is not None:
            raise NotPossibleNow(reason="seat_taken")
        deed.uow.change(approval_seat, his["id"], staff_id=member["id"])
    seated = [[round_["role"], each["staff_id"]] for each in seats_of(deed.uow, round_["id"])]
    deed.uow.change(case, row["id"], seated=seated)
    deed.emit(SeatGiven(**_about(round_), staff_id=member["id"], before=command.instead_of))
    return int(round_["id"])


def _seat(round_: Row, deed: Deed) -> Row:
    """The seat that the actor may vote from. Raises NotAllowed."""
    actor = deed.actor
    seats = seats_of(deed.uow, round_["id"])
    found = next((each for each in seats if each["staff_id"] == actor.person), None)
    if found is None or round_["role"] not in actor.roles:
        raise NotAllowed(reason="no_seat")
    if round_["prepared_by"] in actor.people - {None}:
        raise NotAllowed(reason="prepared_it")
    if any(each["voted_by"] == actor.id and each["id"] != found["id"] for each in seats):
        raise NotAllowed(reason="voted_for_another")
    return found


def _check(command: CastVote, words: str, round_: Row) -> None:
    problems = []
    if round_["mean"] is not None and command.score is None:
        told = {"zh-CN": "请给出 0 到 100 的分数", "en": "please give a score from 0 to 100"}
        problems.append(Problem("/score", "approval.score", told))
    if round_["mean"] is None and command.score is not None:
        told = {"zh-CN": "本次评审不打分，请去掉分数", "en": "no scores are asked here: leave it out"}
        problems.append(Problem("/score", "approval.no_score", told))
    if command.vote == "against" and not words:
        told = {"zh-CN": "请写明退回的原因", "en": "please say why it is sent back"}
        problems.append(Problem("/words", "approval.words", told))
    if problems:
        raise Invalid(problems=problems)


def _voted(seat: Row) -> AlreadyDecided:
    by = {"who_kind": "staff", "who": seat["voted_by"], "when": seat["voted_at"]}
    return AlreadyDecided(reason="voted", **by)


def _about(round_: Row) -> dict[str, Any]:
    return {"case_id": round_["case_id"], "approval_id": round_["id"], "stage": round_["stage"]}
