"""Erased: what a member of staff was being asked about the case, one thing after the other, and what he answered."""

from pathlib import Path

from core.commands.cases import AdvanceCase
from core.commands.data_rights import EraseClient
from core.conversations.tables import conversation
from core.kit.db import metadata
from core.staff.service import actor_at
from tests.bot.chat import CONSULTANT, REVIEWER, case_of, open_case
from tests.house import TestHouse, open_house

SAID = "谈话甲乙丙"


def test_answers_on_the_way_are_forgotten(sqlite_url: str, tmp_path: Path) -> None:
    """Nothing has come of them yet that would name the case."""
    with open_house(sqlite_url, tmp_path) as house:
        house.agency()
        client, consultant = open_case(house), house.people[CONSULTANT]
        case_id = int(case_of(house, client)["id"])
        with house.looking() as reader:
            chat = reader.first(conversation, key=consultant.address.key)
            supervisor = actor_at(reader, house.people[REVIEWER].id, house.clock.now())
        assert chat is not None
        asked = {"kind": "consultation", "case": case_id, "answers": []}
        house.banli.store.run(lambda uow: uow.change(conversation, chat["id"], dialog=asked))
        consultant.says(SAID)
        assert SAID in everything(house)
        house.do(AdvanceCase(case_id=case_id, trigger="withdraw"), supervisor)
        house.rest()
        house.do(EraseClient(client_id=client.id))
        house.banli.eraser.settle()
        assert SAID not in everything(house)


def everything(house: TestHouse) -> str:
    with house.looking() as reader:
        return str([reader.find(table) for table in metadata.sorted_tables])
