"""Commands about packs: what one agency has worked out, taken over by another."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from core.commands.command import Command
from core.commands.tables import MOST_CONTENT


class FlowOfPack(BaseModel):
    """A flow version with its stories by name, as YAML."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str  # its name in the pack, for what is told about it
    source: str = Field(max_length=262_144)
    stories: dict[str, str] = Field(default={}, max_length=200)


class TableOfPack(BaseModel):
    """A table of the office; its content in base64."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    content: str = Field(max_length=MOST_CONTENT)
    as_of: str = Field(max_length=40)
    source: str = Field(max_length=400)


class ImportPack(Command):
    """Take over everything that is in a pack, or nothing of it."""

    permission: ClassVar[str] = "pack.import"

    flows: tuple[FlowOfPack, ...] = Field(default=(), max_length=100)
    texts: dict[str, dict[str, str]] = Field(default={})  # language -> key -> words
    calendars: dict[str, dict[str, Any]] = Field(default={})  # name -> hours, see core.engine.calendar_spec
    tables: dict[str, TableOfPack] = Field(default={})  # by name
