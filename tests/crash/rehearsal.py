"""The product in this process, with people who say and press: prepares the agency that the crash tests begin with."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.loopback.channel import LoopbackChannel
from bot.app import Banli, build
from core.bus.deed import SYSTEM, Cause
from core.channel.inbound import Address, ButtonPress, FileRef, InboundMessage, Update
from core.commands.command import Command
from core.kit.clock import ManualClock
from core.kit.ids import new_id
from core.kit.settings import Settings
from core.ledger import inbox
from tests.crash.channel import ACCOUNT, NAME

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai: nobody's quiet hours


@dataclass
class Rehearsal:
    """One agency, its clock standing still."""

    banli: Banli
    channel: LoopbackChannel
    runner: asyncio.Runner

    def do(self, command: Command) -> Any:
        return self.banli.store.run(lambda uow: self.banli.bus.execute(uow, command, Cause(SYSTEM, "cli", new_id())))

    def says(self, chat: str, text: str) -> None:
        self._arrives(InboundMessage(address=_at(chat), sender=chat, text=text))

    def sends(self, chat: str, name: str, data: bytes, caption: str) -> None:
        handle = f"f{new_id()}"
        self.channel.files[handle] = data
        ref = FileRef(handle=handle, name=name, size=len(data))
        self._arrives(InboundMessage(address=_at(chat), sender=chat, text=caption, file=ref))

    def presses(self, chat: str, label: str) -> None:
        """Press the newest button with this label. Raises AssertionError when there is none."""
        self._arrives(ButtonPress(address=_at(chat), sender=chat, token=self.token(chat, label)))

    def token(self, chat: str, label: str) -> str:
        """Of the newest button with this label."""
        seen = [button for each in self.channel.sent if each.to.chat == chat for button in each.message.card.buttons]
        found = [button.token for button in seen if button.label in (label, f"✓ {label}")] or [
            button.token for button in seen if label in button.label
        ]
        assert found, f"{chat} sees no {label!r}, only {[button.label for button in seen]}"
        return found[-1]

    def rest(self) -> None:
        """Until nothing is to be done, the audit's seals and the comparison of cards included."""
        self.runner.run(self.banli.work_until_quiet())
        while self.runner.run(self.banli.sealer.work_once()):
            pass

    def _arrives(self, inbound: Any) -> None:
        update = Update(
            channel=NAME,
            account=ACCOUNT,
            platform_id=f"before-{new_id()}",
            conversation=inbound.address.key,
            raw=inbound.model_dump_json().encode(),
        )
        self.banli.store.run(lambda uow: inbox.append(uow, update))
        self.rest()


@contextmanager
def rehearsal(settings: Settings) -> Iterator[Rehearsal]:
    """On a database that has its tables."""
    banli = build(settings, clock=ManualClock(START))
    channel = LoopbackChannel(name=NAME, account=ACCOUNT)
    banli.add(channel)
    banli.start()
    try:
        with asyncio.Runner() as runner:
            yield Rehearsal(banli, channel, runner)
    finally:
        banli.stop()


def _at(chat: str) -> Address:
    return Address(channel=NAME, account=ACCOUNT, chat=chat)
