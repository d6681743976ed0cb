"""Personal data at rest: nothing of it can be read in the database, and nothing can be changed or moved unseen."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from core.cases.tables import case, item
from core.clients.tables import client
from core.commands.cases import AddTraveller
from core.commands.contracts import Traveller
from core.commands.documents import WaiveItem
from core.commands.identity import RecordPaperConsent
from core.commands.people import BindClientIdentity, RegisterClient
from core.engine.access import Actor
from core.kit.crypto import Tampered
from core.kit.db import metadata, sealed_columns, writer_engine
from core.staff.service import actor_of
from core.store.store import Store
from core.store.unit import UnitOfWork
from tests.core.stores import open_store
from tests.files.pictures import jpg
from tests.house import TestHouse, open_house

MARKS = (
    "MARKNAME", "秘密的名字", "13912345678", "marker.mail@example.com", "MARKCHAT", "MARKFILE", "MARKCAPTION",
    "MARKTRAVELLER", "MARKREASON",
)  # fmt: skip


@pytest.fixture
def lived_in(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    """A house in which something of every kind of personal data has been said, sent or written."""
    with open_house(database, tmp_path) as house:
        house.agency()
        register = RegisterClient(name="MARKNAME 秘密的名字", phone="13912345678", email="marker.mail@example.com")
        client_id = house.do(register)
        house.do(BindClientIdentity(client_id=client_id, channel="loopback", account="test", external_id="chat-x"))
        house.do(RecordPaperConsent(client_id=client_id, signed_on=house.clock.now().date()))
        person = house._person("x", client_id, "chat-x", "client")
        house.contract(client="x")
        house.people["顾问甲"].presses("定金已到账").presses("合同生效")
        with house.looking() as reader:
            (row,) = reader.find(case)
            paper = reader.find(item)[0]
        house.do(AddTraveller(case_id=row["id"], traveller=Traveller(name="MARKTRAVELLER", kind="retired")))
        house.do(WaiveItem(item_id=paper["id"], reason="MARKREASON"), actor_of_lead(house))
        person.says("MARKCHAT 13912345678").sends("MARKFILE.jpg", jpg(), caption="MARKCAPTION").says("人工")
        yield house


def actor_of_lead(house: TestHouse) -> Actor:
    with house.looking() as reader:
        found = actor_of(reader, house.people["复核丙"].id)
    assert isinstance(found, Actor)
    return found


def everything(url: str) -> bytes:
    """Every byte of a SQLite database with its log, every value of every table of a PostgreSQL."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return b"".join(each.read_bytes() for each in sorted(path.parent.glob(path.name + "*")))
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        parts = []
        for (table,) in tables:
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copy:
                parts += [bytes(part) for part in copy]
    return b"".join(parts)


def forms(mark: str) -> list[bytes]:
    """The mark as it may stand somewhere: as it is, escaped as JSON does it, in another encoding."""
    escaped = mark.encode("ascii", "backslashreplace")
    return list({mark.encode(), escaped, mark.encode("utf-16-le"), mark.encode().hex().encode()})


def test_nothing_personal_can_be_read_in_the_database(database: str, lived_in: TestHouse) -> None:
    stored = everything(database)
    assert b"staff" in stored  # the dump holds what is plain
    assert len(stored) > 20_000
    found = [mark for mark in MARKS for form in forms(mark) if form in stored]
    assert found == []
    with lived_in.looking() as reader:
        assert "MARKNAME 秘密的名字" in [row["name"] for row in reader.find(client)]


def test_every_sealed_column_holds_ciphertext(database: str, lived_in: TestHouse) -> None:
    """Row by row: what is stored differs from what is meant, and opening it gives that back."""
    engine = writer_engine(database)
    seen = 0
    with engine.connect() as connection, lived_in.looking() as reader:
        for table in metadata.sorted_tables:
            for name, _ in sealed_columns(table):
                rows = connection.execute(text(f'SELECT id, "{name}" FROM "{table.name}"')).all()
                for row_id, stored in rows:
                    if stored is not None:
                        opened = reader.peek(table, row_id)
                        assert opened is not None
                        assert str(opened[name]).encode() not in bytes(stored) or len(str(opened[name])) < 4
                        seen += 1
    engine.dispose()
    assert seen > 50


# -- changed or moved ------------------------------------------------------------------------------------------------


@pytest.fixture
def two(database: str) -> Iterator[tuple[Store, int, int, str]]:
    with open_store(database) as store:
        ids = [store.run(partial(register, name=name)) for name in ("one", "two")]
        yield store, ids[0], ids[1], database


def register(uow: UnitOfWork, name: str) -> int:
    row = uow.add(client, name=name, phone="13800000000", language="zh-CN", source="other", created_at=uow.now)
    return int(row["id"])


def _rewrite(url: str, statement: str, **values: object) -> None:
    engine = writer_engine(url)
    with engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount
    engine.dispose()


def _stored(url: str, row_id: int, column: str) -> bytes:
    engine = writer_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT {column} FROM client WHERE id = :id"), {"id": row_id}).scalar_one()
    engine.dispose()
    return bytes(found)


def test_a_value_moved_to_another_row_is_found_out(two: tuple[Store, int, int, str]) -> None:
    store, one, other, url = two
    _rewrite(url, "UPDATE client SET name = :name WHERE id = :id", name=_stored(url, other, "name"), id=one)
    with pytest.raises(Tampered):
        store.run(lambda uow: uow.get(client, one))
    assert store.run(lambda uow: uow.get(client, other))["name"] == "two"


def test_a_value_moved_to_another_column_is_found_out(two: tuple[Store, int, int, str]) -> None:
    store, one, _, url = two
    _rewrite(url, "UPDATE client SET name = phone WHERE id = :id", id=one)
    with pytest.raises(Tampered):
        store.run(lambda uow: uow.get(client, one))


def test_a_flipped_bit_is_found_out(two: tuple[Store, int, int, str]) -> None:
    store, one, _, url = two
    sealed = _stored(url, one, "name")
    for position in (0, len(sealed) // 2, len(sealed) - 1):
        flipped = bytearray(sealed)
        flipped[position] ^= 1
        _rewrite(url, "UPDATE client SET name = :name WHERE id = :id", name=bytes(flipped), id=one)
        with pytest.raises(Tampered):
            store.run(lambda uow: uow.get(client, one))
    _rewrite(url, "UPDATE client SET name = :name WHERE id = :id", name=sealed, id=one)
    assert store.run(lambda uow: uow.get(client, one))["name"] == "one"
