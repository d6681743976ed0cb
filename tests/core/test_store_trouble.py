"""When the database is down, locked or full: a clear Busy, nothing half kept, and work goes on afterwards by itself."""

import sqlite3
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from core.kit import migrate
from core.kit.db import writer_engine
from core.kit.errors import Busy
from core.ledger.tables import inbox
from core.store.store import Store, Unit
from core.store.unit import UnitOfWork
from core.tasks.tables import task
from tests.core.stores import NOON, open_store, outcome, together, written
from tests.services.postgres import PostgresServer

MIB = 2**20


def arrives(uow: UnitOfWork, platform_id: str, size: int = 10) -> str:
    uow.add(
        inbox,
        channel="c",
        account="a",
        platform_id=platform_id,
        conversation="x",
        raw=b"x" * size,
        received_at=NOON,
        due=NOON,
    )
    return platform_id


def arrived(store: Store) -> list[str]:
    return [row["platform_id"] for row in store.run(lambda uow: uow.find(inbox))]


def test_a_postgres_that_is_down_means_busy_and_the_store_recovers(spare_postgres: PostgresServer) -> None:
    url = spare_postgres.url()
    migrate.upgrade(url)
    with open_store(url) as store:
        assert store.run(lambda uow: arrives(uow, "before")) == "before"
        spare_postgres.stop()
        for _ in range(2):
            units = [Unit(lambda uow: arrives(uow, "during")) for _ in range(5)]
            for unit in units:
                store.submit(unit)
            results = [outcome(unit) for unit in units]
            assert [type(each) for each in results] == [Busy] * 5
            assert {each.status for each in results} == {503}
        spare_postgres.start()
        assert store.run(lambda uow: arrives(uow, "after")) == "after"
        assert arrived(store) == ["before", "after"]


def test_a_postgres_that_goes_down_inside_a_unit_means_busy(spare_postgres: PostgresServer) -> None:
    url = spare_postgres.url()
    migrate.upgrade(url)

    def interrupted(uow: UnitOfWork) -> None:
        arrives(uow, "lost")
        written(uow, inbox)
        spare_postgres.stop()
        uow.find(inbox)

    with open_store(url) as store:
        results = together(store, [Unit(interrupted), Unit(lambda uow: arrives(uow, "beside"))])
        assert [type(each) for each in results] == [Busy, Busy]
        spare_postgres.start()
        assert store.run(lambda uow: arrives(uow, "again")) == "again"
        assert arrived(store) == ["again"]


def test_a_message_about_connections_does_not_pass_for_a_database_that_is_down(database: str) -> None:
    """A poison row whose words look like a broken connection harms nobody else."""

    def poison(uow: UnitOfWork) -> None:
        arrives(uow, "connection closed")
        arrives(uow, "connection closed")

    with open_store(database) as store:
        results = together(store, [Unit(lambda uow: arrives(uow, "good")), Unit(poison)])
        assert results[0] == "good"
        assert not isinstance(results[1], Busy)
        assert arrived(store) == ["good"]


def test_a_sqlite_that_another_process_holds_means_busy(sqlite_url: str) -> None:
    engine = writer_engine(sqlite_url)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=20"))
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    with open_store(sqlite_url, engine=engine) as store:
        other.execute("BEGIN IMMEDIATE")
        units = [Unit(lambda uow: arrives(uow, "during")) for _ in range(3)]
        for unit in units:
            store.submit(unit)
        assert [type(outcome(unit)) for unit in units] == [Busy] * 3
        other.execute("ROLLBACK")
        other.close()
        assert store.run(lambda uow: arrives(uow, "after")) == "after"
        assert arrived(store) == ["after"]


def test_a_sqlite_file_that_is_gone_means_busy(sqlite_url: str) -> None:
    missing = sqlite_url.replace("banli.db", "nowhere/banli.db")
    with open_store(missing) as store, pytest.raises(Busy):
        store.run(lambda uow: arrives(uow, "x"))


def _limit(store: Store, more_pages: int | None) -> None:
    def work(uow: UnitOfWork) -> None:
        run = uow.connection.exec_driver_sql
        pages = run("PRAGMA page_count").scalar_one()
        run(f"PRAGMA max_page_count={1_000_000 if more_pages is None else pages + more_pages}")

    store.run(work)


def _inside_a_savepoint(uow: UnitOfWork) -> None:
    arrives(uow, "big", 4 * MIB)
    written(uow, inbox)  # now, inside the step's savepoint, whose transaction SQLite ends when the disk is full


def _at_the_end(uow: UnitOfWork) -> None:
    arrives(uow, "big", 4 * MIB)


@pytest.mark.parametrize("big", [_inside_a_savepoint, _at_the_end], ids=["in a savepoint", "at the flush"])
@pytest.mark.parametrize("position", [0, 5, 9])
def test_a_full_disk_takes_only_what_does_not_fit(sqlite_url: str, big: Any, position: int) -> None:
    with open_store(sqlite_url) as store:
        _limit(store, 60)
        units = [Unit(partial(arrives, platform_id=f"{n}")) for n in range(9)]
        units.insert(position, Unit(big))
        results = together(store, units)
        refused = results.pop(position)
        assert isinstance(refused, Busy)
        assert "full" in str(refused)
        assert results == [f"{n}" for n in range(9)]
        assert arrived(store) == results
        _limit(store, None)
        assert isinstance(together(store, [Unit(big)])[0], type(None))
        assert arrived(store) == [*results, "big"]


def test_a_full_disk_leaves_the_writer_alive(sqlite_url: str) -> None:
    def conditional(uow: UnitOfWork) -> None:
        uow.add(task, case_id=1, role="x", title={"en": "y" * 4 * MIB}, created_at=NOON)
        with uow.step():
            uow.update_where(task, task.c.case_id == 1, role="z")
            written(uow, task)

    with open_store(sqlite_url) as store:
        _limit(store, 10)
        for _ in range(3):
            assert isinstance(together(store, [Unit(conditional)])[0], Busy)
        assert store.run(lambda uow: uow.find(task)) == []
