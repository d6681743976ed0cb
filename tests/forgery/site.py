"""The product under fire: the whole web application over a real database, two clients, and a signed webhook."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from pydantic import SecretStr

from adapters.loopback.channel import LoopbackChannel
from adapters.loopback.webhook import LoopbackWebhook
from bot.app import FLOWS, Banli, build
from bot.demo.seed import seed
from bot.web import web
from core.bus.deed import SYSTEM, Cause
from core.commands.command import Command
from core.files.store_port import FileGone
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.db import metadata
from core.kit.ids import new_id
from core.kit.settings import Limits, Settings, Webchat
from core.ledger.tables import inbox
from tests.house import START

MOST: Final = 100_000  # bytes of a file here, so that a large body is told from a small one
ENDLESS: Final = 10**12
UNHURRIED: Final = Webchat(
    origins="https://agency.example",
    texts_at_once=ENDLESS,
    files_in_ten_minutes=ENDLESS,
    sessions_an_hour=ENDLESS,
    bytes_a_day=ENDLESS,
)
"""Everything is sent by one person from one address; what a limit refuses would not be looked at."""
SECRETS: Final = (b"the-secret-that-is-good", b"the-secret-that-comes-next")
OTHER_SECRETS: Final = (b"the-secret-of-another-account",)
HOOKS: Final = {"test": SECRETS, "other": OTHER_SECRETS}  # the accounts of the loopback channel
LIVING: Final = frozenset({"process"})  # tables that change while nothing happens
COUNTED: Final = {"web_chat": "last"}  # numbers that order what is shown; one may be left out


@dataclass
class ForgeSite:
    """One process of the product, without its loops: `rest` works off what is waiting."""

    url: str
    folder: Path
    key: SecretStr
    clock: ManualClock
    banli: Banli
    app: FastAPI
    hooked: dict[str, LoopbackChannel] = field(default_factory=dict)

    def run(self, work: Any) -> Any:
        """Do something in a unit of its own."""
        return self.banli.store.run(work)

    def do(self, command: Command) -> Any:
        return self.run(lambda uow: self.banli.bus.execute(uow, command, Cause(SYSTEM, "cli", new_id())))

    def rest(self) -> None:
        asyncio.run(self.come_to_rest())

    async def come_to_rest(self) -> None:
        """A round sends one notice of a chat, and thousands may be on their way to one."""
        await self.banli.work_until_quiet(20_000)

    def newest(self) -> int:
        with self.banli.reading.open() as reader:
            found = reader.find(inbox, order=inbox.c.id.desc(), limit=1)
        return int(found[0]["id"]) if found else 0

    def kept_after(self, newest: int) -> list[dict[str, Any]]:
        """Rows of the inbox that are newer: only this process writes."""
        with self.banli.reading.open() as reader:
            return [dict(row) for row in reader.find(inbox, inbox.c.id > newest)]

    def content(self, handle: str) -> bytes | None:
        """Of a file that was handed in."""
        try:
            return self.banli.files.read(handle)
        except FileGone:
            return None

    def state(self) -> dict[str, str]:
        """A digest of every table: two that are equal show that nothing happened in between."""
        with self.banli.reading.open() as reader:
            return {
                table.name: _digest(
                    [
                        {name: value for name, value in row.items() if name != COUNTED.get(table.name)}
                        for row in reader.rows(table.select().order_by(*table.primary_key))
                    ]
                )
                for table in metadata.sorted_tables
                if table.name not in LIVING
            }


def _digest(rows: list[dict[str, Any]]) -> str:
    return f"{len(rows)} rows, " + hashlib.sha256(json.dumps(rows, default=repr, sort_keys=True).encode()).hexdigest()


@contextmanager
def open_site(
    url: str, folder: Path, key: SecretStr | None = None, clock: ManualClock | None = None
) -> Iterator[ForgeSite]:
    """A process over this database; the first one fills it, another with the same key is a restart or a second one."""
    first = key is None
    key, clock = key or SecretStr(generate_key()), clock or ManualClock(START)
    settings = Settings(
        database_url=SecretStr(url), files_dir=folder / "files", keys=key, demo=False, webchat=UNHURRIED,
        limits=Limits(upload_bytes=MOST, check_seconds=60),
    )  # fmt: skip
    banli = build(settings, clock=clock)
    banli.start()
    try:
        if first:
            seed(banli.store, banli.bus, FLOWS)
        app, site_hooks = web(banli, loops=False), {}
        for account, secrets in HOOKS.items():
            channel = LoopbackChannel(account=account)
            banli.add(channel)
            app.router.routes.extend(LoopbackWebhook(channel, secrets, banli.store, clock).routes())
            site_hooks[account] = channel
        site = ForgeSite(url, folder, key, clock, banli, app, site_hooks)
        site.rest()
        yield site
    finally:
        banli.stop()
