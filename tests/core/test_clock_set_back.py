"""A clock that is set back holds nothing up: what was never tried is due at once, what failed after its own pause."""

from datetime import timedelta
from pathlib import Path

from core.channel.port import DeliveryFailed
from core.ledger import errands, inbox
from core.ledger.tables import inbox as inbox_table
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


def test_what_failed_and_is_tried_again_waits_for_no_longer_than_its_pause(database: str, tmp_path: Path) -> None:
    """An update that was pushed ahead, and a notice, before the clock was set back an hour."""
    with open_house(database, tmp_path) as house:
        client = open_case(house.agency())
        client.new()
        house.channel.failures = [DeliveryFailed("no line")]
        client.says("进度")
        assert client.new() == []
        house.move_to(START - 2 * HOUR)
        assert any("材料收集" in words for words in client.new())
        house.quiet = False
        client.says("帮助")
        with house.looking() as reader:
            [waiting] = reader.find(inbox_table, state="waiting")
        house.banli.store.run(lambda uow: inbox.failed(uow, waiting["id"], "busy"))
        house.move_to(START - 4 * HOUR)
        assert client.new() != []


def test_a_file_is_fetched_again(database: str, tmp_path: Path) -> None:
    with open_house(database, tmp_path) as house:
        client = open_case(house.agency())
        house.banli.store.run(lambda uow: errands.queue(uow, "fetch", "1", "loopback", "main", client.address.key, {}))
        with house.looking() as reader:
            [row] = errands.open_errands(reader, house.clock.now(), 10)
        house.banli.store.run(lambda uow: errands.claim(uow, row))
        house.banli.store.run(lambda uow: errands.failed(uow, row["id"], 1, "no line", permanent=False))
        with house.looking() as reader:
            assert errands.open_errands(reader, house.clock.now(), 10) == []
            assert len(errands.open_errands(reader, house.clock.now() - HOUR, 10)) == 1
            assert errands.open_errands(reader, house.clock.now() - HOUR, 10, strict=True) == []
