"""The upload page's routes: the page, what its link opens, and the files; every one asks the link anew."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from adapters.uploads.channel import ACCOUNT, NAME
from adapters.webchat.throttle import ChatLimits, Throttle
from adapters.webchat.upload import Upload, read_upload
from adapters.webchat.verify import check_origin
from core.catalog.catalogue import Catalogue
from core.channel.inbound import Address, FileRef, InboundMessage, Update
from core.engine.text import pick
from core.files.links import Opening, UploadLinks
from core.files.store_port import FileStore
from core.kit.buckets import Buckets
from core.kit.clock import Clock
from core.ledger import inbox
from core.store.reading import Reading
from core.store.store import Store, Unit
from core.views.opening_view import OpeningView, opening_view

STATIC = Path(__file__).parent / "static"
NO_STORE = {"Cache-Control": "no-store"}
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class UploadPage:
    """What an operator can say about the page."""

    title: dict[str, str]
    max_file_bytes: int
    limits: ChatLimits | None


class UploadRoutes:
    """Built by the root. The link is the only proof that is asked for: no cookie, no account."""

    def __init__(
        self,
        page: UploadPage,
        links: UploadLinks,
        catalogue: Catalogue,
        store: Store,
        reading: Reading,
        files: FileStore,
        clock: Clock,
        buckets: Buckets,
    ) -> None:
        self._page = page
        self._links = links
        self._catalogue = catalogue
        self._store = store
        self._reading = reading
        self._files = files
        self._clock = clock
        self._throttle = Throttle(page.limits, buckets)

    def routes(self) -> list[BaseRoute]:
        return [
            Mount("/upload/static", GZipMiddleware(StaticFiles(directory=STATIC)), name="upload-static"),
            Route("/upload/{token}", self.show, methods=["GET"]),
            Route("/upload/{token}/about", self.about, methods=["GET"]),
            Route("/upload/{token}/files", self.take, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The same page for every link: what it opens, or why not, is asked by the page itself."""
        return FileResponse(STATIC / "index.html", headers={"Content-Security-Policy": CSP, **NO_STORE})

    async def about(self, request: Request) -> Response:
        """Until when, for what, how large. Says nothing about the person."""
        opening, view = await asyncio.to_thread(self._opened, request)
        told: dict[str, Any] = {
            "language": view.language,
            "title": self._page.title[view.language],
            "item": "" if view.item is None else pick(dict(view.item), view.language),
            "accept": list(view.accept),
            "until": opening.until.isoformat(),
            "max_file_bytes": self._page.max_file_bytes,
        }
        return JSONResponse(told, headers=NO_STORE)

    async def take(self, request: Request) -> Response:
        """The file is in the store before the answer, and goes the way of one that was sent in the chat."""
        check_origin(request)
        opening, view = await asyncio.to_thread(self._opened, request)
        self._throttle.file(request, f"client:{opening.client_id}", self._page.max_file_bytes)
        upload = await read_upload(request, self._files, self._page.max_file_bytes)
        update = _update(opening, view, upload)
        unit = Unit(lambda uow: inbox.append(uow, update), first=True, name="upload in")
        await asyncio.wrap_future(self._store.submit(unit))
        return Response(status_code=202, headers=NO_STORE)

    def _opened(self, request: Request) -> tuple[Opening, OpeningView]:
        opening = self._links.read(request.path_params["token"], self._clock.now())
        with self._reading.open() as reader:
            return opening, opening_view(reader, self._catalogue, opening)


def _update(opening: Opening, view: OpeningView, upload: Upload) -> Update:
    """As if the client had sent it in his chat; the page's own id makes a repeated upload none."""
    chat = view.chat
    address = Address(channel=chat["channel"], account=chat["account"], chat=chat["chat"])
    ref = FileRef(handle=upload.stored.handle, name=upload.name, media_type=upload.media_type, size=upload.stored.size)
    said = InboundMessage(
        address=address,
        sender=chat["chat"],
        text=upload.caption,
        file=ref,
        case_id=opening.case_id,
        item_id=opening.item_id,
    )
    return Update(
        channel=NAME,
        account=ACCOUNT,
        platform_id=f"{chat['id']}:{upload.id}",
        conversation=chat["key"],
        raw=said.model_dump_json().encode(),
    )
