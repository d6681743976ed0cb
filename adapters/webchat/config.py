"""What an operator can say about the web chat."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from adapters.webchat.throttle import ChatLimits


@dataclass(frozen=True, slots=True)
class WebchatConfig:
    """`seats` are places whose visitor is fixed (the demo's phones); `open` lets anybody take the seat "me"."""

    account: str = "web"
    title: Mapping[str, str] = field(default_factory=lambda: {"zh-CN": "在线办理", "en": "Your case"})
    seats: Mapping[str, str] = field(default_factory=dict)  # seat -> visitor
    open: bool = True
    secure_cookie: bool = False  # true behind https
    session: timedelta = timedelta(days=30)
    samples: Path | None = None  # the folder of the flows, whose sample pictures anybody may see
    origins: tuple[str, ...] = ()  # whose pages may show the widget; none: there is no widget
    limits: ChatLimits | None = None
    max_file_bytes: int = 20 * 2**20
    max_text_chars: int = 4000
