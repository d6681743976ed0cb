"""A client is erased: nothing personal is left anywhere, the case's skeleton and the audit are, and nobody else is hit
(S24)."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.backup.create import create
from adapters.backup.restore import restore
from bot.app import build
from bot.eraser import read_tombstones
from core.cases.tables import case, case_event, document_version
from core.clients.tables import client, erasure
from core.commands.cases import AdvanceCase
from core.commands.data_rights import EraseClient, ExportClient, HoldClient, LiftHold
from core.commands.desk import TagClient
from core.commands.identity import AskDataRight, InviteClient
from core.engine.access import Actor
from core.files.tables import file
from core.kit.db import metadata
from core.kit.errors import NotPossibleNow
from core.ledger.tables import audit
from core.staff.service import actor_at
from core.store.sealing import Row
from core.tasks.tables import task
from core.wiring.belongings import belongings
from core.wiring.client_copy import copy_of
from core.wiring.forgetting import GONE
from tests.bot.chat import REVIEWER, case_of, open_case
from tests.house import TestHouse, open_house
from tests.security.test_secrets import MARKS, NAME, live_through

ABSENT = ("MARKFORGED", "c@example.com", "MARKFIELD", "MARKSUPPLEMENT")
"""From chats that are nobody's; also the address of other clients; never said in this story."""
HIS = (*(mark for mark in MARKS if mark not in ABSENT), "标记标签", "chat-7")


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path) as opened:
        yield lived(opened)


def lived(house: TestHouse) -> TestHouse:
    """The marked client has lived through a whole case; somebody else has one too."""
    live_through(house)
    house.do(TagClient(client_id=house.people[NAME].id, tag="标记标签"))
    house.do(InviteClient(client_id=house.people[NAME].id))
    other = open_case(house)
    other.says("材料")
    house.people["other"] = other
    house.rest()
    return house


def close(house: TestHouse) -> int:
    case_id = int(case_of(house, house.people[NAME])["id"])
    with house.looking() as reader:
        supervisor = actor_at(reader, house.people[REVIEWER].id, house.clock.now())
    house.do(AdvanceCase(case_id=case_id, trigger="withdraw"), supervisor)
    house.rest()
    return case_id


def erase(house: TestHouse) -> int:
    case_id = close(house)
    house.do(EraseClient(client_id=house.people[NAME].id))
    assert house.banli.eraser.settle() == 1
    return case_id


def dump(house: TestHouse) -> dict[str, list[Row]]:
    with house.looking() as reader:
        return {table.name: reader.find(table) for table in metadata.sorted_tables}


def hits(house: TestHouse) -> list[str]:
    """Every place where a mark stands: rows opened, files opened, names of files."""
    found = [
        f"{table} {row['id']} {column}: {mark}"
        for table, rows in dump(house).items()
        for row in rows
        for column, value in row.items()
        for mark in HIS
        if mark in as_text(value) or mark.encode("unicode_escape").decode() in as_text(value)
    ]
    for handle in house.banli.files.handles():
        content = house.banli.files.read(handle)
        found += [f"file {handle}: {mark}" for mark in HIS if mark.encode() in content]
    return found


def as_text(value: object) -> str:
    """Words as they are; those within JSON that was written with ASCII only come after them."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value, default=str, ensure_ascii=False) + json.dumps(value, default=str)


def test_nothing_of_him_is_left(house: TestHouse) -> None:
    assert len({each.rpartition(": ")[2] for each in hits(house)}) >= len(HIS) - 1  # the search finds what is there
    other = house.people["other"]
    with house.looking() as reader:
        before = belongings(reader, other.id).rows
        mine = {row["handle"] for row in belongings(reader, house.people[NAME].id).of(file)}
    assert mine <= set(house.banli.files.handles())

    erase(house)

    assert hits(house) == []
    assert not mine & set(house.banli.files.handles())
    with house.looking() as reader:
        assert belongings(reader, other.id).rows == before


def test_the_skeleton_and_the_audit_stay(house: TestHouse) -> None:
    with house.looking() as reader:
        audited = reader.find(audit)
        events = [(row["seq"], row["type"], row["at"], row["actor_id"]) for row in reader.find(case_event)]
    number = case_of(house, house.people[NAME])["number"]

    case_id = erase(house)

    with house.looking() as reader:
        row = reader.peek(case, case_id)
        assert row is not None
        assert (row["number"], row["state"]) == (number, "closed")
        assert reader.find(audit)[: len(audited)] == audited
        after = {(row["seq"], row["type"], row["at"], row["actor_id"]) for row in reader.find(case_event)}
        assert set(events) <= after
        kept = reader.find(document_version, case_id=case_id)
        assert {each["status"] for each in kept} >= {"approved"}
        assert "EraseClient" in {each["command"] for each in reader.find(audit)}


def test_he_is_a_stranger_when_he_writes_again(house: TestHouse) -> None:
    erase(house)
    person = house.people[NAME]
    before = len(person.words)

    person.says("进度")

    assert len(person.words) == before + 1
    assert NAME not in person.last
    assert "V-2026" not in person.last


def test_not_while_a_case_is_open_or_the_data_are_held(house: TestHouse) -> None:
    client_id = house.people[NAME].id
    with pytest.raises(NotPossibleNow) as open_still:
        house.do(EraseClient(client_id=client_id))
    close(house)
    house.do(HoldClient(client_id=client_id, reason="与 MARKREASON 有关的争议"))
    with pytest.raises(NotPossibleNow) as held:
        house.do(EraseClient(client_id=client_id))
    assert (open_still.value.params["reason"], held.value.params["reason"]) == ("cases_open", "legal_hold")
    assert hits(house)

    house.do(LiftHold(client_id=client_id, reason="了结 MARKREASON"))
    house.do(EraseClient(client_id=client_id))
    house.banli.eraser.settle()

    assert hits(house) == []
    with pytest.raises(NotPossibleNow):
        house.do(EraseClient(client_id=client_id))
    with pytest.raises(NotPossibleNow):
        house.do(ExportClient(client_id=client_id))


def test_a_restored_backup_does_not_bring_him_back(house: TestHouse, tmp_path: Path) -> None:
    banli = house.banli
    made = create(banli.settings, banli.vault, banli.files, tmp_path / "backups", house.clock.now(), track)
    erase(house)
    assert [each.client_id for each in read_tombstones(banli.settings.erased_file)] == [house.people[NAME].id]
    banli.stop()

    restore(banli.settings, banli.vault, banli.files, made.folder, house.clock.now(), track, force=True)
    with again_open(house) as again:
        assert hits(again)  # the backup knows him
        again.banli.eraser.apply()

        assert hits(again) == []
        with again.looking() as reader:
            row = reader.peek(client, house.people[NAME].id)
            assert row is not None
            assert row["name"] == GONE
            assert {each["state"] for each in reader.find(erasure)} == {"done"}
            assert {each["state"] for each in reader.find(case, client_id=house.people[NAME].id)} == {"closed"}


def track(each: object, doing: str, total: int) -> Iterator[str]:
    yield from each  # type: ignore[misc]  # an iterable of words


@contextmanager
def again_open(house: TestHouse) -> Iterator[TestHouse]:
    """A new process with the same settings."""
    banli = build(house.banli.settings, clock=house.clock)
    banli.start()
    yield TestHouse(banli, house.clock, house.channel)
    banli.stop()


def test_a_copy_holds_everything_about_him_and_nothing_of_others(house: TestHouse, tmp_path: Path) -> None:
    banli, person = house.banli, house.people[NAME]
    archive = tmp_path / "copy.zip"

    with archive.open("wb") as out:
        out.writelines(copy_of(banli.reading, banli.files, person.id, house.clock.now()))

    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        data = json.loads(opened.read("data.json"))
        text = opened.read("data.json").decode()
        with house.looking() as reader:
            kept = belongings(reader, person.id).of(file)
        assert len(opened.namelist()) == 1 + len(kept)
        for row in kept:
            [name] = [each for each in opened.namelist() if each.startswith(f"files/{row['id']}-")]
            assert opened.read(name) == banli.files.read(row["handle"])
    assert data["client"][0]["name"] == NAME
    assert {"client_case", "message", "document_version", "case_event", "consent", "contract", "audit"} <= data.keys()
    assert [mark for mark in HIS if mark not in text and mark != "MARKPDFTEXT"] == []
    others = house.people["other"]
    assert str(others.id) not in text
    assert "handle" not in data["file"][0]
    assert "button" not in data


def test_what_he_asked_for_is_done_with_it(house: TestHouse) -> None:
    person, case_id = house.people[NAME], int(case_of(house, house.people[NAME])["id"])
    for right in ("export", "erase"):
        house.do(AskDataRight(client_id=person.id, right=right, case_id=case_id), Actor("client", person.id))

    house.do(ExportClient(client_id=person.id))
    assert states(house, case_id) == {"data:export": "done", "data:erase": "open"}
    house.clock.advance(timedelta(minutes=1))
    erase(house)

    assert states(house, case_id)["data:erase"] in ("done", "ended")


def states(house: TestHouse, case_id: int) -> dict[str, str]:
    with house.looking() as reader:
        rows = reader.find(task, case_id=case_id)
    return {row["key"]: row["state"] for row in rows if (row["key"] or "").startswith("data:")}
