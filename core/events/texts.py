"""Events about the agency's own wording."""

from core.events.event import Event


class TextChanged(Event):
    """`before` is the agency's earlier wording, None where it was the built-in one; `after` likewise."""

    key: str
    language: str
    before: str | None
    after: str | None
