"""The root: builds every part of one process and wires them. Only it and the CLI know the concrete channels."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
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
from adapters.webchat.throttle import Allowance, ChatLimits
from admin_api.app import Parts as AdminParts
from admin_api.app import install
from bot.cards.context import House
from bot.demo.people import ACCOUNT as DEMO_ACCOUNT
from bot.demo.people import SEATS as DEMO_SEATS
from bot.demo.routes import DemoRoutes
from bot.dialogs.press import check_presses
from bot.fetcher import Fetcher
from bot.receiver import Receiver
from bot.reconciler import Reconciler
from bot.router import check_table
from bot.sealer import Sealer
from bot.sender import Sender
from bot.signs import Signs
from bot.story.reader import story_problems
from bot.sweeper import Sweeper
from bot.texts.catalogue import sentences
from bot.texts.living import LivingTexts
from bot.ticker import Ticker
from bot.webhooks import guard, health_routes
from core.bus.bus import Bus
from core.catalog.calendars import LivingCalendars
from core.catalog.catalogue import Catalogue
from core.catalog.settings import BELL as SETTINGS_BELL
from core.catalog.settings import LivingAgency
from core.catalog.texts import BELL as TEXTS_BELL
from core.channel.port import Channel
from core.engine.calendars.known import CALENDARS
from core.files.child import Inspector
from core.files.limits import FileLimits
from core.files.links import PURPOSE, SENT_PURPOSE, UPLOAD_PURPOSE, OriginalLinks, SentLinks, UploadLinks
from core.files.scan import Scanner
from core.kit.clock import Clock, SystemClock
from core.kit.crypto import Vault
from core.kit.db import check_classified, is_sqlite, reader_engine, writer_engine
from core.kit.settings import Settings
from core.staff.policy import DEFAULT
from core.store.reading import Reading
from core.store.sealing import Sealing
from core.store.store import Store
from core.wiring.hall import build_bus

FLOWS = Path(__file__).resolve().parent.parent / "flows"

__all__ = ["FLOWS", "Banli", "adapters", "build", "core", "web"]


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
    reconciler: Reconciler

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
        answering = (self.receiver, self.sender, self.signs, self.fetcher, self.ticker)
        async with asyncio.TaskGroup() as tasks:
            for loop in (*answering, self.sealer, self.sweeper, self.reconciler):
                tasks.create_task(loop.run())


def build(settings: Settings, *, clock: Clock | None = None) -> Banli:
    """Build one process. Raises MissingKey, SettingsError or RuntimeError for what would not work; nothing runs yet."""
    check_classified()
    watch = clock or SystemClock()
    vault = Vault.from_settings(settings)
    url, sealing = settings.database_url.get_secret_value(), Sealing(vault)
    store, reading = Store(writer_engine(url), sealing, watch), Reading(reader_engine(url), sealing)
    files = FolderStore(settings.files_dir, vault)
    inspector = Inspector(FileLimits.of(settings.limits))
    scanner = None if settings.clamav is None else Clamd(settings.clamav, settings.clamav_seconds)
    catalogue, texts, agency = Catalogue(), LivingTexts(sentences()), LivingAgency(settings.agency)
    bus = _bus(catalogue, texts, agency)
    check_presses()
    check_table(frozenset(name for grants in DEFAULT.grants.values() for name in grants) | frozenset(DEFAULT.client))
    house, hub, webchat = _house(settings, vault, catalogue, texts, agency), Hub(), _webchat(settings)
    pages = (WebchatChannel(webchat, store, files, hub), UploadsChannel(files, settings.limits.upload_bytes))
    channels: dict[str, Channel] = {
        f"{each.name}:{each.account}": each for each in (*pages, LoopbackGateway("sms"), LoopbackGateway("mail"))
    }
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
        receiver=Receiver(store, reading, bus, house, channels, watch),
        sender=Sender(store, reading, house, channels, watch),
        signs=Signs(reading, channels, watch),
        ticker=Ticker(store, reading, bus, watch),
        fetcher=Fetcher(store, reading, bus, channels, files, inspector, watch, inspector.limits, scanner),
        sealer=Sealer(store, vault, watch, settings.anchors_file),
        sweeper=Sweeper(store, reading, files, watch, timedelta(hours=settings.orphan_hours)),
        reconciler=Reconciler(store, reading, house, channels, watch),
    )
    _listen(banli)
    return banli


def _listen(banli: Banli) -> None:
    """Who wakes when a unit that concerns him is committed."""
    for name, loop in (("inbox", banli.receiver), ("outbox", banli.sender), ("errand", banli.fetcher)):
        banli.store.listen(name, loop.bell.ring)
    banli.store.listen(TEXTS_BELL, banli.house.texts.forget)
    banli.store.listen(SETTINGS_BELL, banli.house.settled.forget)


def _bus(catalogue: Catalogue, texts: LivingTexts, agency: LivingAgency) -> Bus:
    zone = CALENDARS[agency.written.calendar].zone
    return build_bus(DEFAULT, catalogue, dict(CALENDARS), texts, agency=agency, zone=zone)


def _house(
    settings: Settings,
    vault: Vault,
    catalogue: Catalogue,
    texts: LivingTexts,
    agency: LivingAgency,
) -> House:
    return House(
        texts=texts,
        catalogue=catalogue,
        policy=DEFAULT,
        calendars=LivingCalendars(CALENDARS),
        settled=agency,
        zone=CALENDARS[settings.agency.calendar].zone,
        links=OriginalLinks(vault.derive(PURPOSE), settings.base_url),
        uploads=UploadLinks(vault.derive(UPLOAD_PURPOSE), settings.base_url),
        upload_bytes=settings.limits.upload_bytes,
        sent_links=SentLinks(vault.derive(SENT_PURPOSE), settings.base_url),
        base_url=settings.base_url,
    )


def web(banli: Banli, *, loops: bool = True) -> FastAPI:
    """The web application: the page, the admin API, health; with `loops` also the workers, in this process."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        banli.start()
        work = asyncio.create_task(banli.run_loops()) if loops else None
        yield
        if work is not None:
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work
        await asyncio.to_thread(banli.stop)

    settings = banli.settings
    app = FastAPI(title="Banli", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    routes = WebchatRoutes(banli.webchat, banli.store, banli.reading, banli.files, banli.bus, banli.hub, banli.clock)
    app.router.routes.extend(routes.routes())
    app.router.routes.extend(_uploads(banli).routes())
    app.router.routes.extend(health_routes(banli.store, banli.reading))
    if settings.demo:
        app.router.routes.extend(DemoRoutes(banli.house, banli.reading, banli.clock, lambda: banli.hub.closed).routes())
    install(
        app,
        AdminParts(
            store=banli.store,
            reading=banli.reading,
            bus=banli.bus,
            catalogue=banli.catalogue,
            files=banli.files,
            inspector=banli.inspector,
            scanner=banli.scanner,
            clock=banli.clock,
            policy=DEFAULT,
            limits=FileLimits.of(settings.limits),
            texts=banli.house.texts,
            zone=banli.house.zone,
            links=banli.house.links,
            sent_links=banli.house.sent_links,
            story_problems=story_problems,
        ),
    )
    guard(app, _hosts(settings))
    return app


def _uploads(banli: Banli) -> UploadRoutes:
    chat = banli.webchat
    page = UploadPage(dict(chat.title), chat.max_file_bytes, chat.limits)
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
    limits = ChatLimits(
        texts=Allowance(said.texts_at_once, 60 * said.texts_at_once / said.texts_per_minute),
        files=Allowance(said.files_in_ten_minutes, 600),
        bytes=Allowance(said.bytes_a_day, 86_400),
        sessions=Allowance(said.sessions_an_hour, 3600),
    )
    return WebchatConfig(
        title=title, secure_cookie=secure, max_file_bytes=most, samples=FLOWS, origins=said.origin_list, limits=limits
    )


def _hosts(settings: Settings) -> Sequence[str] | None:
    """In demo mode only loopback names are answered: another site cannot point its own name at this machine."""
    return ("localhost", "127.0.0.1", "[::1]", "testserver") if settings.demo else None


def database_file(settings: Settings) -> Path | None:
    """The file of a SQLite database, None for PostgreSQL."""
    url = settings.database_url.get_secret_value()
    return Path(url.removeprefix("sqlite:///")) if is_sqlite(url) else None
