"""Changing the key: rows re-sealed a second, beside raw SQL that makes the very same updates in the same run."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert

from benchmarks.footprint import Recorder
from benchmarks.places import Place
from benchmarks.raw import connect
from benchmarks.reference import Speed
from core.clients.basics import blinds_of
from core.clients.tables import client
from core.kit import migrate
from core.kit.crypto import KEY_BYTES, Vault
from core.kit.db import writer_engine
from core.kit.ids import new_id
from core.store.rekeying import Rekeying
from core.store.sealing import Row, Sealing
from core.wiring.blinds import BLINDS

AT_ONCE = 5_000  # rows of one INSERT of the preparation


@dataclass(frozen=True, slots=True)
class Rotation:
    """Rows a second and processor time a row: the product's and the raw updates'."""

    rows: int
    product: Speed
    raw: Speed

    @property
    def ratio(self) -> float:
        return self.product.rate / self.raw.rate


def rotate(place: Place, rows: int) -> Rotation:
    """Clients with three sealed columns and two lookup digests each, from one key to the next."""
    ring = {key_id: os.urandom(KEY_BYTES) for key_id in ("new", "old")}
    recorder = Recorder()
    with place.database() as url:
        migrate.upgrade(url)
        _fill(url, Sealing(Vault({"old": ring["old"]}, "old")), rows)
        sealing = Sealing(Vault(ring, "new"))
        with place.database(url) as copy, recorder.listening():
            _reseal(copy, sealing, rows)  # recorded, and warm
        with place.database(url) as copy:
            product = _reseal(copy, sealing, rows)
        with place.database(url) as copy:
            return Rotation(rows, product, _again(copy, recorder, rows))


def _fill(url: str, sealing: Sealing, rows: int) -> None:
    engine, now = writer_engine(url), datetime.now(UTC)
    for first in range(0, rows, AT_ONCE):
        made = [_client(sealing, number, now) for number in range(first, min(rows, first + AT_ONCE))]
        with engine.begin() as connection:
            connection.execute(insert(client), made)
    engine.dispose()


def _client(sealing: Sealing, number: int, now: datetime) -> Row:
    about = {"name": f"客户{number}", "phone": f"139{number:08}", "email": f"c{number}@agency.example"}
    row = sealing.complete(client, {"id": new_id(), "language": "zh-CN", "source": "contract", "created_at": now})
    return sealing.seal(client, row | about | blinds_of(sealing.vault, about), row["id"])


def _reseal(url: str, sealing: Sealing, rows: int) -> Speed:
    engine = writer_engine(url)

    def work() -> None:
        if (done := sum(Rekeying(engine, sealing, BLINDS).work())) != rows:
            raise RuntimeError(f"{done} of {rows} rows were re-sealed")

    speed = _timed(work, rows)
    engine.dispose()
    return speed


def _again(url: str, recorder: Recorder, rows: int) -> Speed:
    """The recorded updates, in the transactions in which they were made; nothing is read and nothing is sealed."""
    with connect(url) as raw:

        def work() -> None:
            for transaction in recorder.transactions:
                raw.begin()
                for statement, values in transaction:
                    raw.cursor.executemany(statement, values)
                raw.commit()

        return _timed(work, rows)


def _timed(work: Callable[[], None], rows: int) -> Speed:
    started, used = time.perf_counter(), time.process_time()
    work()
    return Speed(rows / (time.perf_counter() - started), (time.process_time() - used) / rows)
