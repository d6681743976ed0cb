"""Dead ends: from everywhere a client can get to by tapping, in every stage of every flow, he gets on and out (U14).

Every button that he is shown is pressed, and every button that the answer shows, as deep as the menus go; from each
place help leads to the menu, and the menu to progress, checklist and a person.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.cases.tables import case
from core.engine.flow import Stage
from tests.bot.chat import begin, case_of
from tests.house import Person, TestHouse, open_house

DEPTH = 3  # taps, one after the other
ENDLESS = ("联系顾问", "Talk to a person")  # tried once in every stage: it ends in another mode
FLOWS = {"visa_jp_tourist": "retired", "visa_kr_tourist": "employed"}


@pytest.fixture
def agency(sqlite_url: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(sqlite_url, tmp_path) as house:
        yield house.agency()


def stages_of(house: TestHouse, client: Person) -> tuple[Stage, ...]:
    with house.looking() as reader:
        version = case_of(house, client)["flow_version_id"]
        return tuple(house.banli.catalogue.compiled(reader, version).flow.stages)


def put(house: TestHouse, client: Person, stage: str) -> None:
    """The case stands in this stage, however it came there."""
    row_id = case_of(house, client)["id"]
    house.banli.store.run(lambda uow: uow.change(case, row_id, stage=stage, substate=None))


def lead_on(client: Person) -> list[str]:
    """Labels of the newest message that has buttons."""
    for sent in reversed(client.messages):
        if sent.message.card.buttons:
            return [button.label for button in sent.message.card.buttons]
    return []


def answered(client: Person, where: str) -> None:
    assert client.new(), f"no answer: {where}"


def is_open(client: Person, where: str) -> None:
    """He gets on by words from here, and by the menu."""
    answered(client.says("帮助"), f"{where}, then help")
    labels = lead_on(client)
    assert {"查看进度", "材料清单", "联系顾问"} <= set(labels), (where, labels)


def tap_everything(client: Person, where: str, depth: int, seen: set[str]) -> int:
    """Press what the newest card offers, and what the answers offer. Returns how many taps were made."""
    taps = 0
    for label in lead_on(client):
        if label in seen or label in ENDLESS:
            continue
        seen.add(label)
        here = f"{where} > {label}"
        client.presses(label)
        answered(client, here)
        taps += 1
        if depth > 1:
            taps += tap_everything(client, here, depth - 1, seen)
        is_open(client, here)
    return taps


@pytest.mark.parametrize("flow", FLOWS)
def test_no_place_is_a_dead_end(agency: TestHouse, flow: str) -> None:
    client = begin(agency, agency.client("赵六"), flow=flow, kind=FLOWS[flow])
    taps = 0
    for stage in stages_of(agency, client):
        put(agency, client, stage.key)
        client.new()
        seen: set[str] = set()
        for opening in ("帮助", "材料", "1", "今天天气真好"):
            answered(client.says(opening), f"{stage.key}: {opening}")
            taps += tap_everything(client, f"{stage.key}: {opening}", DEPTH, seen)
        client.says("帮助").presses("联系顾问")
        answered(client, f"{stage.key}: a person")
        client.says("返回助手")
        answered(client, f"{stage.key}: back")
        is_open(client, f"{stage.key}: back again")
    assert taps > 50


@pytest.mark.row("PR8")
@pytest.mark.parametrize("flow", FLOWS)
def test_one_message_says_how_things_stand_in_every_stage(agency: TestHouse, flow: str) -> None:
    """Where the case is, whose turn it is, who answers for it; nobody of the staff hears of the question (U6)."""
    client = begin(agency, agency.client("赵六"), flow=flow, kind=FLOWS[flow])
    heard = {name: len(person.messages) for name, person in agency.people.items() if person.kind == "staff"}
    for stage in stages_of(agency, client):
        put(agency, client, stage.key)
        client.new()
        [answer] = client.says("进度").new()
        assert len(answer) <= 1000
        assert "▶" in answer or stage.final, answer
        assert any(words in answer for words in ("等待", "处理中", "审核", "已办结", "负责人")), answer
    assert {name: len(agency.people[name].messages) for name in heard} == heard


def test_the_search_finds_a_dead_end(agency: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A menu without a person, and a button that is answered by nothing, are noticed."""
    monkeypatch.setattr("bot.dialogs.menu.person", lambda turn: [])
    client = begin(agency, agency.client("赵六"))
    with pytest.raises(AssertionError, match="查看进度"):
        is_open(client, "help")
