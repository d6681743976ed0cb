"""A kind of channel: the form that an admin fills in, how an account is made of it, and how that is checked."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from core.channel.port import Channel
from core.channel.tokens import Tokens
from core.kit.buckets import Buckets
from core.kit.clock import Clock

ACCOUNT: Final = r"^[a-z][a-z0-9_-]{0,39}$"  # how an account is called in this house: part of addresses and locks


class ChannelForm(BaseModel):
    """What an admin fills in for one account. A field of type SecretStr is written, sealed, and never shown again.

    The description of a field is one sentence for the admin. Validators raise ValueError with the remedy.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Tools:
    """What the house gives an account of a channel; it takes nothing else of the house."""

    clock: Clock
    buckets: Buckets  # shared by all processes where there is Redis
    tokens: Tokens
    open: Callable[[str], Iterator[bytes]]  # a stored file by its handle, see core.files.store_port; blocks
    menu: Callable[[str], Sequence[tuple[str, str]]]  # language -> (latin word, what it does)
    door: Callable[[str, str], str]  # kind, account -> address of its webhook; "" where the house has no https address


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check looked at. ``key`` is a sentence of the catalogues that ends with the remedy where there
    is one; ``params`` hold no secret."""

    state: Literal["ok", "advice", "wrong"]
    key: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """One folder of adapters. ``make`` does no I/O; ``check`` asks the platform, sends nobody a message, and turns
    every failure into a finding."""

    name: str  # the folder
    form: type[ChannelForm]
    make: Callable[[str, Any, Tools], Channel]  # account, its filled-in form
    check: Callable[[Channel], Awaitable[Sequence[Finding]]]
