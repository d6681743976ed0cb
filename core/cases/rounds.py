"""The rounds of a case's approvals: which one counts, how its votes stand, and its end when the case goes elsewhere."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from core.bus.deed import Deed
from core.cases.approval_tables import approval, approval_seat
from core.cases.tables import case, stage_span
from core.engine.access import Actor
from core.engine.approvals import Terms, Vote, mean_of
from core.engine.flow import Stage
from core.events.approvals import ApprovalEnded
from core.kit.errors import AlreadyDecided, NotPossibleNow, Stale
from core.store.reading import Dated, Lookup
from core.store.sealing import Row

DECIDED: Final = ("approved", "declined")


def newest(lookup: Lookup, case_id: int) -> Row | None:
    """The newest round of the case, open or not."""
    return lookup.first(approval, case_id=case_id, order=approval.c.id.desc())


def of_stay(lookup: Lookup, row: Row) -> Row | None:
    """The round of the case's present stay in its stage, unless it has ended undecided."""
    last = newest(lookup, row["id"])
    span = None if last is None else lookup.first(stage_span, case_id=row["id"], left=None)
    if last is None or span is None or last["span_id"] != span["id"] or last["state"] == "ended":
        return None
    return last


def seats_of(lookup: Lookup, approval_id: int) -> list[Row]:
    """In the order in which they were given."""
    return lookup.find(approval_seat, approval_id=approval_id, order=approval_seat.c.id)


def terms_of(round_: Row) -> Terms:
    return Terms(round_["mode"], round_["seats"], round_["needed"], round_["mean"])


def votes_of(seats: list[Row]) -> list[Vote]:
    """In the order of the seats; `any` ends with the first vote, so whose was earlier does not matter."""
    return [Vote(each["vote"] == "for", each["score"]) for each in seats if each["vote"] in ("for", "against")]


def seat_card(seat_id: int) -> str:
    """The key of the card on which one seat votes."""
    return f"approval:{seat_id}"


def current(row: Row, approval_id: int | None, deed: Deed) -> Row:
    """The round of the present stay. Raises NotPossibleNow without one, Stale when another round was seen."""
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    found = of_stay(deed.uow, row)
    if approval_id is not None and (found is None or found["id"] != approval_id):
        raise Stale(reason="moved", stage=row["stage"])
    if found is None:
        raise NotPossibleNow(reason="no_approval")
    return found


def open_one(row: Row, approval_id: int | None, deed: Deed) -> Row:
    """The same, if it is still to be decided. Raises AlreadyDecided as well."""
    found = current(row, approval_id, deed)
    if found["state"] != "open":
        raise decided(found)
    return found


def decided(round_: Row) -> AlreadyDecided:
    by = {"who_kind": "staff", "who": round_["decided_by"], "when": round_["decided_at"]}
    return AlreadyDecided(reason=f"approval_{round_['state']}", **by)


def end_round(row: Row, deed: Deed) -> None:
    """The case goes elsewhere: an open round is decided no more. Nothing is asked of the store where there is none."""
    if row["seated"] is None:
        return
    deed.uow.change(case, row["id"], seated=None)
    last = newest(deed.uow, row["id"])
    if last is not None and last["state"] == "open":
        deed.uow.change(approval, last["id"], state="ended")
        close_seats(last["id"], deed)
        deed.emit(ApprovalEnded(case_id=row["id"], approval_id=last["id"], stage=last["stage"]))


def close_seats(approval_id: int, deed: Deed) -> None:
    """Nobody has a vote to give any more."""
    waiting = (approval_seat.c.approval_id == approval_id, approval_seat.c.vote.is_(None))
    deed.uow.update_where(approval_seat, *waiting, vote="missed")


def refuse_unapproved(row: Row, stage: Stage, trigger: str, deed: Deed) -> None:
    """Whoever takes the step of an approval, a rule too: it must have come to that. Raises NotPossibleNow."""
    if stage.approval is None or trigger not in (stage.approval.approve, stage.approval.decline):
        return
    wanted = "approved" if trigger == stage.approval.approve else "declined"
    found = of_stay(deed.uow, row)
    if found is None or found["state"] != wanted:
        raise NotPossibleNow(reason="not_approved")


def low_mean(lookup: Lookup, span_id: int) -> tuple[str, int] | None:
    """The mean, and what it must be at least, where a round of this stay was declined by people and it was too low."""
    rounds = lookup.find(approval, span_id=span_id, state="declined", order=approval.c.id)
    if not rounds or rounds[-1]["overridden"] or rounds[-1]["mean"] is None:
        return None
    mean, least = mean_of(votes_of(seats_of(lookup, rounds[-1]["id"]))), rounds[-1]["mean"]
    return None if mean is None or Decimal(mean) >= least else (mean, least)


def facts(lookup: Dated, row: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
    """``approval.*`` of the newest round of the case; nothing before the first."""
    last = newest(lookup, row["id"])
    if last is None:
        return {}
    votes = votes_of(seats_of(lookup, last["id"]))
    for_it = sum(vote.for_it for vote in votes)
    return {
        "approval.for": for_it,
        "approval.against": len(votes) - for_it,
        "approval.seats": last["seats"],
        "approval.mean": mean_of(votes),
        "approval.round": last["n"],
    }
