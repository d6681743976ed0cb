"""Commands that take running cases over to another version of their flow, and back."""

from typing import ClassVar

from pydantic import Field

from core.commands.command import Command

MOST_VERSIONS = 200


class MigrateFlow(Command):
    """Take the open cases of these versions (none named: of every other one) over to version `to`, by a declared map;
    each case is a unit of its own."""

    permission: ClassVar[str] = "flow.publish"

    flow: str = Field(max_length=60)
    to: int = Field(ge=1)
    versions: tuple[int, ...] = Field(default=(), max_length=MOST_VERSIONS)
    stages: dict[str, str] = Field(default_factory=dict)  # as in core.engine.flow_map.FlowMap
    items: dict[str, str | None] = Field(default_factory=dict)
    fields: dict[str, str | None] = Field(default_factory=dict)


class UndoMigration(Command):
    """Take the cases of a batch back, all but those that have moved on since."""

    permission: ClassVar[str] = "flow.publish"

    batch_id: int


class MigrateCases(Command):
    """A timer's command: the next part of a batch is handed on, each case to a timer of its own."""

    permission: ClassVar[str] = "rule.run"

    batch_id: int
    after: int = 0  # id of the last case (undoing: of the last row of the batch) that was looked at


class MigrateCase(Command):
    """A timer's command: one case goes over."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[tuple[str, str] | None] = ("case", "case_id")

    case_id: int
    batch_id: int


class UnmigrateCase(Command):
    """A timer's command: one case goes back to what it was."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[tuple[str, str] | None] = ("case", "case_id")

    case_id: int
    batch_id: int
