"""Hand-overs between departments, and the time that each person and department had a case, in JSON."""

from pydantic import Field

from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Moment, Sent


class AtStage(Sent):
    """With `stage`, only if the case is still there."""

    stage: str | None = Field(default=None, max_length=60, examples=["signed"])


class NewReturnedHandover(Sent):
    """Why the hand-over is returned; whoever offered it reads it."""

    reason: str = Field(min_length=1, max_length=2000, examples=["亮点请写具体"])


class Handover(Given):
    """A hand-over of the case from one department to another."""

    id: IdOut
    stage: str
    role: str = Field(description="The role that takes over.")
    state: str = Field(description="offered, accepted, returned or lapsed: the case went elsewhere before an answer.")
    giver: str
    receiver: str
    offered_at: Moment
    settled_at: Moment | None
    minutes: int | None = Field(description="Working minutes until it was answered.")
    reason: str | None = Field(description="Why it was returned.")


class TimeSpent(Given):
    """How long the case was in one stage, and with whom."""

    stage: str
    person: str = Field(description="Who was in charge when the stage was entered.")
    department: str = Field(description="The department to which he belongs.")
    entered: Moment
    left: Moment | None
    minutes: int | None = Field(description="Working minutes; null while the case is there.")
