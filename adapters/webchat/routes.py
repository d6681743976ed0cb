"""The page's HTTP routes: what it shows, what it says, what it uploads. Each answers only after the commit."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from adapters.webchat import feed
from adapters.webchat.channel import NAME
from adapters.webchat.config import WebchatConfig
from adapters.webchat.hub import Hub
from adapters.webchat.people import language_of, may_see, open_cards, person_at, redraw, set_language
from adapters.webchat.render import own_body, page_message
from adapters.webchat.said import id_of, read_json, words_of
from adapters.webchat.samples import sample
from adapters.webchat.throttle import Throttle
from adapters.webchat.upload import read_upload
from adapters.webchat.verify import (
    COOKIE,
    WIDGET,
    Visitor,
    check_origin,
    open_session,
    secret_in,
    session_of,
    visitor_of,
)
from core.bus.bus import Bus
from core.channel.inbound import Update
from core.commands.people import Language
from core.files.store_port import FileStore
from core.files.tables import file
from core.kit.buckets import Buckets
from core.kit.clock import Clock
from core.kit.errors import NotFound
from core.kit.ids import new_token
from core.ledger import inbox
from core.store.reading import Reading
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork

MAX_CODE = 40  # characters of an invitation code in the address
STATIC = Path(__file__).parent / "static"
MAX_KIND = 40  # characters of the name of a kind of message
MAX_TOKEN = 100  # characters of a button's token or a message's id
_LANGUAGES: dict[str, Language] = {"zh-CN": "zh-CN", "en": "en"}
NO_STORE = {"Cache-Control": "no-store"}
HEARTBEAT_SECONDS = 15.0
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)


class WebchatRoutes:
    """Built by the root for one account."""

    def __init__(
        self,
        config: WebchatConfig,
        store: Store,
        reading: Reading,
        files: FileStore,
        bus: Bus,
        hub: Hub,
        clock: Clock,
        buckets: Buckets,
    ) -> None:
        self._config = config
        self._store = store
        self._reading = reading
        self._files = files
        self._bus = bus
        self._hub = hub
        self._clock = clock
        self._throttle = Throttle(config.limits, buckets)

    def routes(self) -> list[BaseRoute]:
        """Everything below /chat; a seat is a place at the page with a session of its own."""
        return [
            Mount("/chat/static", GZipMiddleware(StaticFiles(directory=STATIC)), name="chat-static"),
            Route("/chat", self.page),
            Route("/chat/{seat}/", self.page),
            Route("/chat/{seat}/api/session", self.session, methods=["POST"]),
            Route("/chat/{seat}/api/messages", self.messages, methods=["GET"]),
            Route("/chat/{seat}/api/messages", self.say, methods=["POST"]),
            Route("/chat/{seat}/api/events", self.events, methods=["GET"]),
            Route("/chat/{seat}/api/files", self.upload, methods=["POST"]),
            Route("/chat/{seat}/api/files/{file_id}", self.preview, methods=["GET"]),
            Route("/chat/{seat}/api/samples/{flow}/{name}", self.sample, methods=["GET"]),
            Route("/chat/{seat}/api/presses", self.press, methods=["POST"]),
            Route("/chat/{seat}/api/language", self.language, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """The same page for every seat; only the widget's may stand in a frame of the sites that were named."""
        policy = CSP
        if request.path_params.get("seat") == WIDGET:
            if not self._config.origins:
                raise NotFound(thing="widget")
            policy = f"{CSP} {' '.join(self._config.origins)}"  # frame-ancestors stands at its end
        return FileResponse(STATIC / "index.html", headers={"Content-Security-Policy": policy})

    async def session(self, request: Request) -> Response:
        """Open or keep a session; the first one of a visitor greets him. The page may ask for a language."""
        seat, known = request.path_params["seat"], secret_in(request)
        check_origin(request)
        if not self._is_known(known):
            self._throttle.session(request)
        secret, visitor = await self._run(lambda uow: open_session(uow, self._config, seat, known))
        with self._reading.open() as reader:
            kind, language = person_at(reader, visitor), language_of(reader, visitor, request)
        asked: Language | None = _LANGUAGES.get(request.query_params.get("lang", ""))
        if asked is not None and asked != language:
            language = asked
            await self._speak(visitor, asked)
        code = request.query_params.get("code", "")[:MAX_CODE]
        if code or not hmac.compare_digest((known or "").encode(), secret.encode()):
            entered = {"type": "contact", "event": "entered", "locale": language, "payload": code}
            await self._append(visitor, "hello-" + new_token(), entered)
        told: dict[str, Any] = {
            "language": language,
            "title": self._config.title[language],
            "me": kind,
            "max_file_bytes": self._config.max_file_bytes,
        }
        if seat == WIDGET:  # no cookie: the page keeps the secret in the storage that the browser gives it in this site
            return JSONResponse({**told, "visitor": secret, "origins": self._config.origins}, headers=NO_STORE)
        answer = JSONResponse(told)
        answer.set_cookie(
            COOKIE,
            secret,
            path=f"/chat/{seat}/",
            httponly=True,
            samesite="strict",
            secure=self._config.secure_cookie,
            max_age=int(self._config.session.total_seconds()),
        )
        return answer

    async def messages(self, request: Request) -> Response:
        visitor = self._visitor(request)
        rows = await asyncio.to_thread(self._newer, visitor, _cursor(request.query_params.get("after")))
        found = [page_message(row, visitor.seat) for row in rows]
        newest = max((each["cursor"] for each in found), key=int, default="0")
        return JSONResponse({"messages": found, "cursor": newest})

    async def events(self, request: Request) -> Response:
        """Server-sent events: what is new behind the cursor, now and whenever it comes."""
        visitor = self._visitor(request)
        after = _cursor(request.headers.get("last-event-id") or request.query_params.get("after"))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(visitor, after), media_type="text/event-stream", headers=headers)

    async def _stream(self, visitor: Visitor, after: int) -> AsyncIterator[str]:
        quiet = silent = 0.0  # seconds since something was shown, and since anything was written
        yield "retry: 1000\n\n"
        while not self._hub.closed:
            rows = await asyncio.to_thread(self._newer, visitor, after)
            for row in rows:
                after = max(after, row["cursor"])
                data = json.dumps(page_message(row, visitor.seat), ensure_ascii=False)
                yield f"event: message\nid: {row['cursor']}\ndata: {data}\n\n"
            if rows:
                quiet = silent = 0.0
            elif silent >= HEARTBEAT_SECONDS:
                silent = 0.0
                yield ": still here\n\n"
            patience = self._hub.patience(quiet)
            if await self._hub.wait(visitor.account, visitor.visitor, patience):
                yield "event: typing\ndata: {}\n\n"
            quiet, silent = quiet + patience, silent + patience

    async def say(self, request: Request) -> Response:
        visitor = self._visitor(request)
        self._throttle.text(request, visitor.visitor)
        said = await read_json(request)
        text, said_id = words_of(said, "text", self._config.max_text_chars), id_of(said)
        raw = {"type": "text", "text": text, "other": words_of(said, "kind", MAX_KIND)}
        await self._append(visitor, said_id, raw, own_body(text, None))
        return Response(status_code=202)

    async def press(self, request: Request) -> Response:
        visitor = self._visitor(request)
        self._throttle.text(request, visitor.visitor)
        said = await read_json(request)
        token, message = words_of(said, "token", MAX_TOKEN), words_of(said, "message", MAX_TOKEN)
        await self._append(visitor, id_of(said), {"type": "press", "token": token, "message": message})
        return Response(status_code=202)

    async def upload(self, request: Request) -> Response:
        """The file is in the store before the answer; the conversation hears of it in the same commit as the page."""
        visitor = self._visitor(request)
        self._throttle.file(request, visitor.visitor, self._config.max_file_bytes)
        upload = await read_upload(request, self._files, self._config.max_file_bytes)
        raw = {
            "type": "file",
            "handle": upload.stored.handle,
            "name": upload.name,
            "media_type": upload.media_type,
            "size": upload.stored.size,
            "caption": upload.caption,
            "album": upload.album,
        }
        body = own_body(upload.caption, {"name": upload.name, "size": upload.stored.size})
        await self._append(visitor, upload.id, raw, body)
        return Response(status_code=202)

    async def preview(self, request: Request) -> Response:
        """A re-encoded picture of page 1, for whoever may read the document; never the original."""
        visitor, file_id = self._visitor(request), _cursor(request.path_params["file_id"])
        return await asyncio.to_thread(self._preview, visitor, file_id)

    def _preview(self, visitor: Visitor, file_id: int) -> Response:
        with self._reading.open() as reader:
            kept, now = reader.peek(file, file_id), self._clock.now()
            if kept is None or not kept["preview_handle"] or not may_see(reader, self._bus, visitor, file_id, now):
                raise NotFound(thing="file", id=file_id)
        headers = {
            "Cache-Control": "private, max-age=3600",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Content-Disposition": "inline; filename=preview.png",
        }
        return Response(self._files.read(kept["preview_handle"]), media_type="image/png", headers=headers)

    async def sample(self, request: Request) -> Response:
        return await sample(request, self._config.samples)

    async def language(self, request: Request) -> Response:
        visitor, said = self._visitor(request), await read_json(request)
        await self._speak(visitor, "en" if said.get("language") == "en" else "zh-CN")
        return Response(status_code=204)

    async def _speak(self, visitor: Visitor, language: Language) -> None:
        await self._run(lambda uow: set_language(uow, self._bus, visitor, language))
        cards = await asyncio.to_thread(self._open_cards, visitor)
        if cards:
            await self._run(lambda uow: redraw(uow, self._bus, cards))

    def _open_cards(self, visitor: Visitor) -> list[str]:
        with self._reading.open() as reader:
            return open_cards(reader, visitor)

    def _visitor(self, request: Request) -> Visitor:
        with self._reading.open() as reader:
            return visitor_of(reader, request, self._config, self._clock.now())

    def _is_known(self, secret: str | None) -> bool:
        with self._reading.open() as reader:
            return secret is not None and session_of(reader, secret, self._clock.now()) is not None

    def _newer(self, visitor: Visitor, after: int) -> list[Any]:
        with self._reading.open() as reader:
            return feed.newer(reader, visitor.account, visitor.visitor, after)

    async def _append(
        self, visitor: Visitor, said_id: str, raw: dict[str, Any], body: dict[str, Any] | None = None
    ) -> None:
        """Into the inbox, and into the visitor's own feed, in one commit; a repeated id changes nothing."""
        update = Update(
            channel=NAME,
            account=visitor.account,
            platform_id=f"{visitor.visitor}:{said_id}",
            conversation=f"{NAME}:{visitor.account}:{visitor.chat}",
            raw=json.dumps({**raw, "visitor": visitor.visitor}, ensure_ascii=False).encode(),
        )
        key = feed.lock_key(visitor.account, visitor.visitor)

        def show(uow: UnitOfWork) -> None:
            if body is not None:
                feed.show(uow, visitor.account, visitor.visitor, said_id, "me", body)

        await inbox.keep(self._store, update, show, frozenset({key}))
        self._hub.ring(visitor.account, visitor.visitor)

    async def _run(self, work: Callable[[Any], Any]) -> Any:
        return await asyncio.wrap_future(self._store.submit(Unit(work, name="webchat")))


def _cursor(text: str | None) -> int:
    """A number that the database can hold; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
