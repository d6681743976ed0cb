"""How long clients wait, as the agency sees it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from bot.web import web
from core.channel.port import DeliveryFailed
from core.commands.people import IssueApiKey
from core.views import response
from core.views.response import acknowledgements
from tests.bot.chat import REVIEWER, begin, picture
from tests.house import TestHouse


def report(agency: TestHouse, name: str = REVIEWER, **period: str) -> Any:
    secret = agency.do(IssueApiKey(staff_id=agency.people[name].id, name="report"))
    http = TestClient(web(agency.banli, loops=False))
    return http.get("/api/v1/reports/response", params=period, headers={"Authorization": f"Bearer {secret}"}).json()


@pytest.mark.row("PR10")
def test_how_long_a_client_waits_for_an_acknowledgement_is_measured(agency: TestHouse) -> None:
    """From his file to the first sign in his chat, by the messages that truly went out: at most five seconds."""
    client = begin(agency, agency.client("赵六"))
    for number, item in enumerate(("退休证", "身份证正反面", "白底证件照")):
        client.sends(f"{number}.jpg", picture(70 + number), item)
    told = report(agency)["acknowledged"]
    assert (told["ended"], told["waiting"], told["bar"], told["within_bar"]) == (3, 0, 5, 1)
    assert told["longest"] <= 5

    agency.channel.failures.append(DeliveryFailed("the platform is away"))  # it is tried again after two seconds
    client.sends("late.jpg", picture(74), "户口簿整本")
    agency.move_to(agency.clock.now() + timedelta(seconds=8))
    told = report(agency)["acknowledged"]
    assert (told["ended"], told["within_bar"]) == (4, 0.75)
    assert told["longest"] >= 8


def test_the_report_opens_nothing_of_what_was_said(agency: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many chats there are, they are asked about by the slice, and for two plain columns."""
    for number, name in enumerate(("钱七", "孙八", "周九")):
        begin(agency, agency.client(name)).sends(f"{number}.jpg", picture(80 + number), "退休证")
    now, since, asked = agency.clock.now(), agency.clock.now() - timedelta(hours=1), list[str]()

    def ended() -> int:
        with agency.looking() as reader:
            event.listen(reader.connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
            return len(acknowledgements(reader, since, now, lambda cases: set(cases)).ended)

    assert ended() >= 3
    assert not [each for each in asked if "notice" in each]
    [whole] = [each for each in asked if "outbox" in each]
    assert "sent_at" in whole
    seen = ended()
    monkeypatch.setattr(response, "AT_ONCE", 2)
    asked.clear()
    assert ended() == seen
    assert len([each for each in asked if "outbox" in each]) >= 2
