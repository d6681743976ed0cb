"""Reminders of clients end to end: days, nights, several cases, snoozing, a talk with a person, the end."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.app import FLOWS
from core.cases.tables import case, document_version, item
from core.channel.port import DeliveryFailed
from core.commands.cases import AddTraveller
from core.commands.contracts import Traveller
from core.commands.documents import ReviewDocument
from core.commands.identity import RecordConsent, RecordPaperConsent
from core.commands.reminders import SetClientZone
from core.commands.work import PublishFlow
from core.conversations.tables import message
from core.engine.access import Actor
from core.kit.errors import Invalid
from core.ledger import timers
from core.ledger.tables import outbox, timer
from tests.bot.chat import CONSULTANT, REVIEWER, assert_readable, case_of, newest, newest_card, open_case, picture
from tests.bot.test_reconciler import as_
from tests.house import Person, TestHouse, open_house

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(sqlite_url, tmp_path) as opened:
        yield opened.agency()


def reminded(house: TestHouse, client: Person, zone: ZoneInfo = SHANGHAI) -> list[str]:
    """When the client was reminded, on his own clock."""
    with house.looking() as reader:
        sent = reader.find(message, message.c.direction == "out")
        mine = [row for row in sent if row["body"].get("kind") == "reminder"]
        chats = {row["conversation_id"] for row in reader.find(message, sender="client", sender_id=client.id)}
        person = {row["id"]: row["person_id"] for row in reader.find(outbox, person_kind="client")}
    assert chats is not None
    return [f"{row['at'].astimezone(zone):%m-%d %H:%M}" for row in mine if person[row["entry_id"]] == client.id]


def until(house: TestHouse, day: str, at: str = "12:00") -> None:
    """Time passes, and every timer fires at its own hour."""
    end = datetime.combine(datetime.fromisoformat(f"2026-{day}").date(), time.fromisoformat(at), SHANGHAI)
    while True:
        with house.looking() as reader:
            following = timers.next_due(reader)
        if following is None or following > end:
            break
        house.move_to(max(following, house.clock.now()))
    house.move_to(end)


def everything_comes(house: TestHouse, client: Person) -> None:
    """All documents lie with the reviewer."""
    case_id = case_of(house, client)["id"]

    def work(uow: Any) -> None:
        for row in uow.find(item, case_id=case_id):
            uow.change(item, row["id"], status="submitted")

    house.banli.store.run(work)


def test_seven_three_one_and_no_day_before_the_limit(house: TestHouse) -> None:
    client = open_case(house)
    assert f"{case_of(house, client)['due'].astimezone(SHANGHAI):%m-%d %H:%M}" == "03-11 10:00"
    until(house, "03-04")
    assert "还差 8 项材料：护照首页和签字页、" in client.last
    assert "请在 2026年3月11日 10:00 前发来，还有 7 天。" in client.last
    until(house, "03-10")
    assert "明天截止（2026年3月11日 10:00）" in client.last
    until(house, "03-11", "09:30")
    assert "今天截止" in client.last
    until(house, "03-20")
    assert reminded(house, client) == ["03-04 09:00", "03-08 09:00", "03-10 09:00", "03-11 09:00"]
    assert_readable(client.words)


def test_nothing_when_everything_was_sent(house: TestHouse) -> None:
    client = open_case(house)
    until(house, "03-05")
    everything_comes(house, client)
    until(house, "03-20")
    assert reminded(house, client) == ["03-04 09:00"]


def test_nothing_after_the_case_is_closed(house: TestHouse) -> None:
    client = open_case(house)
    until(house, "03-05")
    house.banli.store.run(lambda uow: uow.change(case, case_of(house, client)["id"], state="closed"))
    until(house, "03-20")
    assert reminded(house, client) == ["03-04 09:00"]


def test_two_cases_make_one_message_a_day(house: TestHouse) -> None:
    client = open_case(house)
    house.contract(flow="visa_kr_tourist", kind="employed", client=client.chat.removeprefix("chat-"))
    for label in ("定金", "生效"):
        house.people[CONSULTANT].presses(label)
    until(house, "03-20")
    days = [each[:5] for each in reminded(house, client)]
    assert len(days) == len(set(days)) >= 4
    last = newest_card(client, "reminder").text
    assert "日本个人旅游签证" in last
    assert "韩国" in last


def test_put_off_until_tomorrow_with_the_button_or_in_words(house: TestHouse) -> None:
    client = open_case(house)
    until(house, "03-04")
    assert newest(client, "reminder") == ["明天再提醒", "3 天后再提醒"]
    client.presses("明天再提醒")
    assert client.last == "好的，2026年3月5日再提醒您。"
    assert newest(client, "reminder") == []
    assert "已按您的要求改到 2026年3月5日 再提醒" in newest_card(client, "reminder").footer
    until(house, "03-05")
    assert reminded(house, client) == ["03-04 09:00", "03-05 09:00"]
    client.says("4天后提醒我")
    assert client.last == "好的，2026年3月9日再提醒您。"
    until(house, "03-20")
    assert reminded(house, client)[2:] == ["03-09 09:00", "03-10 09:00", "03-11 09:00"]
    client.says("40天后提醒我")
    assert client.last == "最多可以推迟 14 天。"


def test_on_the_last_day_nothing_can_be_put_off(house: TestHouse) -> None:
    client = open_case(house)
    until(house, "03-10")
    assert newest(client, "reminder") == ["明天再提醒"]
    until(house, "03-11", "09:30")
    assert newest(client, "reminder") == []
    everything_comes(house, client)
    client.says("明天再提醒")
    assert client.last == "目前没有需要您补交的材料，不用提醒。"


def test_while_a_person_has_the_chat_it_waits(house: TestHouse) -> None:
    client = open_case(house)
    client.says("人工")
    until(house, "03-05")
    assert reminded(house, client) == []
    client.says("返回助手")
    until(house, "03-05", "14:00")
    [at] = reminded(house, client)
    assert "03-05 12:00" < at <= "03-05 12:31"


def test_nobody_who_refused_consent_is_reminded(house: TestHouse) -> None:
    client = open_case(house)
    house.do(RecordConsent(client_id=client.id, given=False, text="0" * 16), Actor(kind="client", id=client.id))
    until(house, "03-20")
    assert reminded(house, client) == []


@pytest.mark.parametrize("on_paper", [True, False])
def test_who_agrees_after_all_is_reminded_again(house: TestHouse, on_paper: bool) -> None:
    client = open_case(house)
    answer = RecordConsent(client_id=client.id, given=False, text="0" * 16)
    until(house, "03-03")
    house.do(answer, Actor(kind="client", id=client.id))
    until(house, "03-05")
    if on_paper:
        owner = as_(house, house.people[CONSULTANT])
        house.do(RecordPaperConsent(client_id=client.id, signed_on=house.clock.now().date()), owner)
    else:
        house.do(answer.model_copy(update={"given": True}), Actor(kind="client", id=client.id))
    until(house, "03-20")
    assert reminded(house, client) == ["03-05 12:00", "03-08 09:00", "03-10 09:00", "03-11 09:00"]


def all_but_one_paper(house: TestHouse) -> tuple[Person, int]:
    """The reviewer has everything; so much the timer of 4 March has found out, and no other one is planned."""
    client = open_case(house)
    client.sends("退休证.jpg", picture(1), "退休证")
    with house.looking() as reader:
        [version] = reader.find(document_version)
    everything_comes(house, client)
    until(house, "03-05")
    assert reminded(house, client) == []
    return client, version["id"]


def test_a_paper_that_is_sent_back_is_reminded_of(house: TestHouse) -> None:
    client, version_id = all_but_one_paper(house)
    refused = ReviewDocument(version_id=version_id, decision="rejected", reason="blur", ticks=())
    house.do(refused, as_(house, house.people[REVIEWER]))
    until(house, "03-20")
    assert reminded(house, client) == ["03-05 12:00", "03-08 09:00", "03-10 09:00", "03-11 09:00"]


def test_a_paper_that_is_taken_back_is_reminded_of(house: TestHouse) -> None:
    client, _ = all_but_one_paper(house)
    client.says("撤回")
    until(house, "03-20")
    assert reminded(house, client) == ["03-05 12:00", "03-08 09:00", "03-10 09:00", "03-11 09:00"]


def test_a_paper_for_one_more_traveller_is_reminded_of(house: TestHouse) -> None:
    client, _ = all_but_one_paper(house)
    other = Traveller(name="李四", kind="retired")
    house.do(AddTraveller(case_id=case_of(house, client)["id"], traveller=other))
    until(house, "03-20")
    assert reminded(house, client) == ["03-05 12:00", "03-08 09:00", "03-10 09:00", "03-11 09:00"]


def test_on_the_client_s_own_clock_over_the_change_of_the_clocks(house: TestHouse) -> None:
    zone = ZoneInfo("America/New_York")  # 8 March: one hour is skipped
    client = open_case(house)
    house.do(SetClientZone(client_id=client.id, zone="America/New_York"))
    until(house, "03-20")
    assert reminded(house, client, zone) == ["03-03 09:00", "03-07 09:00", "03-09 09:00", "03-10 09:00"]
    with pytest.raises(Invalid):
        house.do(SetClientZone(client_id=client.id, zone="Mars/Phobos"))


def test_a_reminder_that_a_platform_held_back_until_night_is_not_sent_then(house: TestHouse) -> None:
    client = open_case(house)
    until(house, "03-04", "08:59")
    house.channel.failures = [DeliveryFailed("down", retry_after=13 * 3600.0)]
    until(house, "03-04", "22:30")
    assert reminded(house, client) == []
    until(house, "03-08")
    assert reminded(house, client) == ["03-08 09:00"]


def test_a_reminder_that_came_during_a_talk_is_made_up_for(house: TestHouse) -> None:
    client = open_case(house)
    until(house, "03-04", "08:59")
    house.channel.failures = [DeliveryFailed("slow", retry_after=1200.0)]
    until(house, "03-04", "09:05")
    house.channel.failures.clear()
    client.says("人工")
    until(house, "03-04", "09:40")
    assert reminded(house, client) == []
    client.says("返回助手")
    until(house, "03-07", "23:00")
    [at] = reminded(house, client)
    assert "03-04 09:40" < at < "03-04 11:00"
    until(house, "03-20")
    assert reminded(house, client)[1:] == ["03-08 09:00", "03-10 09:00", "03-11 09:00"]


def test_twelve_clients_in_three_zones_to_the_end(house: TestHouse) -> None:
    zones = ("Asia/Shanghai", "Europe/London", "America/New_York")
    clients = [open_case(house) for _ in range(12)]
    for n, client in enumerate(clients):
        house.do(SetClientZone(client_id=client.id, zone=zones[n % 3]))
    until(house, "03-06")
    for client in clients[::4]:
        everything_comes(house, client)
    until(house, "04-30")
    for n, client in enumerate(clients):
        at = reminded(house, client, ZoneInfo(zones[n % 3]))
        assert [each[6:] for each in at] == ["09:00"] * len(at)
        assert len({each[:5] for each in at}) == len(at) == (1 if n % 4 == 0 else 4)
    with house.looking() as reader:
        assert timers.next_due(reader) is None


def test_a_flow_has_days_of_its_own_for_a_stage(house: TestHouse) -> None:
    """Version 2 reminds two days before the limit and on no other day."""
    source = (FLOWS / "visa_jp_tourist" / "v1.yaml").read_text("utf-8").replace("version: 1\n", "version: 2\n", 1)
    house.do(PublishFlow(source=source.replace("    due: 7d\n", "    due: 7d\n    remind: [2]\n", 1)))
    client = open_case(house)
    until(house, "03-20")
    assert reminded(house, client) == ["03-09 09:00"]


def test_the_timer_is_one_per_client(house: TestHouse) -> None:
    client = open_case(house)
    key = f"remind:{client.id}"
    with house.looking() as reader:
        assert len(reader.find(timer, key=key, state="waiting")) == 1
    until(house, "03-05")
    with house.looking() as reader:
        [row] = reader.find(timer, key=key, state="waiting")
    assert row["due"] - house.clock.now() > timedelta(days=2)
