"""How long clients wait, as the agency sees it."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from bot.app import web
from core.channel.port import DeliveryFailed
from core.commands.people import IssueApiKey
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
