"""A clock that is set back holds nothing up: what was never tried is due whatever its moment says."""

from datetime import timedelta
from pathlib import Path

from tests.bot.chat import open_case
from tests.house import START, open_house

HOUR = timedelta(hours=1)


def test_a_message_that_had_come_in_is_answered(database: str, tmp_path: Path) -> None:
    with open_house(database, tmp_path) as house:
        client = open_case(house.agency())
        client.new()
        house.quiet = False
        client.says("进度")
        house.move_to(START - HOUR)
        assert any("材料收集" in words for words in client.new())


def test_a_notice_that_was_queued_is_sent(database: str, tmp_path: Path) -> None:
    with open_house(database, tmp_path) as house:
        client = open_case(house.agency())
        client.new()
        house.quiet = False
        client.says("进度")
        assert house.runner is not None
        house.runner.run(house.banli.receiver.work_once())
        assert client.new() == []
        house.move_to(START - HOUR)
        assert any("材料收集" in words for words in client.new())
