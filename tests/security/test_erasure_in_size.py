"""Many clients with many documents are erased: no store holds a word of them, and nobody else has lost one (S24).

`BANLI_TEST_ERASED` says how many clients, ten documents each; `make erasing` takes a hundred.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.cases.tables import document_version
from core.commands.cases import AdvanceCase
from core.commands.data_rights import EraseClient
from core.files.tables import file
from core.kit.db import metadata
from core.staff.service import actor_at
from core.wiring.belongings import belongings
from tests.bot.chat import REVIEWER, begin, case_of, open_case
from tests.bot.orders import Glance
from tests.house import Person, TestHouse, open_house
from tests.security.test_erasure import as_text

CLIENTS = int(os.environ.get("BANLI_TEST_ERASED", "2"))
DOCUMENTS = 10
MARK = "MARKED"


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    """The agency without child processes: what a file is stands in it."""
    with open_house(database, tmp_path) as opened:
        glance: Any = Glance()
        opened.banli.fetcher._inspector = glance
        yield opened.agency()


def lives(house: TestHouse, number: int) -> Person:
    """A client who says his name in his words, his papers and their names."""
    name = f"{MARK}张三{number}"
    client = begin(house, house.client(name, phone=f"139{number:08}"))
    for paper in range(DOCUMENTS):
        client.sends(f"{name}-{paper}.jpg", f"jpg|ok|{name} {paper}|{number}-{paper}".encode(), "户口簿整本")
    client.says(f"{name}的材料齐了吗")
    return client


def hits(house: TestHouse, folder: Path) -> list[str]:
    """Every place where a mark stands: rows opened, files opened, and everything that lies in the folder as it is."""
    with house.looking() as reader:
        found = [
            f"{table.name} {row['id']} {name}"
            for table in metadata.sorted_tables
            for row in reader.find(table)
            for name, value in row.items()
            if MARK in as_text(value)
        ]
    files = house.banli.files
    found += [f"file {handle}" for handle in files.handles() if MARK.encode() in files.read(handle)]
    raw = [each for each in folder.rglob("*") if each.is_file() and MARK.encode() in each.read_bytes()]
    return found + [str(each) for each in raw]


def test_no_store_holds_a_word_of_those_who_were_erased(house: TestHouse, tmp_path: Path) -> None:
    erased = [lives(house, number) for number in range(CLIENTS)]
    kept = open_case(house)
    kept.sends("其他.jpg", b"jpg|ok|somebody else|0", "户口簿整本")
    with house.looking() as reader:
        assert len([row for row in reader.find(document_version) if row["case_id"] != case_of(house, kept)["id"]]) > 0
        assert len(reader.find(file)) == CLIENTS * DOCUMENTS + 1
        his = json.dumps(belongings(reader, kept.id).rows, default=str)
        supervisor = actor_at(reader, house.people[REVIEWER].id, house.clock.now())
    assert len(hits(house, tmp_path)) > CLIENTS * DOCUMENTS, "the search finds what is there"

    for client in erased:
        house.do(AdvanceCase(case_id=case_of(house, client)["id"], trigger="withdraw"), supervisor)
    for client in erased:
        house.do(EraseClient(client_id=client.id))
    assert house.banli.eraser.settle() == CLIENTS

    assert hits(house, tmp_path) == []
    assert len(list(house.banli.files.handles())) == 1
    with house.looking() as reader:
        assert json.dumps(belongings(reader, kept.id).rows, default=str) == his
