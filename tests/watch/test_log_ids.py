"""Every line of the log says to which request, update, conversation and case it belongs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot import receiver
from bot.turn import Turn
from bot.web import web
from core.bus.deed import Deed
from core.channel.port import DeliveryFailed
from core.commands.command import Command
from core.commands.handoffs import AddNote
from core.commands.people import IssueApiKey
from core.conversations.tables import conversation
from core.kit.log import get_log
from core.ledger.tables import audit, inbox
from tests.bot.chat import case_of, open_case
from tests.house import TestHouse, open_house
from tests.security.test_secrets import logs_at_debug
from tests.security.whole_case import crashing
from tests.stories.journey import acting


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(sqlite_url, tmp_path) as opened:
        yield opened.agency()


def lines(heard: str, event: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, heard.splitlines()) if line["event"] == event]


def test_a_line_of_a_unit_names_update_and_conversation(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def talks(turn: Turn) -> None:
        receiver.log.info("routed")

    client = house.people["张三"]
    monkeypatch.setattr(receiver, "route", talks)
    with logs_at_debug() as heard:
        client.says("你好")
        (line,) = lines(heard.getvalue(), "routed")
    with house.looking() as reader:
        update = reader.find(inbox, order=inbox.c.id.desc(), limit=1)[0]
        chat = reader.first(conversation, key=client.address.key)
    assert chat is not None
    assert (line["update"], line["conversation"]) == (update["id"], chat["id"])


def test_a_line_of_a_command_names_its_case(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def logs(command: Command, deed: Deed) -> None:
        get_log("core.cases").info("noted")

    case_id = case_of(house, open_case(house))["id"]
    handlers: Any = house.banli.bus.wiring.handlers
    monkeypatch.setitem(handlers, AddNote, logs)
    with logs_at_debug() as heard:
        house.do(AddNote(case_id=case_id, text="打过电话"), actor=acting(house, "顾问甲"))
        (line,) = lines(heard.getvalue(), "noted")
    assert line["case"] == case_id


def test_a_line_about_a_send_names_the_notice_and_what_it_follows_from(house: TestHouse) -> None:
    client = open_case(house)
    house.channel.failures = [DeliveryFailed("down")]
    with logs_at_debug() as heard:
        client.says("进度")
        (line,) = lines(heard.getvalue(), "send_failed")
    with house.looking() as reader:
        update = reader.find(inbox, order=inbox.c.id.desc(), limit=1)[0]
    assert (line["cause"], line["case"]) == (update["id"], case_of(house, client)["id"])
    assert line["notice"] > 0


def test_answer_log_and_audit_of_a_request_have_one_id(house: TestHouse) -> None:
    consultant = house.people["顾问甲"]
    secret = house.do(IssueApiKey(staff_id=consultant.id, name="test"))
    case_id = case_of(house, open_case(house))["id"]
    with TestClient(web(house.banli, loops=False)) as http:
        answer = http.post(
            f"/api/v1/cases/{case_id}/notes",
            json={"text": "打过电话"},
            headers={"authorization": f"Bearer {secret}"},
        )
        assert answer.status_code == 204, answer.text
    with house.looking() as reader:
        row = reader.find(audit, order=audit.c.id.desc(), limit=1)[0]
    assert answer.headers["x-request-id"] == str(row["correlation"])


def test_a_crash_answers_with_the_id_that_the_log_has(house: TestHouse) -> None:
    secret = house.do(IssueApiKey(staff_id=house.people["顾问甲"].id, name="test"))
    case_id = case_of(house, open_case(house))["id"]
    with TestClient(web(house.banli, loops=False), raise_server_exceptions=False) as http, logs_at_debug() as heard:
        with crashing(house, "words"):
            answer = http.post(
                f"/api/v1/cases/{case_id}/notes",
                json={"text": "打过电话"},
                headers={"authorization": f"Bearer {secret}"},
            )
        (line,) = lines(heard.getvalue(), "crashed")
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, str(line["request"]))
