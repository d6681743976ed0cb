"""Fields in the texts of a flow: said to each reader as he may read them, kept in titles, looked over by the linter.

The stories of the flow beside this file play the words of the language that no other story needs.
"""

from pathlib import Path

import pytest

from bot.cards.render import render
from bot.cli.story_house import play_one
from bot.story.reader import read_story
from core.commands.cases import AdvanceCase, OpenCase, SetFields
from core.commands.contracts import Traveller
from core.commands.identity import SetGuardian
from core.commands.migrating import MigrateFlow
from core.commands.people import AddDepartment
from core.commands.work import PublishFlow
from core.engine.field_words import value_words
from core.engine.flow import read_flow
from core.engine.flow_diff import changes
from core.ledger.tables import outbox
from tests.bot.chat import case_of, new_client
from tests.engine.flow_parts import healthy, look, put, words
from tests.house import TestHouse, fresh_house
from tests.services.databases import Databases, Kind

HERE = Path(__file__).parent
SOURCE = (HERE / "flow.yaml").read_text("utf-8")
STORIES = sorted((HERE / "stories").glob("*.yaml"))


@pytest.mark.parametrize("path", STORIES, ids=[path.stem for path in STORIES])
def test_the_story_comes_out(path: Path, sqlite_url: str) -> None:
    result = play_one(read_story(path), "loopback", sqlite_url)
    assert result.came_out, f"{result.failure}\n" + "\n".join(result.transcript[-12:])


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_guardian_reads_masks_and_a_field_that_is_gone_is_a_dash(
    kind: Kind, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with fresh_house(kind, databases, tmp_path_factory) as house:
        house.agency(flows=None)
        house.do(AddDepartment(name="复核部"))
        house.do(PublishFlow(source=SOURCE))
        client, parent = new_client(house), new_client(house, "en")
        house.do(SetGuardian(client_id=client.id, person_id=parent.id, notify=True))
        traveller = Traveller(name="甲", kind="person")
        case_id = house.do(OpenCase(client_id=client.id, flow="residence_permit", travellers=(traveller,)))
        house.do(SetFields(case_id=case_id, fields={"account": "622202{case.fee}", "extra": False, "city": "bj"}))
        house.do(AdvanceCase(case_id=case_id, trigger="ready"))
        assert "费用 — 元，退款至 622202{case.fee}。" in client.last  # a value is never filled again
        assert "Fee — yuan, refunds to ****." in parent.last
        later = SOURCE.replace("version: 1", "version: 2", 1).replace("key: handing\n", "key: passing\n")
        later = later.replace("to: handing", "to: passing").replace("from: [handing]", "from: [passing]")
        house.do(PublishFlow(source=_without(later, "account")))
        house.do(MigrateFlow(flow="residence_permit", to=2, stages={"handing": "passing"}, fields={"account": None}))
        assert case_of(house, client)["stage"] == "passing"
        assert "退款至 —。" in _drawn_now(house, client.id)


def _without(source: str, key: str) -> str:
    """The flow without this field and without the texts that ask for it, which publishing would refuse."""
    lines = [line for line in source.splitlines() if not line.startswith(f"  - {{key: {key},")]
    return "\n".join(lines).replace(f"{{case.{key}}}", "...")


def _drawn_now(house: TestHouse, client_id: int) -> str:
    """The notice of the stage as it would be sent at this moment."""
    with house.looking() as reader:
        rows = reader.find(outbox, person_id=client_id, person_kind="client")
        row = next(each for each in rows if each["notice"]["kind"] == "stage")
        return render(house.banli.house, reader, row, house.clock.now()).card.text


def test_the_linter_knows_the_fields_of_a_text() -> None:
    task = {"action": "create_task", "args": {"role": "sales", "title": words("收 {case.id_no}", "Of {name}")}}
    tree = put(healthy(), "/messages/hello", words("您好 {case.nothing}", "Hello {case.id_no} {case.note}"))
    for key, pii in (("id_no", "identity"), ("note", "none")):
        tree = put(tree, "/fields/-", {"key": key, "name": words("字段", "Field"), "type": "text", "pii": pii})
    tree = put(tree, "/stages/0/client_text/en", "On {case.nothng}")
    note = words("看 {case.note}", "See {case.id_no}")
    service = {"key": "copy", "name": words("副本", "Copy"), "role": "sales", "note": note}
    tree = put(put(tree, "/rules/0/then/-", task), "/services", [service])
    at = f"/rules/0/then/{len(tree['rules'][0]['then']) - 1}/args/title"
    assert sorted((each.code, each.pointer) for each in look(tree).problems) == [
        ("flow.personal_title", f"{at}/zh-CN"),
        ("flow.personal_title", "/services/0/note/en"),
        ("flow.unknown_field", "/messages/hello/zh-CN"),
        ("flow.unknown_field", "/stages/0/client_text/en"),
        ("text.placeholder", f"{at}/en"),
    ]


def test_values_are_said_as_people_write_them_and_a_changed_text_is_told() -> None:
    flow = read_flow(SOURCE.encode())

    def said(key: str, value: object) -> list[str]:
        yes_no = {True: "是", False: "否"}.__getitem__
        return [value_words(flow.field(key), value, language, yes_no) for language in ("zh-CN", "en")]

    assert said("fee", 1234567) == ["12,345.67", "12,345.67"]
    assert said("visit_on", "2026-03-16") == ["2026年3月16日", "16 Mar 2026"]
    assert said("city", "bj") == ["北京", "Beijing"]
    assert said("city", "gone") == ["gone", "gone"]
    assert said("extra", False) == ["否", "否"]
    empty: tuple[object, ...] = (None, "", [])
    assert [said("city", each) for each in empty] == [["", ""]] * 3
    newer = read_flow(SOURCE.replace("Filed; be there on {case.visit_on}.", "Filed, {case.city}.").encode())
    (change,) = changes(flow, newer)
    assert "{case.visit_on}" in str(change)
    assert "{case.city}" in str(change)
