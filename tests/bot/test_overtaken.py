"""What is over before it could be sent is not sent; what still matters is, however late."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cards.overtaken import Overtaken
from core.cases.tables import case, document_version, item
from core.channel.port import DeliveryFailed
from core.commands.cases import AdvanceCase, AssignRole
from core.commands.documents import ReviewDocument, WithdrawDocument
from core.commands.handoffs import TakeOver
from core.commands.work import CompleteTask, CreateTask
from core.conversations.tables import handoff
from core.engine.access import Actor
from core.ledger import outbox
from core.ledger.tables import outbox as table
from tests.bot.chat import CONSULTANT, COPYWRITER, REVIEWER, case_of, open_case, picture
from tests.bot.test_reconciler import as_
from tests.house import Person, TestHouse, open_house


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(sqlite_url, tmp_path) as opened:
        yield opened.agency()


class Down:
    """The platform is down while this lasts: what is to be sent waits, and comes when it is up again."""

    def __init__(self, house: TestHouse) -> None:
        self.house = house

    def __enter__(self) -> None:
        self.house.channel.failures = [DeliveryFailed("down") for _ in range(500)]

    def __exit__(self, *_: object) -> None:
        self.house.channel.failures.clear()
        self.house.clock.advance(outbox.MAX_BACKOFF)
        self.house.rest()


def new(house: TestHouse, *people: Person) -> list[str]:
    return [text for person in people for text in person.new()]


def dropped(house: TestHouse) -> list[str]:
    with house.looking() as reader:
        return sorted(row["notice"]["kind"] for row in reader.find(table, state="dropped"))


def put(house: TestHouse, case_id: int, stage: str) -> None:
    """Where the case is, without the steps that lead there."""
    house.banli.store.run(lambda uow: uow.change(case, case_id, stage=stage))


def test_a_stage_that_was_left_before_it_could_be_told(house: TestHouse) -> None:
    consultant, reviewer = house.people[CONSULTANT], house.people[REVIEWER]
    client = house.client("李四")
    house.contract(client="李四")
    with Down(house):
        for label in ("定金", "生效"):
            consultant.presses(label)
        case_id = case_of(house, client)["id"]

        def approve_all(uow: object) -> None:
            for each in uow.find(item, case_id=case_id):  # type: ignore[attr-defined]
                uow.change(item, each["id"], status="approved")  # type: ignore[attr-defined]

        house.banli.store.run(approve_all)
        house.do(AdvanceCase(case_id=case_id, trigger="documents_complete"))
        assert case_of(house, client)["stage"] == "prepare"
        new(house, consultant, reviewer, client)
    told = client.new()
    assert [each for each in told if "材料收集" in each or "请在" in each] == []
    assert sum("现在是“文案处理”阶段" in each for each in told) == 1
    assert any("感谢" in each or "您好" in each for each in told), told  # the flow's own words are no stage: they stay
    work = [each for person in (consultant, house.people[COPYWRITER], reviewer) for each in person.new()]
    assert [each for each in work if "· 材料收集" in each or "· 客户签约" in each] == []
    assert any("· 文案处理" in each for each in work), (work, dropped(house))
    assert dropped(house).count("stage") == 1
    assert set(dropped(house)) <= {"stage", "stage_work", "task"}


def test_a_result_is_told_although_the_case_has_gone_on(house: TestHouse) -> None:
    """The granted visa is told before the after-service that follows it."""
    client = open_case(house)
    case_id = case_of(house, client)["id"]
    put(house, case_id, "tracking")
    with Down(house):
        fields = {**case_of(house, client)["fields"], "valid_to": "2026-09-01", "days": 15}
        house.banli.store.run(lambda uow: uow.change(case, case_id, fields=fields))
        consultant = as_(house, house.people[CONSULTANT])
        house.do(AdvanceCase(case_id=case_id, trigger="grant"), consultant)
        house.do(AdvanceCase(case_id=case_id, trigger="start_after"), consultant)
        assert case_of(house, client)["stage"] != "result"
        client.new()
    told = client.new()
    assert any("已获签" in each for each in told)
    assert "stage" not in dropped(house)


def test_decisions_are_told_and_decided_reviews_are_not_asked_for(house: TestHouse) -> None:
    client, reviewer = open_case(house), house.people[REVIEWER]
    with Down(house):
        client.sends("a.jpg", picture(1), "身份证")
        with house.looking() as reader:
            [version] = reader.find(document_version)
        decided = ReviewDocument(version_id=version["id"], decision="rejected", reason="blur", ticks=())
        house.do(decided, as_(house, reviewer))
        client.new(), reviewer.new()
    assert any("身份证" in each and "模糊" in each for each in client.new())
    assert [each for each in reviewer.new() if "审核：" in each] == []
    assert "review" in dropped(house)
    assert not {"rework", "approved", "files"} & set(dropped(house))


def test_a_task_that_is_done_or_given_away_is_not_asked_for(house: TestHouse) -> None:
    client = open_case(house)
    case_id = case_of(house, client)["id"]
    copywriter, reviewer = house.people[COPYWRITER], house.people[REVIEWER]
    other = house.staff("文案丁", "copywriter")
    with Down(house):
        done, kept = (
            house.do(CreateTask(case_id=case_id, role="copywriter", title={"zh-CN": each, "en": each}))
            for each in ("办完的", "移交的")
        )
        house.do(CompleteTask(task_id=done), as_(house, copywriter))
        house.do(AssignRole(case_id=case_id, role="copywriter", staff_id=other.id))
        new(house, copywriter, reviewer, other)
        assert kept
    assert [each for each in copywriter.new() if "任务：办完的" in each or "任务：移交的" in each] == []
    assert any("任务：移交的" in each for each in other.new())


def test_a_call_that_somebody_answered_is_not_heard_by_the_others(house: TestHouse) -> None:
    client = house.client("李四")
    consultant = house.people[CONSULTANT]
    more = house.staff("客服丁", "service")
    with Down(house):
        client.says("人工")
        with house.looking() as reader:
            [row] = reader.find(handoff)
        house.do(TakeOver(handoff_id=row["id"]), as_(house, consultant))
        client.says("在吗")
        new(house, consultant, more, client)
    assert any("在吗" in each for each in consultant.new())
    assert more.new() == []
    assert any(CONSULTANT in each for each in client.new())
    assert dropped(house) == ["handoff", "handoff"]


def test_whether_a_notice_is_overtaken_is_decided_when_it_is_dropped(house: TestHouse) -> None:
    """Between the sender's look and its decision a second page may have given the card another reason."""
    client, reviewer = open_case(house), house.people[REVIEWER]
    house.quiet = False
    client.sends("a.jpg", picture(1), "退休证")

    async def until_review() -> None:
        for loop in (house.banli.receiver, house.banli.fetcher, house.banli.receiver):
            await loop.work_once()
        for row, attempt, _ in house.banli.sender._claim(64):
            await house.banli.sender._serve(row, attempt, Overtaken())

    asyncio.run(until_review())
    house.quiet = True
    reviewer.new()
    house.rest()
    assert "review" not in dropped(house)
    assert [each for each in reviewer.new() if "审核：退休证" in each] != []


def test_a_version_that_counts_again_is_reviewed_although_its_card_was_dropped(house: TestHouse) -> None:
    client, reviewer = open_case(house), house.people[REVIEWER]
    with Down(house):
        client.sends("a.jpg", picture(1), "退休证")
        client.sends("b.jpg", picture(2), "退休证")
    assert "review" in dropped(house)
    with house.looking() as reader:
        first, second = reader.find(document_version)
    reviewer.new()
    house.do(WithdrawDocument(version_id=second["id"]), Actor(kind="client", id=client.id))
    assert [each for each in reviewer.new() if "审核：退休证" in each] != []
    assert "review" not in dropped(house)
    reviewer.presses("通过", card="退休证")
    with house.looking() as reader:
        version = reader.peek(document_version, first["id"])
    assert version is not None
    assert version["status"] == "approved"
