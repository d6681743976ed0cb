"""The web application of one process: the pages, the admin API, health; it starts and ends the loops with itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial

from fastapi import FastAPI

from adapters.uploads.routes import UploadPage, UploadRoutes
from adapters.webchat.routes import WebchatRoutes
from admin_api.app import Parts as AdminParts
from admin_api.app import Rates, install
from admin_api.parts import MadeStory
from bot.app import Banli
from bot.demo.routes import DemoRoutes
from bot.sealer import read_anchors
from bot.story.reader import story_problems
from bot.watch.requests import NO_TELEMETRY, RequestIds
from bot.webhooks import LOOPBACK_NAMES, guard
from core.files.limits import FileLimits
from core.store.sealing import Row

StoryMaker = Callable[[Row], MadeStory]
OPENAPI = "/api/openapi.json"


def web(banli: Banli, *, loops: bool = True, story_of: StoryMaker | None = None) -> FastAPI:
    """The web application: the page, the admin API, health; with `loops` also the workers, in this process.

    `story_of` makes stories of cases for the API; without it there are none."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        banli.start()
        watching.start()
        work = asyncio.create_task(banli.run(*working, also=[watching.pulse.run]))
        yield
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        await asyncio.to_thread(watching.pulse.leave)
        await asyncio.to_thread(banli.stop)
        await asyncio.to_thread(watching.stop)

    settings, working = banli.settings, banli.loops() if loops else ()
    watching = banli.watching(*working)
    app = FastAPI(
        title="Banli", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=OPENAPI, telemetry=NO_TELEMETRY
    )
    store, reading, clock, buckets = banli.store, banli.reading, banli.clock, banli.between.buckets
    routes = WebchatRoutes(banli.webchat, store, reading, banli.files, banli.bus, banli.hub, clock, buckets)
    app.router.routes.extend([*routes.routes(), *_uploads(banli).routes(), *watching.health.routes()])
    if settings.demo:
        app.router.routes.extend(DemoRoutes(banli.house, banli.reading, banli.clock, lambda: banli.hub.closed).routes())
    install(app, replace(desk_of(banli), story_of=story_of))
    guard(app, LOOPBACK_NAMES if settings.demo else None)
    app.add_middleware(RequestIds, watches=banli.watches)
    return app


def desk_of(banli: Banli) -> AdminParts:
    """What the admin API leans on."""
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
        rates=Rates(banli.settings.api.requests_per_minute, buckets=banli.between.buckets),
        anchors=partial(read_anchors, banli.settings.anchors_file),
    )


def _uploads(banli: Banli) -> UploadRoutes:
    page = UploadPage(dict(banli.webchat.title), banli.webchat.max_file_bytes, banli.webchat.limits)
    links, catalogue = banli.house.uploads, banli.catalogue
    buckets = banli.between.buckets
    return UploadRoutes(page, links, catalogue, banli.store, banli.reading, banli.files, banli.clock, buckets)
