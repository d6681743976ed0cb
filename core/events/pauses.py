"""What happens to a limit that may stand still."""

from core.events.event import Event


class LimitPaused(Event):
    """The stage's limit stands still. `minutes`: working minutes that were left, below nought if it had passed."""

    stage: str
    minutes: int | None


class LimitResumed(Event):
    """The stage's limit goes on and is due then, in ISO form."""

    stage: str
    due: str | None
