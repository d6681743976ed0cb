"""A request that is sent again is carried out once: the Idempotency-Key, see docs/decisions/0014."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import structlog
from starlette.requests import Request
from starlette.responses import Response

from admin_api.parts import Parts
from core.engine.access import Actor
from core.kit.errors import Refusal
from core.ledger import repeats
from core.store.sealing import Row
from core.store.unit import UnitOfWork

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
_FORM: Final = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS: Final = ("content-type", "etag", "cache-control")
_MOMENT: Final = "$moment"

Work = Callable[[UnitOfWork], tuple[Any, Refusal | None]]
log = structlog.get_logger(__name__)


class KeyReused(Refusal):
    """Take a new key for a new request: this one belongs to another."""

    code, status = "key_reused", 422


class KeyMalformed(Refusal):
    """Send 1 to 255 visible ASCII characters, such as a UUID."""

    code, status = "key_malformed", 400


class StillRunning(Refusal):
    """The same request is being carried out: send it again in a moment."""

    code, status = "still_running", 409


class Answered(Exception):
    """The request was carried out before; ``response`` is how it was answered then."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(slots=True)
class Once:
    """One keyed request of one caller, from its arrival to its answer."""

    parts: Parts
    staff_id: int
    key: str
    running: set[tuple[int, str]]
    what: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    used: bool = False

    def about(self, *content: bytes) -> None:
        """Say what is asked for. Raises Answered when it was answered before, KeyReused for another request."""
        for each in content:
            self.what.update(len(each).to_bytes(8, "big") + each)
        with self.parts.reading.open() as reader:
            row = repeats.known(reader, self.staff_id, self.key, self.parts.clock.now())
        if row is not None and (answer := self._same(row).get("answer")) is not None:
            headers = {**answer["headers"], REPLAYED: "true"}
            raise Answered(Response(base64.b64decode(answer["body"]), answer["status"], headers=headers))

    def keys(self) -> tuple[str, ...]:
        return (repeats.lock_of(self.staff_id, self.key),)

    def around(self, work: Work) -> Work:
        """The same work, done and noted in one unit; what was done before is not done again but told."""
        if self.used:
            raise RuntimeError("a request with an Idempotency-Key is one unit")
        self.used = True

        def once(uow: UnitOfWork) -> tuple[Any, Refusal | None]:
            row = repeats.known(uow, self.staff_id, self.key, uow.now)
            if row is not None:
                return _read(self._same(row)["result"]), None
            result, refusal = work(uow)
            if refusal is None:
                kept = {"asked": self.what.hexdigest(), "result": _written(result)}
                repeats.note(uow, self.staff_id, self.key, kept)
            return result, refusal

        return once

    def answer(self, response: Response) -> None:
        """Keep the answer of a deed that was done. One that cannot be kept now is made anew from the result."""
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        body = base64.b64encode(bytes(response.body)).decode()
        answer = {"status": response.status_code, "headers": headers, "body": body}

        def work(uow: UnitOfWork) -> None:
            repeats.answered(uow, self.staff_id, self.key, answer)

        try:
            self.parts.store.run(work, *self.keys())
        except Refusal as refusal:
            log.warning("answer_not_kept", code=refusal.code)

    def close(self) -> None:
        self.running.discard((self.staff_id, self.key))

    def _same(self, row: Row) -> dict[str, Any]:
        kept: dict[str, Any] = row["kept"]
        if kept["asked"] != self.what.hexdigest():
            raise KeyReused
        return kept


def open_once(request: Request, actor: Actor, parts: Parts) -> Once | None:
    """The keyed request; None without a key. Raises KeyMalformed for a key that is none, StillRunning for a second one.

    ``app.state.running`` holds what this process works at; between processes the store's lock decides.
    """
    given = request.headers.get(HEADER)
    if given is None:
        return None
    if not _FORM.fullmatch(given):
        raise KeyMalformed
    key = hashlib.sha256(given.encode()).hexdigest()
    running: set[tuple[int, str]] = request.app.state.running
    if (actor.id, key) in running:
        raise StillRunning(retry_after=1)
    running.add((actor.id, key))
    once = Once(parts, actor.id, key, running)
    address = f"{request.method} {request.url.path}?{request.url.query}"
    once.what.update(address.encode())
    return once


def _written(value: Any) -> Any:
    """A command's result as JSON: ids, texts, moments, lists of them, and rows. Raises TypeError for anything else."""
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, list | tuple):
        return [_written(each) for each in value]
    if isinstance(value, dict) and _MOMENT not in value:
        return {name: _written(each) for name, each in value.items()}
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{type(value).__name__}: what a request does must come to ids, texts or moments")


def _read(value: Any) -> Any:
    if isinstance(value, dict) and _MOMENT in value:
        return datetime.fromisoformat(value[_MOMENT])
    if isinstance(value, dict):
        return {name: _read(each) for name, each in value.items()}
    return [_read(each) for each in value] if isinstance(value, list) else value
