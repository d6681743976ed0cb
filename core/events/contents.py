"""What happens with contents of the office."""

from typing import ClassVar, Literal

from core.events.event import Event


class ContentPublished(Event):
    """A case hears that a content was published."""

    shown: ClassVar[bool] = False
    content_id: int  # of the version
    content: str  # its key
    topics: tuple[str, ...]


class ContentChosen(Event):
    """The client is sent a content; `topics`: those that were meant for him."""

    starts_rules: ClassVar[bool] = False
    client_id: int
    content_id: int
    content: str
    title: dict[str, str]
    topics: tuple[str, ...]
    rule: str


class ContentNotSent(Event):
    """A rule asked for a content and it is not sent; `came` as in core.events.rules.Did."""

    shown: ClassVar[bool] = False
    starts_rules: ClassVar[bool] = False
    rule: str
    came: Literal["nothing", "held", "unreachable", "later"]
    why: dict[str, str]  # language -> sentence
