"""Work that is past its time goes up a step: a timer's commands."""

from typing import ClassVar, Literal

from core.commands.command import Command

Subject = tuple[str, str] | None
Step = Literal["person", "lead", "admin"]


class EscalateTask(Command):
    """The hour of this step has come: is the task still open, tell whoever is on it."""

    permission: ClassVar[str] = "task.remind"
    about: ClassVar[Subject] = ("task", "task_id")

    task_id: int
    step: Step


class EscalateReview(Command):
    """The hour of this step has come: does the version still wait for a decision, tell whoever is on it."""

    permission: ClassVar[str] = "review.remind"
    about: ClassVar[Subject] = ("version", "version_id")

    version_id: int
    step: Step
