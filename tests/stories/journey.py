"""The long way of a Japanese case in few words: to any stage, by the taps and commands of the right people."""

from typing import Any

from adapters.gateways.loopback import LoopbackGateway
from core.cases.tables import case_event, item
from core.commands.cases import SetFields
from core.commands.contracts import FieldValue
from core.commands.documents import WaiveItem
from core.engine.access import Actor
from core.staff.service import actor_of
from core.store.sealing import Row
from core.tasks.tables import task
from tests.bot.chat import CONSULTANT, COPYWRITER, REVIEWER, case_of, open_case, picture
from tests.house import Person, TestHouse

PREPARED: dict[str, FieldValue] = {"form_filled": True, "itinerary_made": True, "consistency_ok": True}


def at_stage(house: TestHouse, stage: str, **contract: Any) -> Person:
    """A new client whose case has come to `collect`, `prepare`, `review`, `filed` or `tracking`."""
    return bring_to(house, open_case(house, **contract), stage)


def bring_to(house: TestHouse, client: Person, stage: str) -> Person:
    """The same for a client whose case has just begun to collect documents."""
    for reached, step in (
        ("prepare", _documents),
        ("review", _preparation),
        ("filed", _review),
        ("tracking", _filing),
    ):
        if case_of(house, client)["stage"] == stage:
            break
        step(house, client)
        assert case_of(house, client)["stage"] == reached
    client.new()
    return client


def acting(house: TestHouse, name: str) -> Actor:
    """A member of staff as the API sees him."""
    with house.looking() as reader:
        actor = actor_of(reader, house.people[name].id)
    assert actor is not None
    return actor


def dispatched(house: TestHouse, gateway: str, client: Person) -> list[str]:
    """What left for this client through "sms" or "mail"."""
    channel = house.banli.channels[f"{gateway}:default"]
    assert isinstance(channel, LoopbackGateway)
    return [each.text for each in channel.dispatched if each.to.chat == f"client:{client.id}"]


def events(house: TestHouse, client: Person, after: int = 0) -> list[Row]:
    """The case's events behind a number, in their order."""
    row = case_of(house, client)
    with house.looking() as reader:
        found = reader.find(case_event, case_event.c.case_id == row["id"], case_event.c.seq > after)
    return sorted(found, key=lambda each: int(each["seq"]))


def tasks(house: TestHouse, client: Person) -> list[Row]:
    row = case_of(house, client)
    with house.looking() as reader:
        return reader.find(task, task.c.case_id == row["id"])


def titled(house: TestHouse, client: Person, title: str) -> list[Row]:
    return [each for each in tasks(house, client) if each["title"]["zh-CN"] == title]


def items(house: TestHouse, client: Person) -> dict[str, Row]:
    row = case_of(house, client)
    with house.looking() as reader:
        return {each["key"]: each for each in reader.find(item, item.c.case_id == row["id"])}


def waive(house: TestHouse, client: Person, keep: set[str]) -> None:
    """Everything that is asked for, but these, is there from an earlier case."""
    for key, each in items(house, client).items():
        if each["required"] and key not in keep and each["group_key"] is None:
            house.do(WaiveItem(item_id=each["id"], reason="本机构已有"), actor=acting(house, REVIEWER))


def _documents(house: TestHouse, client: Person) -> None:
    waive(house, client, keep=set())
    client.sends("a.jpg", picture(1), caption="信用卡金卡")
    house.people[REVIEWER].presses("通过", card="审核：信用卡金卡")


def _preparation(house: TestHouse, client: Person) -> None:
    house.do(SetFields(case_id=case_of(house, client)["id"], fields=PREPARED), actor=acting(house, COPYWRITER))
    house.people[COPYWRITER].presses("提交复核")


def _review(house: TestHouse, client: Person) -> None:
    house.people[REVIEWER].presses("复核通过")


def _filing(house: TestHouse, client: Person) -> None:
    consultant = house.people[CONSULTANT]
    consultant.sends("r.jpg", picture(2), caption=f"案 {case_of(house, client)['number']} 受理回执")
    consultant.presses("确认已递交")
