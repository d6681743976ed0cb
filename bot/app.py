"""The root: builds every part of one process and wires them. Only it and the CLI know the concrete channels."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from fastapi import FastAPI

import adapters.webchat.tables
import core.wiring.tables
from adapters.clamd.scanner import Clamd
from adapters.folder_store.store import FolderStore
from adapters.gateways.loopback import LoopbackGateway
from adapters.uploads.channel import UploadsChannel
from adapters.uploads.routes import UploadPage, UploadRoutes
from adapters.webchat.channel import WebchatChannel
from adapters.webchat.config import WebchatConfig
from adapters.webchat.hub import Hub
from adapters.webchat.routes import WebchatRoutes
from adapters.webchat.throttle import ChatLimits
from admin_api.app import Parts as AdminParts
from admin_api.app import Rates, install
from bot.cards.context import House
from bot.demo.people import ACCOUNT as DEMO_ACCOUNT
from bot.demo.people import SEATS as DEMO_SEATS
from bot.demo.routes import DemoRoutes
from bot.eraser import Eraser
from bot.fetcher import Fetcher
from bot.house import bus_of, check_dialogs, house_of
from bot.receiver import Receiver
from bot.reconciler import Reconciler
from bot.sealer import Sealer, read_anchors
from bot.sender import Sender
from bot.signs import Signs
from bot.story.reader import story_problems
from bot.sweeper import Sweeper
from bot.texts.catalogue import sentences
from bot.texts.living import LivingTexts
from bot.ticker import Ticker
from bot.watch.beats import LOOPS
from bot.watch.requests import NO_TELEMETRY, RequestIds
from bot.watch.watching import Watching
from bot.webhooks import LOOPBACK_NAMES, guard
from core.bus.bus import Bus
from core.catalog.catalogue import Catalogue
from core.catalog.settings import BELL as SETTINGS_BELL
from core.catalog.settings import LivingAgency
from core.catalog.texts import BELL as TEXTS_BELL
from core.channel.port import Channel
from core.clients.erasure import BELL as ERASURE
from core.files.child import Inspector
from core.files.limits import FileLimits
from core.files.scan import Scanner
from core.kit.clock import Clock, SystemClock
from core.kit.crypto import Vault
from core.kit.db import check_classified, is_sqlite, reader_engine, writer_engine
from core.kit.settings import Settings
from core.kit.watch import Watches
from core.ledger.processes import Kind
from core.staff.living import BELL as POLICY_BELL
from core.staff.living import LivingPolicy
from core.store.reading import Reading
from core.store.sealing import Sealing
from core.store.store import Store

OPENAPI = "/api/openapi.json"
FLOWS = Path(__file__).resolve().parent.parent / "flows"

__all__ = ["FLOWS", "LOOPS", "Banli", "adapters", "build", "core", "web"]


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
    watches: Watches

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

    async def work_until_quiet(self, rounds: int = 1000) -> None:
        """Run the loops' rounds until none has anything to do: for tests, stories and simulation."""
        for _ in range(rounds):
            done = await self.receiver.work_once() + await self.fetcher.work_once()
            done += await self.ticker.work_once() + await self.sender.work_once()
            if not done:
                return
        raise RuntimeError("the loops do not come to rest")

    async def run_loops(self) -> None:
        """Every loop until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for name in LOOPS:
                tasks.create_task(getattr(self, name).run())


def build(settings: Settings, *, clock: Clock | None = None) -> Banli:
    """Build one process. Raises MissingKey, SettingsError or RuntimeError for what would not work; nothing runs yet."""
    _check()
    watch = clock or SystemClock()
    vault = Vault.from_settings(settings)
    url, sealing, watches = settings.database_url.get_secret_value(), Sealing(vault), Watches()
    store, reading = Store(writer_engine(url), sealing, watch, watches), Reading(reader_engine(url), sealing)
    files = FolderStore(settings.files_dir, vault)
    inspector = Inspector(FileLimits.of(settings.limits), watches)
    scanner = None if settings.clamav is None else Clamd(settings.clamav, settings.clamav_seconds)
    catalogue, texts, agency, policy = Catalogue(), LivingTexts(sentences()), LivingAgency.of(settings), LivingPolicy()
    bus = bus_of(policy, catalogue, texts, agency)
    house = house_of(settings, vault, policy, catalogue, texts, agency)
    hub, webchat = Hub(), _webchat(settings)
    pages = (WebchatChannel(webchat, store, files, hub), UploadsChannel(files, settings.limits.upload_bytes))
    doors: tuple[Channel, ...] = (*pages, LoopbackGateway("sms"), LoopbackGateway("mail"))
    channels = {f"{each.name}:{each.account}": each for each in doors}
    banli = Banli(
        settings=settings,
        clock=watch,
        vault=vault,
        store=store,
        reading=reading,
        files=files,
        inspector=inspector,
        scanner=scanner,
        catalogue=catalogue,
        bus=bus,
        house=house,
        hub=hub,
        webchat=webchat,
        channels=channels,
        receiver=Receiver(store, reading, bus, house, channels, watch, watches),
        sender=Sender(store, reading, house, channels, watch, watches),
        signs=Signs(reading, channels, watch),
        ticker=Ticker(store, reading, bus, watch, watches),
        fetcher=Fetcher(store, reading, bus, channels, files, inspector, watch, inspector.limits, scanner),
        sealer=Sealer(store, vault, watch, settings.anchors_file),
        sweeper=Sweeper(store, reading, files, watch, timedelta(hours=settings.orphan_hours)),
        eraser=Eraser(store, reading, bus, files, settings.erased_file),
        reconciler=Reconciler(store, reading, house, channels, watch),
        watches=watches,
    )
    _listen(banli)
    return banli


def _check() -> None:
    """What is wrong with the code itself is told at the start, not when somebody meets it."""
    check_classified()
    check_dialogs()


def _listen(banli: Banli) -> None:
    """Who wakes when a unit that concerns him is committed."""
    for name, loop in (
        ("inbox", banli.receiver),
        ("outbox", banli.sender),
        ("errand", banli.fetcher),
        (ERASURE, banli.eraser),
    ):
        banli.store.listen(name, loop.bell.ring)
    banli.store.listen(TEXTS_BELL, banli.house.texts.forget)
    banli.store.listen(POLICY_BELL, banli.house.policy.forget)
    banli.store.listen(SETTINGS_BELL, banli.house.settled.forget)


def web(banli: Banli, *, loops: bool = True) -> FastAPI:
    """The web application: the page, the admin API, health; with `loops` also the workers, in this process."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        banli.start()
        watching.start()
        tasks = [asyncio.create_task(watching.pulse.run())]
        if loops:
            tasks.append(asyncio.create_task(banli.run_loops()))
        yield
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(watching.pulse.leave)
        await asyncio.to_thread(banli.stop)
        await asyncio.to_thread(watching.stop)

    settings = banli.settings
    bells = {name: getattr(banli, name).bell for name in LOOPS} if loops else {}
    kind: Kind = "run" if loops else "web"
    watching = Watching(settings, banli.watches, banli.store, banli.reading, banli.clock, bells, kind)
    app = FastAPI(
        title="Banli", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=OPENAPI, telemetry=NO_TELEMETRY
    )
    routes = WebchatRoutes(banli.webchat, banli.store, banli.reading, banli.files, banli.bus, banli.hub, banli.clock)
    app.router.routes.extend([*routes.routes(), *_uploads(banli).routes(), *watching.health.routes()])
    if settings.demo:
        app.router.routes.extend(DemoRoutes(banli.house, banli.reading, banli.clock, lambda: banli.hub.closed).routes())
    install(app, _desk(banli))
    guard(app, LOOPBACK_NAMES if settings.demo else None)
    app.add_middleware(RequestIds, watches=banli.watches)
    return app


def _desk(banli: Banli) -> AdminParts:
    return AdminParts(
        store=banli.store,
        reading=banli.reading,
        bus=banli.bus,
        catalogue=banli.catalogue,
        files=banli.files,
        inspector=banli.inspector,
        scanner=banli.scanner,
        clock=banli.clock,
        policy=banli.house.policy,
        limits=FileLimits.of(banli.settings.limits),
        texts=banli.house.texts,
        zone=banli.house.zone,
        links=banli.house.links,
        sent_links=banli.house.sent_links,
        story_problems=story_problems,
        rates=Rates(banli.settings.api.requests_per_minute),
        anchors=partial(read_anchors, banli.settings.anchors_file),
    )


def _uploads(banli: Banli) -> UploadRoutes:
    page = UploadPage(dict(banli.webchat.title), banli.webchat.max_file_bytes, banli.webchat.limits)
    links, catalogue = banli.house.uploads, banli.catalogue
    return UploadRoutes(page, links, catalogue, banli.store, banli.reading, banli.files, banli.clock)


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
