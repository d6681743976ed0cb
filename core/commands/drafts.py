"""Commands about flows that are not published yet."""

from typing import ClassVar

from pydantic import Field

from core.commands.command import Command

MOST_SOURCE = 262_144  # characters; the reader's own limit is in bytes


class DraftFlow(Command):
    """Begin a draft: from a source as it is, or from a published version, whose number is raised to the next one."""

    permission: ClassVar[str] = "flow.write"

    source: str = Field(default="", max_length=MOST_SOURCE)
    from_version_id: int | None = None


class EditDraft(Command):
    """Write a draft anew."""

    permission: ClassVar[str] = "flow.write"
    about: ClassVar[tuple[str, str] | None] = ("draft", "draft_id")

    draft_id: int
    source: str = Field(max_length=MOST_SOURCE)


class DropDraft(Command):
    """Throw a draft away."""

    permission: ClassVar[str] = "flow.write"
    about: ClassVar[tuple[str, str] | None] = ("draft", "draft_id")

    draft_id: int


class PublishDraft(Command):
    """Make a version of a draft that never changes again."""

    permission: ClassVar[str] = "flow.publish"
    about: ClassVar[tuple[str, str] | None] = ("draft", "draft_id")

    draft_id: int
