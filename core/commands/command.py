"""What a Command is: a frozen model that can be kept waiting as JSON, with the permission that it needs."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

COMMANDS: dict[str, type["Command"]] = {}


class Command(BaseModel):
    """An imperative. A button, a timer, a rule and an API call are four ways to keep one waiting.

    ``permission`` names the right that the actor needs. ``about`` names the field that holds the subject's id and the
    kind of subject, so that the bus can ask whether the actor reaches it; None for what concerns nobody in particular.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    permission: ClassVar[str]
    about: ClassVar[tuple[str, str] | None] = None  # (kind of subject, name of the field with its id)
    asks: ClassVar[bool] = False  # about nobody in particular, but its handler asks the policy about each of several

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if not isinstance(getattr(cls, "permission", None), str):
            raise TypeError(f"command {cls.__name__} declares no permission")
        COMMANDS[cls.__name__] = cls


def to_json(command: Command) -> dict[str, Any]:
    """The command as it waits in a row."""
    return {"command": type(command).__name__, "args": command.model_dump(mode="json")}


def from_json(kept: Mapping[str, Any]) -> Command:
    """Raises KeyError for a command that this version does not know, ValidationError for arguments that do not fit."""
    return COMMANDS[kept["command"]].model_validate(kept["args"])
