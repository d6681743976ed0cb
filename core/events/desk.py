"""The events of the staff desk."""

from typing import ClassVar

from core.events.event import Event


class ClientTagged(Event):
    """Told on every open case of the client; once without a case when he has none."""

    client_id: int
    tag: str


class ClientUntagged(Event):
    client_id: int
    tag: str


class SentBack(Event):
    """To `stage`, from `left`, by a person who says why. What follows is told by StageLeft and StageEntered."""

    staff_id: int
    stage: str
    left: str
    remark: str


class StepsWanted(Event):
    """A member of staff asks for the steps that he can take."""

    shown: ClassVar[bool] = False
    staff_id: int


class WordsAsked(Event):
    """A member of staff is asked for words about a case."""

    shown: ClassVar[bool] = False
    staff_id: int
    what: str


class ConsultationRecorded(Event):
    """What was said stands in its table; the timeline tells it from there."""

    consultation_id: int


class TaskGiven(Event):
    task_id: int
    title: dict[str, str]
    staff_id: int
    before: int | None = None


class TaskReleased(Event):
    """Nobody has it; those of its role may take it."""

    task_id: int
    title: dict[str, str]
    role: str


class TaskSnoozed(Event):
    shown: ClassVar[bool] = False
    task_id: int


class TaskReminded(Event):
    """Its card comes again: its hour has come, or somebody asked for it."""

    shown: ClassVar[bool] = False
    task_id: int
    staff_id: int


class TaskEnded(Event):
    """Its stage is over: not done, and no longer wanted."""

    task_id: int
    title: dict[str, str]
    stage: str
