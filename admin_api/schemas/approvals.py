"""Approvals in JSON."""

from typing import Literal

from pydantic import Field

from admin_api.names import Someone
from admin_api.paging import Next
from admin_api.schemas.asked import Whole
from admin_api.schemas.documents import Who
from admin_api.schemas.ids import IdIn, IdOut
from admin_api.schemas.model import Given, Moment, Sent
from core.commands.approvals import LONGEST
from core.engine.text import Words
from core.views.approvals import Round

_SEEN = "The round that was seen; 409 if another one is open meanwhile."


class NewVote(Sent):
    """One's own vote, or that of the colleague for whom one stands in."""

    vote: Literal["for", "against"]
    score: Whole | None = Field(default=None, ge=0, le=100, description="Where scores are asked.")
    words: str = Field(default="", max_length=LONGEST, description="Needed to send it back.", examples=["缺少预算"])
    approval_id: IdIn | None = Field(default=None, description=_SEEN)


class NewOverride(Sent):
    """A decision without the votes."""

    outcome: Literal["approved", "declined"]
    reason: str = Field(min_length=1, max_length=LONGEST, examples=["客户期限已到"])
    approval_id: IdIn | None = Field(default=None, description=_SEEN)


class NewSeat(Sent):
    """Who decides as well; with `instead_of`, in the place of a colleague who has not voted."""

    staff_id: IdIn
    instead_of: IdIn | None = None
    approval_id: IdIn | None = Field(default=None, description=_SEEN)


class Seat(Given):
    """One seat. `vote` is null while it is waited for; `missed`: the round was over before."""

    who: Who
    vote: Literal["for", "against", "missed"] | None
    score: int | None
    words: str | None
    at: Moment | None
    voted_by: Who | None = Field(description="Whoever stood in, else the same as `who`.")


class ApprovalRound(Given):
    """A time that the case came to a stage where people decide."""

    id: IdOut
    stage: str
    stage_name: Words
    round: int = Field(description="The how-manieth of this stage.")
    role: str
    mode: Literal["any", "all", "vote"]
    wanted: int = Field(description="How many decide, whether they were found or not.")
    needed: int = Field(description="How many of them must be for it.")
    mean_wanted: int | None = Field(description="What the mean score must be at least; null: no scores.")
    state: Literal["open", "approved", "declined", "ended"] = Field(
        description="`ended`: the case went elsewhere before it was decided."
    )
    votes_for: int
    votes_against: int
    mean: str | None = Field(description="Of the scores so far.", examples=["76.66"])
    opened_at: Moment
    decided_at: Moment | None
    decided_by: Who | None = Field(description="Whose vote was the last that counted, or who decided alone.")
    overridden: bool = Field(description="One person decided alone.")
    reason: str | None = Field(description="Why he did.")
    seats: list[Seat]


class ApprovalRounds(Given):
    """The newest round first."""

    case_id: IdOut
    rounds: list[ApprovalRound]
    next: Next


def people_of(round_: Round) -> set[Someone]:
    """Everybody who is named in a round."""
    ids = {each["staff_id"] for each in round_.seats} | {each["voted_by"] for each in round_.seats}
    return {("staff", each) for each in (ids | {round_.row["decided_by"]}) - {None}}


def round_out(round_: Round, stage_name: Words, names: dict[Someone, str]) -> ApprovalRound:
    row = round_.row

    def who(staff_id: int | None) -> Who | None:
        return None if staff_id is None else member(staff_id)

    def member(staff_id: int) -> Who:
        return Who(kind="staff", id=staff_id, name=names.get(("staff", staff_id), ""))

    return ApprovalRound(
        id=row["id"],
        stage=row["stage"],
        stage_name=stage_name,
        round=row["n"],
        role=row["role"],
        mode=row["mode"],
        wanted=row["seats"],
        needed=row["needed"],
        mean_wanted=row["mean"],
        state=row["state"],
        votes_for=round_.for_it,
        votes_against=round_.against,
        mean=round_.mean,
        opened_at=row["opened_at"],
        decided_at=row["decided_at"],
        decided_by=who(row["decided_by"]),
        overridden=row["overridden"],
        reason=row["reason"],
        seats=[
            Seat(
                who=member(each["staff_id"]),
                vote=each["vote"],
                score=each["score"],
                words=each["words"],
                at=each["voted_at"],
                voted_by=who(each["voted_by"]),
            )
            for each in round_.seats
        ],
    )
