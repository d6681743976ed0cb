"""Exactly the rows that the product writes: recorded from a real run, then written again in raw SQL by one client."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

from benchmarks.agency import Agency, open_banli
from benchmarks.clerk import Desk
from benchmarks.raw import connect
from benchmarks.reference import Speed
from benchmarks.traffic import Post, shares
from core.channel.inbound import Update
from core.ledger import inbox
from core.store.store import Unit

Statement = tuple[str, Any]  # SQL and its parameters as the driver gets them: one row or a list of rows


@dataclass
class Recorder:
    """Keeps the writes of every transaction that has committed, whichever engine it was on."""

    transactions: list[list[Statement]] = field(default_factory=list)
    _open: dict[int, list[Statement]] = field(default_factory=lambda: defaultdict(list))  # by connection

    @contextmanager
    def listening(self) -> Iterator[None]:
        event.listen(Engine, "after_cursor_execute", self._ran)
        event.listen(Engine, "commit", self._committed)
        try:
            yield
        finally:
            event.remove(Engine, "after_cursor_execute", self._ran)
            event.remove(Engine, "commit", self._committed)

    def _ran(self, connection: Connection, cursor: Any, statement: str, values: Any, _: Any, many: bool) -> None:
        if statement.startswith("ROLLBACK TO"):
            raise RuntimeError("something was taken back: what it wrote cannot be told from the rest")
        if statement.startswith(("INSERT", "UPDATE", "DELETE")) and cursor.rowcount != 0:
            self._open[id(connection)].append((statement, list(values) if many else values))

    def _committed(self, connection: Connection) -> None:
        if written := self._open.pop(id(connection), None):
            self.transactions.append(written)


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one client's messages wrote: two transactions each, the delivery and the answer."""

    posts: tuple[Post, ...]
    transactions: tuple[tuple[Statement, ...], ...]

    def rows(self, kind: str) -> Counter[str]:
        """How many rows of each table a message of this kind wrote, over all such messages."""
        found: Counter[str] = Counter()
        for post, answered in zip(self.posts, self.transactions[1::2], strict=True):
            if post.kind == kind:
                for statement, parameters in answered:
                    found[_named(statement)] += len(parameters) if isinstance(parameters, list) else 1
        return found

    def count(self, kind: str) -> int:
        return sum(1 for post in self.posts if post.kind == kind)


def record(agency: Agency, url: str, desks: Sequence[Desk]) -> Footprint:
    """Send everything about these cases, one message after the other, and note what is written."""
    banli, _ = open_banli(url, agency.folder, agency.key)
    banli.start()
    recorder, (posts,) = Recorder(), shares(desks, 1)
    try:
        with recorder.listening():
            for post in posts:
                banli.store.submit(_append(post.update)).result()
                if asyncio.run(banli.receiver.work_once()) != 1:
                    raise RuntimeError("a message was not answered")
    finally:
        banli.stop()
    if len(recorder.transactions) != 2 * len(posts):
        raise RuntimeError(f"{len(posts)} messages made {len(recorder.transactions)} transactions")
    return Footprint(tuple(posts), tuple(map(tuple, recorder.transactions)))


def write_again(footprint: Footprint, url: str) -> Speed:
    """Write the same rows into another copy of the same database."""
    with connect(url) as raw:
        started, used = time.perf_counter(), time.process_time()
        for statements in footprint.transactions:
            raw.begin()
            for statement, parameters in statements:
                if isinstance(parameters, list):
                    raw.cursor.executemany(statement, parameters)
                else:
                    raw.cursor.execute(statement, parameters)
            raw.commit()
        count, passed = len(footprint.posts), time.perf_counter() - started
        return Speed(count / passed, (time.process_time() - used) / count)


def _append(update: Update) -> Unit:
    return Unit(lambda uow: inbox.append(uow, update), first=True, name="append")


def _named(statement: str) -> str:
    """INSERT INTO message (...) -> "+message"; UPDATE inbox SET ... -> "inbox"."""
    words = statement.split(maxsplit=3)
    return "+" + words[2] if words[0] == "INSERT" else words[1]
