"""What a client hears of steps within a stage, and with which button."""

from tests.bot.chat import CONSULTANT
from tests.forms.conftest import project
from tests.house import TestHouse


def test_a_sub_status_that_a_step_sets_is_told_once(office: TestHouse) -> None:
    client, adviser = project(office, checked=True, fee=200_000, areas=["it"]), office.people[CONSULTANT]
    adviser.presses("开始编写")
    client.new()
    adviser.presses("提交平台")
    heard = client.new()
    assert len(heard) == 1
    assert "最新状态：已提交平台" in heard[0]
    adviser.presses("提交平台")  # nothing has changed for him
    assert client.new() == []
