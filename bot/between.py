"""Between the processes of a house: with Redis they wake each other, count visitors and share tokens.

Without it each looks by itself now and then, counts and fetches for itself: nothing is lost, answers only come later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from adapters.webchat.hub import Hub
from core.channel.tokens import OwnTokens, Tokens
from core.kit.buckets import Buckets, OwnBuckets
from core.kit.clock import Clock
from core.kit.crypto import Vault
from core.kit.settings import Settings
from core.store.store import Store

if TYPE_CHECKING:
    from adapters.redis.relay import RedisRelay

PURPOSE: Final = "redis names"  # houses that share a Redis must not hear each other
BUCKETS: Final = "redis buckets"
CHAT: Final = "chat"
SIGN: Final = "sign"


@dataclass(frozen=True, slots=True)
class Between:
    """`relay` is None without Redis."""

    buckets: Buckets
    tokens: Tokens
    relay: RedisRelay | None

    @property
    def joined(self) -> Callable[[], bool] | None:
        """Whether the others are heard at this moment; None without Redis."""
        relay = self.relay
        return None if relay is None else lambda: relay.connected

    def rings(self, store: Store, name: str, listener: Callable[[], None]) -> None:
        """Call the listener when a unit that rings the name is committed here, or in another process."""
        store.listen(name, listener)
        if self.relay is not None:
            store.listen(name, partial(self.relay.tell, name))
            self.relay.listen(name, listener)

    def joins(self, hub: Hub, *, works: bool) -> None:
        """Pages that are open at another process are woken too. ``works``: answers are made in this process."""
        hub.hears(self.joined or (lambda: works))
        if self.relay is not None:
            hub.passes_on(partial(self.relay.tell, CHAT), partial(self.relay.tell, SIGN))
            self.relay.listen(CHAT, hub.wake, about=True)
            self.relay.listen(SIGN, hub.wake_with_sign, about=True)


def between(settings: Settings, vault: Vault, clock: Clock) -> Between:
    """What the settings ask for. Nothing is connected yet."""
    own = OwnBuckets(lambda: clock.now().timestamp())
    if settings.redis_url is None:
        return Between(own, OwnTokens(), None)
    # The client is dear to load (it brings a library for traces where that is installed): only for whoever uses it.
    from adapters.redis.buckets import SharedBuckets
    from adapters.redis.relay import RedisRelay
    from adapters.redis.tokens import SharedTokens

    url, house = settings.redis_url.get_secret_value(), vault.derive(PURPOSE)[:8].hex()
    buckets = SharedBuckets(url, house, vault.derive(BUCKETS), own)
    return Between(buckets, SharedTokens(url, house, vault), RedisRelay(url, house))
