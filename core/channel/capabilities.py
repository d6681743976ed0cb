"""What a channel can and cannot do. The core decides with these; it never asks for a channel's name."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict


class Capabilities(BaseModel):
    """Stated once by every channel. Sizes are in bytes unless the name says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    buttons: bool  # a press comes back as a ButtonPress; otherwise buttons become numbered choices
    max_buttons: int = 100
    button_token_bytes: int = 64
    edit: bool  # a sent card can be redrawn
    proactive: bool  # may write first, at any time
    typing: bool = False  # a chat can be shown that an answer is coming
    files_in: bool
    files_out: bool
    max_file_in: int
    max_text_chars: int
    drops_repeats: bool = True  # a second send with the same idempotency key shows nothing more
    window: timedelta | None = None  # how long after the client's last message we may still write; None: always
    window_messages: int | None = None  # how many messages fit into one window; None: any number
