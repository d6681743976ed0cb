"""Rotation of the keys: everything comes under the new one, whatever happens in the middle; the old one may go then."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

import adapters.webchat.tables
import core.wiring.tables
from bot.app import Banli, build
from bot.cli.audit import verdict_of
from bot.cli.keys import files_by_key, rekeying_of, rotate
from core.channel.inbound import Address
from core.clients.tables import client
from core.commands.desk import TagClient
from core.commands.identity import InviteClient, ProveInvitation
from core.commands.people import RegisterClient
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.db import metadata
from core.kit.settings import Settings
from core.store.sealing import Row
from core.wiring.blinds import BLINDS, LEFT
from tests.bot.chat import picture
from tests.house import START, TestHouse, open_house

__all__ = ["adapters", "core"]  # the imports bring every table into the MetaData
KILLS = 3


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """An agency that has worked under k1; what comes now has k2 in front."""
    with open_house(database, tmp_path) as house:
        house.agency()
        house.contract()
        house.people["张三"].sends("照片.jpg", picture(), "照片")
        for number in range(30):
            house.do(RegisterClient(name=f"客户{number}", phone=f"1390000{number:04}", email=f"c{number}@example.com"))
        house.do(TagClient(client_id=house.people["张三"].id, tag="加急"))
        asyncio.run(house.banli.sealer.work_once())
        told = house.banli.settings
    assert told.keys is not None
    return told.model_copy(update={"keys": SecretStr(f"{generate_key('k2')},{told.keys.get_secret_value()}")})


@pytest.fixture
def banli(settings: Settings) -> Iterator[Banli]:
    opened = build(settings, clock=ManualClock(START))
    opened.start()
    yield opened
    opened.stop()


def everything(banli: Banli) -> dict[str, list[Row]]:
    """Every row of every table, opened; blind indexes left out, as they change."""
    hidden = {(t.name, c.name) for t in metadata.sorted_tables for c in t.columns if c.info["kept"] == "blind"}
    with banli.reading.open() as reader:
        tables = {t.name: reader.find(t) for t in metadata.sorted_tables if t.name not in ("retired_key", "audit")}
    return {
        name: [{column: value for column, value in row.items() if (name, column) not in hidden} for row in rows]
        for name, rows in tables.items()
    }


def only_new(settings: Settings) -> Settings:
    """The ring without the old key."""
    assert settings.keys is not None
    return settings.model_copy(update={"keys": SecretStr(settings.keys.get_secret_value().partition(",")[0])})


def test_afterwards_the_old_key_is_not_needed(banli: Banli, settings: Settings) -> None:
    before = everything(banli)
    handles = list(banli.files.handles())
    contents = {handle: banli.files.read(handle) for handle in handles}
    assert files_by_key(banli.files, handles).keys() == {"k1"}

    rotated = rotate(banli, batch=7)

    assert rotated.rows > 50
    assert (rotated.files, rotated.left, rotated.unreadable) == (len(handles), 0, [])
    assert counts(banli)["k1"] == 0
    assert counts(banli).keys() == {"k1", "k2"}
    alone = build(only_new(settings), clock=ManualClock(START))
    assert everything(alone) == before
    assert {handle: alone.files.read(handle) for handle in handles} == contents
    assert verdict_of(only_new(settings)).sound  # the old seals too
    assert verdict_of(only_new(settings)).sealed > 10
    found(alone)
    alone.stop()
    again = rotate(banli)
    assert (again.rows, again.files) == (0, 0)


def counts(banli: Banli) -> dict[str, int]:
    with rekeying_of(banli) as rows:
        return rows.counts()


def found(banli: Banli) -> None:
    """By the new key's blind indexes alone."""
    vault = banli.vault
    with banli.reading.open() as reader:
        by_phone = reader.find(client, phone_index=vault.blind_index("client.phone", "13900000007"))
        by_mail = reader.find(client, email_index=vault.blind_index("client.email", "c7@example.com"))
    assert [row["name"] for row in by_phone] == ["客户7"]
    assert by_phone == by_mail


def test_the_house_works_on_meanwhile(banli: Banli) -> None:
    """A client is registered after every batch; nobody waits, nobody is lost."""
    made = []
    house = TestHouse(banli, ManualClock(START), None)  # type: ignore[arg-type]  # nobody speaks
    with rekeying_of(banli) as rows:
        for number, _ in enumerate(rows.work(batch=20)):
            made.append(house.do(RegisterClient(name=f"新客{number}")))
        assert rows.waiting() == 0
    with banli.reading.open() as reader:
        assert {row["name"] for row in reader.find(client) if row["id"] in made} == {
            f"新客{n}" for n in range(len(made))
        }
    assert len(made) > 5


def test_an_open_code_still_opens_its_file(banli: Banli, database: str, tmp_path: Path, settings: Settings) -> None:
    assert settings.keys is not None
    old = settings.model_copy(update={"keys": SecretStr(settings.keys.get_secret_value().partition(",")[2])})
    before = build(old, clock=ManualClock(START))
    before.start()
    with before.reading.open() as reader:
        client_id = reader.find(client)[0]["id"]
    code = TestHouse(before, ManualClock(START), None).do(InviteClient(client_id=client_id))  # type: ignore[arg-type]
    before.stop()

    rotate(banli)

    chat = Address(channel="loopback", account="test", chat="somebody").key
    proof = ProveInvitation(code=code, chat=chat, account="loopback:test")
    assert TestHouse(banli, ManualClock(START), None).do(proof) is not None  # type: ignore[arg-type]


def test_killed_again_and_again_nothing_is_lost(settings: Settings, tmp_path: Path) -> None:
    opened = build(settings, clock=ManualClock(START))
    before = everything(opened)
    handles = list(opened.files.handles())
    contents = {handle: opened.files.read(handle) for handle in handles}
    assert settings.keys is not None
    told = {
        "BANLI_KEYS": settings.keys.get_secret_value(),
        "BANLI_DATABASE_URL": settings.database_url.get_secret_value(),
        "BANLI_FILES_DIR": str(settings.files_dir),
    }
    command = [sys.executable, "-m", "tests.core.rotation_worker"]
    for _ in range(KILLS):
        with subprocess.Popen(command, env=os.environ | told, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline()
            child.send_signal(signal.SIGKILL)
        assert everything(opened) == before  # never unreadable in between
        assert {handle: opened.files.read(handle) for handle in handles} == contents
    ended = subprocess.run(command, env=os.environ | told, stdout=subprocess.PIPE, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == f"files {len(handles)}"
    assert everything(opened) == before
    assert {handle: opened.files.read(handle) for handle in handles} == contents
    assert counts(opened)["k1"] == 0
    assert files_by_key(opened.files, handles).keys() == {"k2"}
    opened.stop()


def test_a_row_of_an_unknown_key_is_named_and_left(settings: Settings) -> None:
    """The ring lacks k1: nothing can be read, nothing is harmed."""
    alone = build(only_new(settings), clock=ManualClock(START))
    alone.start()
    rotated = rotate(alone)
    counted = counts(alone)
    alone.stop()

    assert rotated.rows == 0
    assert any(each.startswith("client ") for each in rotated.unreadable)
    assert any(each.startswith("file ") for each in rotated.unreadable)
    assert counted["?"] > 50
    complete = build(settings, clock=ManualClock(START))
    assert everything(complete)["client"]
    complete.stop()


def test_every_blind_index_is_made_anew() -> None:
    blind = {f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.columns if c.info["kept"] == "blind"}

    assert {name for name in blind if name.partition(".")[0] not in BLINDS} == LEFT
