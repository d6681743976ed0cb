"""Commands about what waits in the ledger, and what was parked there because it kept failing."""

from typing import ClassVar

from pydantic import Field

from core.commands.command import Command


class ReportQueues(Command):
    """Tell the admins which queues nobody works off, or how many rows of each are parked."""

    permission: ClassVar[str] = "queue.report"

    late: tuple[str, ...] = ()
    parked: dict[str, int] = Field(default_factory=dict)


class OpenEntry(Command):
    """Look at what a row of a queue holds: somebody's words may be in it, so the look stands in the audit."""

    permission: ClassVar[str] = "queue.manage"
    about: ClassVar[tuple[str, str] | None] = ("entry", "entry_id")

    entry_id: int


class RetryEntry(Command):
    """Try a dead letter again, from the first attempt on."""

    permission: ClassVar[str] = "queue.manage"
    about: ClassVar[tuple[str, str] | None] = ("entry", "entry_id")

    entry_id: int


class DropEntry(Command):
    """Give a dead letter up for good, and say why."""

    permission: ClassVar[str] = "queue.manage"
    about: ClassVar[tuple[str, str] | None] = ("entry", "entry_id")

    entry_id: int
    reason: str = Field(min_length=1, max_length=200)
