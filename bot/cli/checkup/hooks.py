"""What the doctor says of the webhooks that rules may call. Nothing is sent to them."""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

from adapters.hooks.addresses import pinned, resolved
from adapters.hooks.channel import PORTS
from bot.cli.checkup.finding import Finding, ok, wrong
from core.channel.port import DeliveryFailed
from core.kit.settings import Settings
from core.kit.settings_hooks import Hook


def webhooks(settings: Settings) -> Iterator[Finding]:
    """Each by its name, with host and port only: a path may hold what is nobody's to know, and so does the secret."""
    for name, hook in settings.hooks.items():
        near = ", in this network" if hook.private else ""
        try:
            asyncio.run(_look(hook))
        except DeliveryFailed as no:
            said = f"{name}: {hook.origin}{near}: {no}."
            yield wrong("webhooks", said, f"mend hooks.{name}.url, or set private = true for a receiver of your own")
        else:
            yield ok("webhooks", f"{name}: {hook.origin}{near}.")


async def _look(hook: Hook) -> None:
    parts = urlsplit(hook.url)
    port = parts.port or PORTS[parts.scheme]
    async with asyncio.timeout(hook.seconds):
        await pinned(parts.hostname or "", port, private=hook.private, resolve=resolved)
