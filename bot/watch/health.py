"""The health pages: the process answers, the house can do its work, and which version this is."""

import asyncio
import time
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.watch.beats import BEAT_LIMIT, late, live, undone
from core.kit.bell import Bell
from core.kit.chain import newest
from core.kit.clock import Clock
from core.kit.floor import Standing, standing
from core.ledger.processes import running
from core.store.reading import Reader, Reading
from core.store.store import MAX_WAITING, Store
from core.views.queues import AGE_LIMIT, overdue

NOBODY_WORKS: Final = "start `banli worker` beside `banli web` (or `banli run` alone); if one runs, its log says more"
NO_STORE: Final = {"Cache-Control": "no-store"}

Check = dict[str, Any]


class Health:
    """What is well and what is not. `bells`: of the loops that run in this process, by their names; `joined`: whether
    this process hears the others over Redis, where that is configured."""

    def __init__(
        self,
        store: Store,
        reading: Reading,
        clock: Clock,
        bells: Mapping[str, Bell],
        joined: Callable[[], bool] | None = None,
    ) -> None:
        self._store = store
        self._reading = reading
        self._clock = clock
        self._bells = bells
        self.joined = joined
        self._since = time.monotonic()  # a loop that never began is measured from here

    def routes(self) -> list[BaseRoute]:
        """/livez: the process answers. /readyz: it can work; 503 and what is wrong otherwise. /version."""
        return [Route("/livez", livez), Route("/readyz", self.readyz), Route("/version", told_version)]

    async def readyz(self, _: Request) -> Response:
        checks = await asyncio.to_thread(self.checks)
        wrong = sorted(name for name, check in checks.items() if not check["ok"])
        body = {"status": "not ready" if wrong else "ok", "wrong": wrong, "checks": checks}
        return JSONResponse(body, 503 if wrong else 200, headers=NO_STORE)

    def checks(self) -> dict[str, Check]:
        """Each with `ok`, and figures that say why; nothing about anybody's case."""
        units = self._store.waiting()
        writer = _within(units, MAX_WAITING // 2, "units")
        return {**self._database(), "writer": writer, "loops": self._loops(), **self._redis()}

    def ages(self) -> dict[str, float]:
        """Seconds since each loop's last sign of life."""
        now = time.monotonic()
        return {name: now - (self._since if bell.beaten is None else bell.beaten) for name, bell in self._bells.items()}

    def _redis(self) -> dict[str, Check]:
        """Always well: a house without its Redis is slower and loses nothing."""
        return {} if self.joined is None else {"redis": {"ok": True, "connected": self.joined()}}

    def _loops(self) -> Check:
        silent = late(self.ages())
        return {"ok": not silent, "late": silent, "limit_seconds": BEAT_LIMIT}

    def _database(self) -> dict[str, Check]:
        unknown: Check = {"ok": False, "why": "the database does not answer"}
        try:
            with self._reading.open() as reader:
                stands = standing(reader.connection)
        except Exception:  # whatever is wrong with the database, the page must say so and not fail
            return dict.fromkeys(("database", "migrations", "queues", "workers"), unknown)
        return {
            "database": {"ok": True},
            "migrations": _migrations(stands),
            "queues": self._asked(self._queues),
            "workers": self._asked(self._workers),
        }

    def _asked(self, question: Callable[[Reader], Check]) -> Check:
        try:
            with self._reading.open() as reader:
                return question(reader)
        except Exception:  # tables of another version
            return {"ok": False, "why": "the tables cannot be read"}

    def _queues(self, reader: Reader) -> Check:
        waits = overdue(reader, self._clock.now() - AGE_LIMIT)
        return {"ok": not waits, "late": waits, "limit_seconds": AGE_LIMIT.total_seconds()}

    def _workers(self, reader: Reader) -> Check:
        """Whether a process that lives, here or on another machine, does all of the work."""
        found = running(reader, self._clock.now())
        missing = undone(found)
        told = [{"kind": each.kind, "version": each.version, "silent": round(each.silent, 1)} for each in live(found)]
        check: Check = {"ok": not missing, "processes": told, "limit_seconds": BEAT_LIMIT}
        return {**check, "missing": missing, "remedy": NOBODY_WORKS} if missing else check


async def livez(_: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers=NO_STORE)


async def told_version(_: Request) -> Response:
    return JSONResponse({"version": version(), "migration": newest()}, headers=NO_STORE)


def version() -> str:
    return metadata.version("banli")


def _migrations(stands: Standing) -> Check:
    """During an upgrade newer tables are well too, as long as this version may run beside the newer one."""
    check: Check = {"ok": stands.well, "found": stands.found, "wanted": newest(), "ahead": stands.newer}
    return {**check, "remedy": stands.remedy} if stands.remedy else check


def _within(count: int, limit: int, what: str) -> Check:
    return {"ok": count < limit, what: count, "limit": limit}
