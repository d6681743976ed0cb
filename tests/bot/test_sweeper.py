"""The store kept clean: what nothing names goes after the grace time, what anything names stays, whatever happens."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.folder_store.store import FolderStore
from bot.sweeper import Sweeper, Swept
from core.channel.inbound import Update
from core.files.inspection import Inspection
from core.files.tables import file
from core.kit.clock import ManualClock
from core.ledger import errands, inbox
from core.ledger.tables import errand
from core.ledger.tables import inbox as inbox_table
from core.store.reading import Reading
from core.store.store import Store
from tests.core.stores import open_store, reading
from tests.house import START
from tests.kit.test_crypto import VAULT

GRACE = timedelta(hours=24)


@dataclass
class Shop:
    """A store of files, a database, and what happens to both."""

    store: Store
    reading: Reading
    files: FolderStore
    clock: ManualClock
    root: Path
    handles: list[str] = field(default_factory=list)
    between: Callable[[], None] = lambda: None
    number: int = 0

    # what the sweeper needs of a store; between the folder's list and the rows somebody else goes on
    def aged(self, before: datetime) -> Iterator[str]:
        found = list(self.files.aged(before))
        between, self.between = self.between, lambda: None
        between()
        yield from found

    def delete(self, handle: str) -> bool:
        return self.files.delete(handle)

    def sweep(self, now: datetime) -> int:
        return self.files.sweep(now)

    def swept(self) -> Swept:
        return Sweeper(self.store, self.reading, self, self.clock, GRACE).sweep()

    # what happens
    def put(self) -> str:
        handle = self.files.put([b"x"], 10).handle
        place = self.root / handle[:2] / handle[2:4] / handle
        os.utime(place, (self.clock.now().timestamp(),) * 2)
        self.handles.append(handle)
        return handle

    def announce(self, handle: str) -> None:
        """The web chat's upload: an update names it."""
        self.number += 1
        raw = f'{{"type": "file", "handle": "{handle}"}}'.encode()
        update = Update(channel="c", account="a", platform_id=f"{handle}{self.number}", conversation="c:a:b", raw=raw)
        self.store.run(lambda uow: inbox.append(uow, update))

    def queue(self, handle: str, *, held: bool = False) -> None:
        """The receiver's unit: the update is settled and the errand names the file, in one commit."""

        def work(uow: Any) -> None:
            for row in uow.find(inbox_table, inbox_table.c.state == "waiting"):
                if handle.encode() in row["raw"]:
                    inbox.done(uow, row["id"])
            what = {"message": {"file": handle}}
            errands.queue(uow, "fetch", f"fetch:{handle}", "c", "a", "c:a:b", what, held=held)

        self.store.run(work)

    def fetched(self, handle: str, kept: str) -> None:
        """The fetcher's unit: the errand is done, and a row names its own copy."""

        def work(uow: Any) -> None:
            for row in uow.find(errand, errand.c.state == "waiting"):
                if row["key"] == f"fetch:{handle}":
                    uow.change(errand, row["id"], state="done")
            self.keep(uow, kept)

        self.store.run(work)

    def keep(self, uow: Any, handle: str, preview: str = "") -> None:
        uow.add(
            file, client_id=1, name="n", media_type="image/png", size=1, sha256="0" * 64, handle=handle,
            preview_handle=preview, inspection=Inspection(1, "png").to_json(), kept_at=uow.now,
        )  # fmt: skip

    def named(self) -> set[str]:
        """The truth, from the rows as they are."""
        with self.reading.open() as reader:
            rows = reader.find(file)
            waiting = [row["raw"].decode() for row in reader.find(inbox_table) if row["state"] != "done"]
            open_ones = [str(row["what"]) for row in reader.find(errand) if row["state"] != "done"]
        kept = {row["handle"] for row in rows} | {row["preview_handle"] for row in rows}
        return {each for each in self.handles if each in kept or any(each in it for it in (*waiting, *open_ones))}

    def there(self) -> set[str]:
        return {path.name for path in self.root.glob("??/??/*")}


@contextmanager
def open_shop(url: str, folder: Path) -> Iterator[Shop]:
    clock = ManualClock(START)
    with open_store(url, clock=clock) as store, reading(url) as look:
        yield Shop(store, look, FolderStore(folder, VAULT), clock, folder)


def test_a_file_without_a_name_goes_after_the_grace_time(database: str, tmp_path: Path) -> None:
    with open_shop(database, tmp_path) as shop:
        lost, kept, preview = shop.put(), shop.put(), shop.put()
        shop.store.run(lambda uow: shop.keep(uow, kept, preview))
        assert shop.swept() == Swept(0, 0)  # it may still be on its way to its row
        shop.clock.move_to(START + GRACE + timedelta(minutes=1))
        young = shop.put()
        assert shop.swept() == Swept(0, 1)
        assert shop.there() == {kept, preview, young}
        assert lost not in shop.there()


def test_a_file_that_waits_or_is_parked_in_a_ledger_stays(database: str, tmp_path: Path) -> None:
    """An update or errand that is a dead letter may be tried again by an admin; one may wait for consent for weeks."""
    with open_shop(database, tmp_path) as shop:
        told, queued, parked, unagreed = shop.put(), shop.put(), shop.put(), shop.put()
        shop.announce(told)
        shop.queue(queued)
        shop.queue(parked)
        shop.queue(unagreed, held=True)
        with shop.reading.open() as reader:
            row = reader.first(errand, key=f"fetch:{parked}")
        assert row is not None
        shop.store.run(lambda uow: uow.change(errand, row["id"], state="dead"))
        shop.clock.move_to(START + timedelta(days=30))
        assert shop.swept() == Swept(0, 0)
        assert shop.there() == {told, queued, parked, unagreed}


def test_a_name_that_moves_while_the_sweeper_looks_is_not_missed(database: str, tmp_path: Path) -> None:
    with open_shop(database, tmp_path) as shop:
        upload = shop.put()
        shop.announce(upload)
        shop.clock.move_to(START + GRACE * 2)
        shop.between = lambda: shop.queue(upload)
        assert shop.swept() == Swept(0, 0)
        shop.between = lambda: shop.fetched(upload, upload)
        assert shop.swept() == Swept(0, 0)
        assert shop.there() == {upload}


STEPS = st.lists(st.tuples(st.sampled_from(["put", "tell", "queue", "fetch", "hour", "day", "sweep", "race"]),
                           st.integers(0, 5)), max_size=14)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_in_whatever_order_no_named_file_is_removed(
    sqlite_url: str, tmp_path_factory: Any, steps: list[tuple[str, int]]
) -> None:
    with open_shop(sqlite_url, tmp_path_factory.mktemp("shop")) as shop:
        stage: dict[str, str] = {}  # of an upload: told, queued, fetched

        def move(what: str, which: int) -> None:
            order = {"tell": ("new", shop.announce), "queue": ("told", shop.queue)}
            wanted = "queued" if what == "fetch" else order[what][0]
            found = [handle for handle, now in stage.items() if now == wanted and handle in shop.there()]
            if not found:
                return
            chosen = found[which % len(found)]
            if what == "fetch":
                shop.fetched(chosen, shop.put())
                stage[chosen] = "fetched"
            else:
                order[what][1](chosen)
                stage[chosen] = {"tell": "told", "queue": "queued"}[what]

        for what, which in steps:
            if what == "put":
                stage[shop.put()] = "new"
            elif what in ("hour", "day"):
                shop.clock.move_to(shop.clock.now() + timedelta(hours=1 if what == "hour" else 25))
            elif what == "race":  # a name moves on while the sweeper looks
                shop.between = lambda which=which: move(("queue", "fetch")[which % 2], which)  # type: ignore[misc]
                shop.swept()
            elif what == "sweep":
                shop.swept()
            elif what != "tell" or shop.clock.now() < START + timedelta(days=300):
                move(what, which)
            assert shop.named() <= shop.there()
        shop.clock.move_to(shop.clock.now() + GRACE * 2)
        shop.swept()
        assert shop.there() == shop.named()
