"""The root: builds every part of one process and wires them. Only it and the CLI know the concrete channels."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import adapters.webchat.tables
import core.wiring.tables
from adapters.clamd.scanner import Clamd
from adapters.folder_store.store import FolderStore
from adapters.gateways.loopback import LoopbackGateway
from adapters.hooks.channel import HookChannel
from adapters.uploads.channel import UploadsChannel
from adapters.webchat.channel import WebchatChannel
from adapters.webchat.config import WebchatConfig
from adapters.webchat.hub import Hub
from adapters.webchat.throttle import ChatLimits
from bot.between import Between, between
from bot.cards.context import House
from bot.connector import Connector
from bot.crew import Crew
from bot.demo.people import ACCOUNT as DEMO_ACCOUNT
from bot.demo.people import SEATS as DEMO_SEATS
from bot.eraser import Eraser
from bot.fetcher import Fetcher
from bot.house import bus_of, check_dialogs, house_of
from bot.lookout import Lookout
from bot.receiver import Receiver
from bot.reconciler import Reconciler
from bot.sealer import Sealer
from bot.sender import Sender
from bot.signs import Signs
from bot.sweeper import Sweeper
from bot.texts.catalogue import sentences
from bot.texts.living import LivingTexts
from bot.ticker import Ticker
from bot.watch.beats import LOOPS
from bot.watch.health import version
from bot.watch.watching import Watching
from core.bus.bus import Bus
from core.catalog.catalogue import Catalogue
from core.catalog.settings import BELL as SETTINGS_BELL
from core.catalog.settings import LivingAgency
from core.catalog.texts import BELL as TEXTS_BELL
from core.channel.port import Channel
from core.clients.erasure import BELL as ERASURE
from core.files.child import Children, Inspector
from core.files.limits import FileLimits
from core.files.scan import Scanner
from core.kit.clock import Clock, SystemClock
from core.kit.crypto import Vault
from core.kit.db import check_classified, is_sqlite, reader_engine, writer_engine
from core.kit.settings import Settings
from core.kit.watch import Watches
from core.ledger.processes import Kind, Me
from core.ledger.share import Place
from core.staff.living import BELL as POLICY_BELL
from core.staff.living import LivingPolicy
from core.store.reading import Reading
from core.store.sealing import Sealing
from core.store.sessions import SessionLocks
from core.store.store import Store

FLOWS = Path(__file__).resolve().parent.parent / "flows"

__all__ = ["FLOWS", "LOOPS", "Banli", "adapters", "build", "core"]


@dataclass(frozen=True, slots=True)
class Banli:
    """Every part of one process, built and wired; `start` and `stop` run the store, `loops` do the work."""

    settings: Settings
    clock: Clock
    vault: Vault
    store: Store
    reading: Reading
    files: FolderStore
    inspector: Inspector
    scanner: Scanner | None
    catalogue: Catalogue
    bus: Bus
    house: House
    hub: Hub
    webchat: WebchatConfig
    channels: dict[str, Channel]
    receiver: Receiver
    sender: Sender
    signs: Signs
    ticker: Ticker
    fetcher: Fetcher
    sealer: Sealer
    sweeper: Sweeper
    eraser: Eraser
    reconciler: Reconciler
    lookout: Lookout
    watches: Watches
    between: Between
    me: Me
    crew: Crew
    connector: Connector

    def start(self) -> None:
        self.store.start()

    def stop(self) -> None:
        """Finish what is waiting, then let go of everything."""
        self.store.close()
        self.reading.close()
        self.inspector.close()

    def add(self, channel: Channel) -> None:
        """One more channel, for tests and stories."""
        self.channels[f"{channel.name}:{channel.account}"] = channel

    def loops(self) -> tuple[str, ...]:
        """All that a process does which does everything: connections only where a channel keeps one."""
        return (*LOOPS, "connector") if self.connector.accounts() else LOOPS

    def watching(self, *loops: str) -> Watching:
        """What tells an operator of this process, which runs these loops; one without any only has doors."""
        bells = {name: getattr(self, name).bell for name in loops}
        me = self.me if loops else replace(self.me, kind="web")
        parts = self.settings, self.watches, self.store, self.reading, self.clock
        return Watching(*parts, bells, me, self.connector, self.between.joined)

    async def work_until_quiet(self, rounds: int = 1000) -> None:
        """Run the loops' rounds until none has anything to do: for tests, stories and simulation."""
        for _ in range(rounds):
            done = await self.receiver.work_once() + await self.fetcher.work_once()
            done += await self.ticker.work_once() + await self.sender.work_once()
            if not done:
                return
        raise RuntimeError("the loops do not come to rest")

    async def run(self, *loops: str, also: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()) -> None:
        """These loops, what joins this process to others, and whatever is given, until cancelled."""
        if "crew" in loops:
            await self.crew.enlist()
        async with asyncio.TaskGroup() as tasks:
            for work in (*(getattr(self, name).run for name in loops), *also):
                tasks.create_task(work())
            if self.between.relay is not None:
                tasks.create_task(self.between.relay.run())


def build(
    settings: Settings, *, clock: Clock | None = None, kind: Kind = "run", children: Children | None = None
) -> Banli:
    """Build one process; nothing runs yet. `children` open the files, where many houses of one process share them.

    Raises MissingKey, SettingsError or RuntimeError for what would not work.
    """
    _check()
    watch, vault = clock or SystemClock(), Vault.from_settings(settings)
    url, sealing, watches = settings.database_url.get_secret_value(), Sealing(vault), Watches()
    store, reading = Store(writer_engine(url), sealing, watch, watches), Reading(reader_engine(url), sealing)
    files = FolderStore(settings.files_dir, vault)
    inspector = Inspector(FileLimits.of(settings.limits), watches, children)
    catalogue, texts, agency, policy = Catalogue(), LivingTexts(sentences()), LivingAgency.of(settings), LivingPolicy()
    bus, scanner = bus_of(policy, catalogue, texts, agency, frozenset(settings.hooks)), _scanner(settings)
    house = house_of(settings, vault, policy, catalogue, texts, agency)
    me, place, hub, webchat = Me(kind, version()), Place(), Hub(), _webchat(settings)
    channels = _channels(settings, webchat, store, files, hub) | _hooks(settings, watch)
    given = settings, watch, vault, store, reading, files, inspector, scanner, catalogue, bus
    banli = Banli(
        *given,
        house,
        hub,
        webchat,
        channels,
        receiver=Receiver(store, reading, bus, house, channels, watch, watches, place),
        sender=Sender(store, reading, house, channels, watch, watches, place),
        signs=Signs(reading, channels, watch),
        ticker=Ticker(store, reading, bus, watch, watches, place),
        fetcher=Fetcher(store, reading, bus, channels, files, inspector, watch, inspector.limits, scanner, place),
        sealer=Sealer(store, vault, watch, settings.anchors_file),
        sweeper=Sweeper(store, reading, files, watch, timedelta(hours=settings.orphan_hours), place),
        eraser=Eraser(store, reading, bus, files, settings.erased_file, place),
        reconciler=Reconciler(store, reading, house, channels, watch, place),
        lookout=Lookout(store, reading, bus, watch, place),
        watches=watches,
        between=between(settings, vault, watch),
        me=me,
        crew=Crew(store, reading, SessionLocks(store.engine), me, place),
        connector=Connector(store, SessionLocks(store.engine), channels, watches),
    )
    return _listening(banli)


def _scanner(settings: Settings) -> Scanner | None:
    return None if settings.clamav is None else Clamd(settings.clamav, settings.clamav_seconds)


def _channels(
    settings: Settings, webchat: WebchatConfig, store: Store, files: FolderStore, hub: Hub
) -> dict[str, Channel]:
    """Our own pages, and where codes go out by."""
    pages = (WebchatChannel(webchat, store, files, hub), UploadsChannel(files, settings.limits.upload_bytes))
    every: tuple[Channel, ...] = (*pages, LoopbackGateway("sms"), LoopbackGateway("mail"))
    return {f"{each.name}:{each.account}": each for each in every}


def _hooks(settings: Settings, clock: Clock) -> dict[str, Channel]:
    """What rules may call: nothing, unless the operator has listed it."""
    every = [HookChannel(name, hook, clock) for name, hook in settings.hooks.items()]
    return {f"{each.name}:{each.account}": each for each in every}


def _check() -> None:
    """What is wrong with the code itself is told at the start, not when somebody meets it."""
    check_classified()
    check_dialogs()


def _listening(banli: Banli) -> Banli:
    """Who wakes when a unit that concerns him is committed."""
    house = banli.house
    for name, wake in (
        ("inbox", banli.receiver.bell.ring),
        ("outbox", banli.sender.bell.ring),
        ("errand", banli.fetcher.bell.ring),
        (ERASURE, banli.eraser.bell.ring),
        (TEXTS_BELL, house.texts.forget),
        (POLICY_BELL, house.policy.forget),
        (SETTINGS_BELL, house.settled.forget),
    ):
        banli.between.rings(banli.store, name, wake)
    banli.between.joins(banli.hub, works=banli.me.kind == "run")
    banli.crew.moved += [getattr(banli, name).bell.ring for name in LOOPS if name != "crew"]
    return banli


def _webchat(settings: Settings) -> WebchatConfig:
    title = {"zh-CN": settings.agency.name_zh, "en": settings.agency.name_en}
    secure = settings.base_url.startswith("https")
    most = settings.limits.upload_bytes
    if settings.demo:
        return WebchatConfig(
            account=DEMO_ACCOUNT, title=title, seats=DEMO_SEATS, open=False, max_file_bytes=most, samples=FLOWS
        )
    said = settings.webchat
    return WebchatConfig(
        title=title,
        secure_cookie=secure,
        max_file_bytes=most,
        samples=FLOWS,
        origins=said.origin_list,
        limits=ChatLimits.of(said),
    )


def database_file(settings: Settings) -> Path | None:
    """The file of a SQLite database, None for PostgreSQL."""
    url = settings.database_url.get_secret_value()
    return Path(url.removeprefix("sqlite:///")) if is_sqlite(url) else None
