"""Commands about tables of the office: rows that flows choose from and look up."""

from base64 import b64decode, b64encode
from datetime import date
from typing import Annotated, ClassVar, Self

from pydantic import Field, StringConstraints

from core.commands.command import Command

NAME = r"^[a-z][a-z0-9_]{0,47}$"
MOST_SOURCE = 300  # characters
MOST_CONTENT = 2_000_000  # characters; the reader tells in words what is too large
Base64Str = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]


class ImportTable(Command):
    """The table is what this CSV says from now on; what it was is kept as an earlier edition."""

    permission: ClassVar[str] = "table.write"

    name: str = Field(pattern=NAME)
    content: Base64Str = Field(max_length=MOST_CONTENT, repr=False)  # of the file's bytes, whatever its encoding
    as_of: date  # the day on which somebody looked it up
    source: str = Field(min_length=1, max_length=MOST_SOURCE)

    @classmethod
    def of(cls, name: str, file: bytes, as_of: date | str, source: str) -> Self:
        """Raises ValidationError."""
        content = b64encode(file).decode("ascii")
        return cls.model_validate({"name": name, "content": content, "as_of": as_of, "source": source})

    @property
    def file(self) -> bytes:
        """The bytes as they were sent."""
        return b64decode(self.content)


class RestoreTable(Command):
    """What an earlier edition said counts again, as a new edition."""

    permission: ClassVar[str] = "table.write"

    name: str = Field(pattern=NAME)
    edition: int = Field(ge=1)


class SetTableRow(Command):
    """One row is so from now on, new or written anew; an edition of its own, as an import is."""

    permission: ClassVar[str] = "table.write"

    name: str = Field(min_length=1, max_length=48)  # of a table that is there
    key: str = Field(min_length=1, max_length=60)
    cells: dict[str, str] = Field(max_length=60)  # by the column's name without its type; absent: empty
    as_of: date
    source: str = Field(min_length=1, max_length=MOST_SOURCE)


class DropTableRow(Command):
    """One row is not there any more; an edition of its own, as an import is."""

    permission: ClassVar[str] = "table.write"

    name: str = Field(min_length=1, max_length=48)  # of a table that is there
    key: str = Field(min_length=1, max_length=60)
    as_of: date
    source: str = Field(min_length=1, max_length=MOST_SOURCE)


class SpreadTable(Command):
    """A timer's command: the next part of the open cases that use a table is handed on, each to a timer of its own."""

    permission: ClassVar[str] = "rule.run"

    name: str = Field(pattern=NAME)
    after: int = 0  # id of the last case that was looked at


class LookUpAgain(Command):
    """A timer's command: what a case has from the office's tables, as they are now, and all that hangs on it."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[tuple[str, str] | None] = ("case", "case_id")

    case_id: int
