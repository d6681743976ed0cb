"""What an Event is: a frozen model about a case or a person, kept for ever in the order in which it happened."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

EVENTS: dict[str, type["Event"]] = {}


class Event(BaseModel):
    """Something that has happened. With a ``case_id`` it is written to that case's log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    case_id: int | None = None
    shown: ClassVar[bool] = True  # appears on the timeline that people read
    starts_rules: ClassVar[bool] = True  # not of the machinery itself: a rule that waited for those could run for ever

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        EVENTS[cls.__name__] = cls


def rule_events() -> dict[str, type[Event]]:
    """The kinds of events that a rule may wait for, by name."""
    return {name: kind for name, kind in EVENTS.items() if kind.starts_rules}
