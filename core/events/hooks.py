"""What happens to webhooks."""

from typing import ClassVar

from core.events.event import Event


class WebhookAsked(Event):
    """A delivery waits in the outbox; what comes of it stands there."""

    shown: ClassVar[bool] = False
    starts_rules: ClassVar[bool] = False
    hook: str
    outbox_id: int
