"""Backups: a state comes back elsewhere, whole; what would not work is told before anything is written."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from adapters.backup import check
from adapters.backup.create import Made, create
from adapters.backup.database import copied, is_empty
from adapters.backup.manifest import NAME, BackupBroken
from adapters.backup.parcel import Parcel
from adapters.backup.restore import restore
from adapters.folder_store.store import FolderStore
from bot.cli.audit import verdict_of
from core.clients.tables import client
from core.commands.people import RegisterClient
from core.kit.crypto import Vault, generate_key
from core.kit.db import derived, is_sqlite, metadata, reader_engine
from core.kit.settings import Settings
from core.store.reading import Reading
from core.store.sealing import Row, Sealing
from tests.bot.chat import begin, picture
from tests.house import TestHouse, open_house
from tests.services.databases import Databases


def track(each: Iterable[str], doing: str, total: int) -> Iterator[str]:
    yield from each


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    """An agency with a document, its audit sealed and anchored."""
    with open_house(database, tmp_path / "here") as opened:
        opened.agency()
        begin(opened, opened.people["张三"])
        opened.people["张三"].sends("照片.jpg", picture(), "照片")
        asyncio.run(opened.banli.sealer.work_once())
        yield opened


@pytest.fixture
def elsewhere(house: TestHouse, databases: Databases, tmp_path: Path) -> Iterator[Settings]:
    """Another machine with the same keys: an empty database of the same kind, no folder yet."""
    kind = "sqlite" if is_sqlite(url_of(house.banli.settings)) else "postgres"
    with databases.fresh(kind, tables=False) as url:  # type: ignore[arg-type]  # one of its kinds
        told = {"database_url": SecretStr(url), "files_dir": tmp_path / "there" / "files"}
        yield house.banli.settings.model_copy(update=told)


def url_of(settings: Settings) -> str:
    return settings.database_url.get_secret_value()


def backup(house: TestHouse, into: Path, files: FolderStore | None = None, keep: int = 0) -> Made:
    banli = house.banli
    return create(banli.settings, banli.vault, files or banli.files, into, house.clock.now(), track, keep)


def bring_back(settings: Settings, folder: Path, house: TestHouse, *, force: bool = False) -> None:
    vault = Vault.from_settings(settings)
    restore(settings, vault, FolderStore(settings.files_dir, vault), folder, house.clock.now(), track, force=force)


def everything(settings: Settings) -> dict[str, list[Row]]:
    """Every row of every table, opened, and who works on which case."""
    reading = Reading(reader_engine(url_of(settings)), Sealing(Vault.from_settings(settings)))
    with reading.open() as reader:
        found = {table.name: reader.find(table) for table in metadata.sorted_tables}
        found |= {t.name: reader.rows(select(t).order_by(*t.primary_key)) for t in derived.sorted_tables}
    reading.close()
    return found


def test_a_state_comes_back_elsewhere(house: TestHouse, elsewhere: Settings, tmp_path: Path) -> None:
    before = everything(house.banli.settings)
    assert before["client_case"]
    assert before["case_member"]
    made = backup(house, tmp_path / "backups")
    house.client("李四")  # afterwards: not in the backup

    bring_back(elsewhere, made.folder, house)

    store = FolderStore(elsewhere.files_dir, house.banli.vault)
    assert everything(elsewhere) == before
    handles = {row[name] for row in before["file"] for name in ("handle", "preview_handle")} - {""}
    assert len(handles) >= 2
    assert all(store.read(handle) == house.banli.files.read(handle) for handle in handles)
    verdict = verdict_of(elsewhere)
    assert verdict.sound
    assert verdict.sealed > 10
    assert verdict.anchors == 1


def test_it_holds_one_state_while_others_write(house: TestHouse, elsewhere: Settings, tmp_path: Path) -> None:
    """Between two parts somebody is registered and a file kept: neither is there, nor is half of it."""

    class Busy(Parcel):
        def add(self, path: str, pieces: Iterable[bytes]) -> object:  # type: ignore[override]  # a Part
            house.do(RegisterClient(name=f"乱入 {path}"))
            return super().add(path, pieces)

        def adopt(self, path: str) -> object:  # type: ignore[override]  # a Part
            house.do(RegisterClient(name=f"乱入 {path}"))
            return super().adopt(path)

    before = {row["id"] for row in everything(house.banli.settings)["client"]}
    busy = Busy(tmp_path / "busy")
    with copied(url_of(house.banli.settings), busy, Sealing(house.banli.vault)) as (reader, _):  # type: ignore[arg-type]
        seen = {row["id"] for row in reader.find(client)}
    busy.discard()

    assert len(everything(house.banli.settings)["client"]) > len(before)
    assert len(seen - before) <= 1  # the first one came before the snapshot was taken


def test_only_its_owner_can_read_it(house: TestHouse, tmp_path: Path) -> None:
    folder = backup(house, tmp_path / "backups").folder

    assert {each.stat().st_mode & 0o077 for each in (folder, *folder.rglob("*"))} == {0}
    assert house.banli.settings.keys is not None
    key = house.banli.settings.keys.get_secret_value().partition(":")[2]
    assert key not in (folder / NAME).read_text()


def test_a_changed_part_is_found(house: TestHouse, tmp_path: Path) -> None:
    folder = backup(house, tmp_path / "backups").folder
    assert check.verify(folder, None, track).problems == []
    parts = [part.path for part in check.verify(folder, None, track).manifest.parts]

    for path in parts:
        data = (folder / path).read_bytes()
        (folder / path).write_bytes(data[:-1] + bytes([data[-1] ^ 1]) if data else b"more")
        assert check.verify(folder, None, track).problems == [f"{path} is changed"]
        (folder / path).write_bytes(data)
    (folder / "files" / ("0" * 32)).write_bytes(b"slipped in")
    assert check.verify(folder, None, track).problems == [f"files/{'0' * 32} is not in the manifest"]
    (folder / parts[0]).unlink()
    assert f"{parts[0]} is missing" in check.verify(folder, None, track).problems


def test_whoever_changes_the_manifest_too_needs_the_key(house: TestHouse, tmp_path: Path) -> None:
    folder = backup(house, tmp_path / "backups").folder
    told = json.loads((folder / NAME).read_text())
    told["made_at"] = "2020-01-01T00:00:00Z"
    (folder / NAME).write_text(json.dumps(told))

    assert check.verify(folder, None, track).problems == []
    assert check.verify(folder, house.banli.vault, track).problems == ["manifest.json was changed after it was written"]


@pytest.mark.parametrize(
    ("keys", "said"),
    [("k2:" + generate_key().partition(":")[2], "is missing"), (generate_key(), "is another one")],
    ids=["missing", "wrong"],
)
def test_without_its_key_nothing_is_begun(
    house: TestHouse, elsewhere: Settings, tmp_path: Path, keys: str, said: str
) -> None:
    folder = backup(house, tmp_path / "backups").folder

    with pytest.raises(BackupBroken, match=said):
        bring_back(elsewhere.model_copy(update={"keys": SecretStr(keys)}), folder, house)

    nothing_there(elsewhere)


def nothing_there(settings: Settings) -> None:
    assert is_empty(url_of(settings))
    assert FolderStore(settings.files_dir, Vault.from_settings(settings)).is_empty()


def test_a_newer_one_is_refused(house: TestHouse, elsewhere: Settings, tmp_path: Path) -> None:
    folder = backup(house, tmp_path / "backups").folder
    (folder / NAME).write_text((folder / NAME).read_text().replace('"revision": "', '"revision": "9'))

    with pytest.raises(BackupBroken, match="newer"):
        bring_back(elsewhere, folder, house)

    nothing_there(elsewhere)


def test_what_is_there_is_replaced_only_when_told_so(house: TestHouse, elsewhere: Settings, tmp_path: Path) -> None:
    first = backup(house, tmp_path / "backups").folder
    bring_back(elsewhere, first, house)
    house.client("李四")
    house.move_to(house.clock.now().replace(hour=3))
    second, now = backup(house, tmp_path / "backups").folder, everything(house.banli.settings)

    with pytest.raises(BackupBroken, match="--force"):
        bring_back(elsewhere, second, house)
    bring_back(elsewhere, second, house, force=True)

    assert everything(elsewhere) == now


def test_older_ones_go_when_told_so(house: TestHouse, tmp_path: Path) -> None:
    into = tmp_path / "backups"
    made = []
    for hour in (3, 4, 5):
        house.move_to(house.clock.now().replace(hour=hour))
        made.append(backup(house, into, keep=2))

    assert sorted(into.iterdir()) == [each.folder for each in made[1:]]
    assert list(made[2].removed) == [made[0].folder]


CHILD = """
import sys
from pathlib import Path
from adapters.backup.parcel import Parcel

def pieces():
    yield b"half"
    print("writing", flush=True)
    sys.stdin.read()

Parcel(Path(sys.argv[1])).add("database/x", pieces())
"""


def test_a_kill_in_the_middle_leaves_nothing_under_its_name(tmp_path: Path) -> None:
    final = tmp_path / "banli-x"
    command = [sys.executable, "-c", CHILD, str(final)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"writing\n"
        Parcel(tmp_path / "other").discard()  # a half one that somebody writes is left alone
        assert len(list(tmp_path.iterdir())) == 1
        os.kill(child.pid, signal.SIGKILL)
    assert not final.exists()
    assert len(list(tmp_path.iterdir())) == 1

    Parcel(tmp_path / "banli-y").discard()  # the next one clears it away

    assert list(tmp_path.iterdir()) == []
