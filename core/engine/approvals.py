"""When an approval is decided: as soon as the votes that are still to come cannot change it. Pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Final, Literal

from core.engine.spec_approvals import Approval, Mode

Outcome = Literal["approved", "declined"]
TOP: Final = 100  # the highest score


@dataclass(frozen=True, slots=True)
class Terms:
    """``seats``: how many decide; ``needed``: how many of them must be for it; ``mean``: what the mean score of all
    seats must be at least, None: no scores."""

    mode: Mode
    seats: int
    needed: int
    mean: int | None


@dataclass(frozen=True, slots=True)
class Vote:
    """What one seat has said. ``score``: 0 to 100 where scores are asked."""

    for_it: bool
    score: int | None = None


def needed(approval: Approval, seats: int) -> int:
    """How many of the seats must be for it."""
    match approval.mode:
        case "any":
            return 1
        case "all":
            return seats
        case "vote" if approval.share is None:
            return seats // 2 + 1
    part, whole = share_of(approval)
    return -(-seats * part // whole)  # rounded up, without floats


def share_of(approval: Approval) -> tuple[int, int]:
    """The two figures of the share; (1, 1) without one."""
    part, _, whole = (approval.share or "1/1").partition("/")
    return int(part), int(whole)


def outcome(terms: Terms, votes: Sequence[Vote]) -> Outcome | None:
    """None: it still depends on who has not voted.

    1. `any`: the first vote decides. 2. Declined: too few are left to be for it, or the mean is out of reach even with
    full scores from them. 3. Approved: enough are for it, and the mean is reached even with no points from them.
    """
    if terms.mode == "any":
        return None if not votes else "approved" if votes[0].for_it else "declined"
    for_it, left = sum(vote.for_it for vote in votes), terms.seats - len(votes)
    points, wanted = sum(vote.score or 0 for vote in votes), terms.seats * (terms.mean or 0)
    if for_it + left < terms.needed or points + TOP * left < wanted:
        return "declined"
    return "approved" if for_it >= terms.needed and points >= wanted else None


def mean_of(votes: Sequence[Vote]) -> str | None:
    """The mean of the scores given so far, rounded down to two places; None: no score yet."""
    scores = [vote.score for vote in votes if vote.score is not None]
    if not scores:
        return None
    mean = (Decimal(sum(scores)) / len(scores)).quantize(Decimal("0.01"), ROUND_DOWN)
    return f"{mean.normalize():f}"
