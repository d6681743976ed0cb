"""What happens in an approval. `stage` is the one that it decides on."""

from core.events.event import Event


class ApprovalOpened(Event):
    """`round`: the how-manieth of this stage; `seats`: how many decide."""

    approval_id: int
    stage: str
    round: int
    seats: int


class SeatsUnfilled(Event):
    """Fewer people could be found than there are seats; `left_id`: whoever had one and has left."""

    approval_id: int
    stage: str
    role: str
    seats: int
    filled: int
    left_id: int | None = None


class SeatGiven(Event):
    """By a person, or as `before`, who had it, has left."""

    approval_id: int
    stage: str
    staff_id: int
    before: int | None = None


class VoteCast(Event):
    """`staff_id`: whose seat it is."""

    approval_id: int
    stage: str
    staff_id: int
    vote: str  # for, against
    score: int | None = None
    words: str = ""


class ApprovalDecided(Event):
    """`overridden`: by one person, with his reason."""

    approval_id: int
    stage: str
    outcome: str  # approved, declined
    overridden: bool = False
    words: str = ""


class ApprovalEnded(Event):
    """The case left the stage, or went over to another version, before it was decided."""

    approval_id: int
    stage: str
