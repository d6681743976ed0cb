"""Every copy of a card tells the present within ten seconds, whatever becomes of the redraws that were asked for."""

import asyncio
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from adapters.loopback.channel import Sent
from admin_api.schemas.lost_cards import lost_card_of
from bot.reconciler import BATCH
from core.bus.deed import SYSTEM, Cause
from core.cases.tables import case
from core.channel.port import DeliveryFailed
from core.commands.command import Command
from core.commands.desk import ShowTask
from core.commands.work import CompleteTask, CreateTask, RedrawCard
from core.engine.access import Actor
from core.kit.ids import new_id
from core.ledger import looks, lost, outbox
from core.ledger.tables import outbox as table
from core.staff.service import actor_of
from core.store.sealing import Row
from core.tasks.tables import task
from tests.bot.chat import CONSULTANT, COPYWRITER, REVIEWER, case_of, open_case
from tests.house import Person, TestHouse, open_house
from tests.platforms.forgetful import ForgetfulChannel

PROMISED = timedelta(seconds=10)
STEP = timedelta(seconds=0.5)


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[TestHouse]:
    with open_house(database, tmp_path, channel=ForgetfulChannel()) as opened:
        yield opened.agency()


def channel_of(house: TestHouse) -> ForgetfulChannel:
    assert isinstance(house.channel, ForgetfulChannel)
    return house.channel


def people(house: TestHouse) -> list[Person]:
    return [house.people[name] for name in (CONSULTANT, COPYWRITER, REVIEWER)]


def as_(house: TestHouse, person: Person) -> Actor:
    with house.looking() as reader:
        actor = actor_of(reader, person.id)
    assert actor is not None
    return actor


def execute(house: TestHouse, command: Command, actor: Actor = SYSTEM) -> int:
    """Without letting the loops run."""
    work = lambda uow: house.banli.bus.execute(uow, command, Cause(actor, "api", new_id()))  # noqa: E731
    return house.banli.store.run(work)  # type: ignore[no-any-return]


def new_task(house: TestHouse, case_id: int) -> int:
    words = {"zh-CN": "核对", "en": "Check"}
    return execute(house, CreateTask(case_id=case_id, role="supervisor", title=words))


def with_three_copies(house: TestHouse, case_id: int) -> int:
    """A task of the supervisor whose card his colleagues have called up as well."""
    task_id = new_task(house, case_id)
    for person in people(house)[:2]:
        execute(house, ShowTask(task_id=task_id), as_(house, person))
    return task_id


def copies(house: TestHouse, card: str) -> list[Row]:
    with house.looking() as reader:
        return reader.find(table, card=card, copy_of=None)


def shown(house: TestHouse, card: str) -> list[Sent]:
    ids = {row["external_id"] for row in copies(house, card)}
    return [each for each in house.channel.sent if each.external_id in ids]


def tells_done(house: TestHouse, task_id: int) -> bool:
    cards = [each.message.card for each in shown(house, f"task:{task_id}")]
    return len(cards) == 3 and all("完成" in each.footer and not each.buttons for each in cards)


def reconcile(house: TestHouse) -> int:
    return asyncio.run(house.banli.reconciler.work_once())


def pass_time(house: TestHouse, span: timedelta, each_step: Callable[[datetime], None] = lambda now: None) -> None:
    """Half a second after the other: the loops work, the reconciler looks."""
    end = house.clock.now() + span
    while house.clock.now() < end:
        house.clock.advance(STEP)
        house.rest()
        reconcile(house)
        house.rest()
        each_step(house.clock.now())


def lose_waiting(house: TestHouse) -> int:
    """The redraws that wait are dead-lettered before anybody sends them."""
    return house.banli.store.run(  # type: ignore[no-any-return]
        lambda uow: uow.update_where(table, table.c.copy_of.is_not(None), table.c.state == "waiting", state="dead")
    )


def test_two_hundred_decisions_on_three_copies_each_with_a_fifth_of_the_edits_lost(
    sqlite_url: str, tmp_path: Path
) -> None:
    dice = random.Random(20260302)
    with open_house(sqlite_url, tmp_path, channel=ForgetfulChannel()) as house:
        house.agency()
        case_id = case_of(house, open_case(house))["id"]
        tasks = []
        for _ in range(200):
            tasks.append(with_three_copies(house, case_id))
            if len(tasks) % 50 == 0:
                house.rest()
        channel_of(house).edits.clear()
        channel_of(house).loses = lambda chat: DeliveryFailed("no line") if dice.random() < 0.2 else None
        decided: dict[int, datetime] = {}
        late: list[int] = []

        def check(now: datetime) -> None:
            due = [each for each, at in decided.items() if now - PROMISED <= at < now - PROMISED + STEP]
            late.extend(each for each in due if not tells_done(house, each))

        actors = [as_(house, person) for person in people(house)]
        while tasks:
            for _ in range(10):
                task_id = tasks.pop(dice.randrange(len(tasks)))
                execute(house, CompleteTask(task_id=task_id), dice.choice(actors))
                decided[task_id] = house.clock.now()
            if dice.random() < 0.2:
                assert lose_waiting(house) == 30
            pass_time(house, STEP, check)
        pass_time(house, PROMISED, check)
        assert len(decided) == 200
        assert late == []
        assert all(tells_done(house, each) for each in decided)
        assert len(channel_of(house).edits) > 720  # a fifth of the edits was truly lost


def test_a_redraw_that_nobody_asked_for(house: TestHouse) -> None:
    """A reaction that forgets: something happens in the case, the card changes, no redraw is queued."""
    case_id = case_of(house, open_case(house))["id"]
    task_id = new_task(house, case_id)
    house.rest()
    pass_time(house, timedelta(seconds=6))
    [copy] = shown(house, f"task:{task_id}")
    assert (copy.redrawn, "改名" in copy.message.card.title) == (0, False)

    def rename(uow: object) -> None:
        uow.change(task, task_id, title={"zh-CN": "改名", "en": "Renamed"})  # type: ignore[attr-defined]
        uow.change(case, case_id)  # type: ignore[attr-defined]  # what every event of a case does

    house.banli.store.run(rename)
    pass_time(house, PROMISED)
    [copy] = shown(house, f"task:{task_id}")
    assert (copy.redrawn, "改名" in copy.message.card.title) == (1, True)
    pass_time(house, timedelta(minutes=3))
    assert shown(house, f"task:{task_id}")[0].redrawn == 1


def test_a_sender_that_dies_with_a_redraw_in_its_hands(house: TestHouse) -> None:
    task_id = with_three_copies(house, case_of(house, open_case(house))["id"])
    house.rest()
    execute(house, CompleteTask(task_id=task_id), as_(house, house.people[REVIEWER]))
    with house.looking() as reader:
        waiting = outbox.waiting(reader, house.clock.now(), 50)
    assert len(house.banli.store.run(lambda uow: outbox.claim_all(uow, waiting))) == 3
    pass_time(house, PROMISED)
    assert tells_done(house, task_id)


def test_a_late_sender_does_not_leave_the_past_behind(house: TestHouse) -> None:
    """Its edit reaches the platform after a newer one: the copy is in doubt, and drawn once more."""
    task_id = new_task(house, case_of(house, open_case(house))["id"])
    house.rest()
    [copy] = copies(house, f"task:{task_id}")
    past = shown(house, f"task:{task_id}")[0].message
    execute(house, CompleteTask(task_id=task_id), as_(house, house.people[REVIEWER]))
    house.rest()
    shown(house, f"task:{task_id}")[0].message = past
    with house.looking() as reader:
        [row] = reader.find(table, copy_of=copy["id"])
    late = partial(house.banli.sender._redrawn, row=row, attempt=0, external_id=copy["external_id"], drawn=past)
    house.banli.store.run(late)
    pass_time(house, PROMISED)
    assert "完成" in shown(house, f"task:{task_id}")[0].message.card.footer


def test_a_platform_that_never_takes_an_edit_is_not_asked_for_ever(house: TestHouse) -> None:
    task_id = with_three_copies(house, case_of(house, open_case(house))["id"])
    house.rest()
    writer, reviewer = house.people[COPYWRITER], house.people[REVIEWER]
    channel_of(house).loses = lambda chat: DeliveryFailed("no") if chat == writer.chat else None
    reviewer.presses("完成", card="核对")
    pass_time(house, timedelta(minutes=1))
    for _ in range(200):
        house.clock.advance(timedelta(minutes=1))
        reconcile(house)
        house.rest()
    [lost] = [row for row in copies(house, f"task:{task_id}") if row["chat"] == writer.chat]
    assert (lost["tries"], lost["look_at"], lost["state"]) == (looks.MAX_TRIES, None, "sent")
    assert "redraw lost" in lost["error"]
    assert channel_of(house).edits.count(lost["external_id"]) == looks.MAX_TRIES
    writer.presses("完成", card="核对")  # his card still shows the button
    assert "已由 复核丙 于" in writer.last
    channel_of(house).loses = lambda chat: None
    house.banli.store.run(lambda uow: outbox.redraw(uow, f"task:{task_id}"))
    pass_time(house, PROMISED)
    assert tells_done(house, task_id)


def test_an_edit_that_the_platform_forbids_is_not_tried_again(house: TestHouse) -> None:
    task_id = new_task(house, case_of(house, open_case(house))["id"])
    house.rest()
    channel_of(house).edits.clear()
    channel_of(house).loses = lambda chat: DeliveryFailed("older than 72 hours", permanent=True)
    execute(house, CompleteTask(task_id=task_id), as_(house, house.people[REVIEWER]))
    pass_time(house, timedelta(seconds=30))
    assert len(channel_of(house).edits) == 1
    house.people[REVIEWER].says("我的待办")
    assert "核对" not in house.people[REVIEWER].last


def test_admins_hear_once_a_day_of_lost_cards_and_see_which(house: TestHouse) -> None:
    """As long as they are lost: an edit that arrives later takes the card off the list. Nobody is woken for it."""
    admin, reviewer = house.staff("管理己", "admin"), house.people[REVIEWER]
    case_id = case_of(house, open_case(house))["id"]
    tasks = [new_task(house, case_id) for _ in range(3)]
    house.rest()
    channel_of(house).loses = lambda chat: DeliveryFailed("older than 72 hours", permanent=True)
    for task_id in tasks[:2]:
        execute(house, CompleteTask(task_id=task_id), as_(house, reviewer))
    pass_time(house, timedelta(seconds=30))
    assert [words for words in admin.words if "/api/v1/lost-cards" in words] == [admin.last]
    with house.looking() as reader:
        found = lost.lost_cards(reader, 10)
    assert {row["card"] for row in found} >= {f"task:{task_id}" for task_id in tasks[:2]}
    assert f"task:{tasks[2]}" not in {row["card"] for row in found}
    shown_as = lost_card_of(found[0])
    assert (shown_as.person_id, shown_as.reason) == (reviewer.id, "DeliveryFailed: older than 72 hours")
    night = house.clock.now().astimezone(house.banli.house.zone).replace(hour=23)
    house.move_to(night)
    execute(house, CompleteTask(task_id=tasks[2]), as_(house, reviewer))
    pass_time(house, timedelta(seconds=30))
    heard = len(admin.messages)
    channel_of(house).loses = lambda chat: None
    house.move_to(night + timedelta(hours=10))
    assert len(admin.messages) == heard + 1
    for task_id in tasks:
        execute(house, RedrawCard(card=f"task:{task_id}"))
    pass_time(house, timedelta(seconds=30))
    with house.looking() as reader:
        assert not {row["card"] for row in lost.lost_cards(reader, 10)} & {f"task:{each}" for each in tasks}


def test_a_refused_edit_holds_up_no_message_of_its_chat(house: TestHouse) -> None:
    task_id = new_task(house, case_of(house, open_case(house))["id"])
    house.rest()
    reviewer = house.people[REVIEWER]
    channel_of(house).loses = lambda chat: DeliveryFailed("slow down", retry_after=30.0)
    execute(house, CompleteTask(task_id=task_id), as_(house, reviewer))
    reviewer.says("我的待办")
    assert reviewer.last == "没有未完成的任务。"
    channel_of(house).loses = lambda chat: None
    edits = len(channel_of(house).edits)
    pass_time(house, timedelta(seconds=29))
    assert len(channel_of(house).edits) == edits  # the platform said how long to wait
    pass_time(house, timedelta(seconds=2))
    assert "完成" in shown(house, f"task:{task_id}")[0].message.card.footer


def test_where_nothing_can_be_edited_a_press_is_answered_as_stale(house: TestHouse) -> None:
    house.channel.capabilities = house.channel.capabilities.model_copy(update={"edit": False})
    task_id = with_three_copies(house, case_of(house, open_case(house))["id"])
    house.rest()
    consultant, reviewer = house.people[CONSULTANT], house.people[REVIEWER]
    reviewer.presses("完成", card="核对")
    pass_time(house, PROMISED)
    assert channel_of(house).edits == []
    assert {row["look_at"] for row in copies(house, f"task:{task_id}")} == {None}
    consultant.presses("完成", card="核对")
    assert "已由 复核丙 于" in consultant.last


def test_one_round_is_bounded_and_the_longest_waiting_come_first(sqlite_url: str, tmp_path: Path) -> None:
    with open_house(sqlite_url, tmp_path, channel=ForgetfulChannel()) as house:
        house.agency()
        case_id = case_of(house, open_case(house))["id"]
        tasks = [new_task(house, case_id) for _ in range(BATCH + 20)]
        house.rest()
        for each in tasks:
            execute(house, CompleteTask(task_id=each), as_(house, house.people[REVIEWER]))
        assert lose_waiting(house) == BATCH + 20
        house.clock.advance(looks.SOON)
        rounds = [reconcile(house), reconcile(house), reconcile(house)]  # other cards are looked at as well
        assert (rounds[0] <= BATCH, rounds[1] > 0, sum(rounds), rounds[2]) == (True, True, BATCH + 20, 0)
        assert reconcile(house) == 0  # what is on its way is not asked for again
        house.rest()
        assert all("完成" in shown(house, f"task:{each}")[0].message.card.footer for each in tasks)
        with house.looking() as reader:
            assert reader.find(table, table.c.look_at.is_not(None), card=f"task:{tasks[0]}") != []
        pass_time(house, timedelta(seconds=6))
        with house.looking() as reader:  # without buttons, and right: nothing more to look at
            assert reader.find(table, table.c.look_at.is_not(None), card=f"task:{tasks[0]}") == []


def look_at(house: TestHouse, card: str) -> datetime:
    [copy] = copies(house, card)
    assert isinstance(copy["look_at"], datetime)
    return copy["look_at"]


def test_what_has_moved_comes_before_what_is_looked_at_once_more(sqlite_url: str, tmp_path: Path) -> None:
    with open_house(sqlite_url, tmp_path, channel=ForgetfulChannel()) as house:
        house.agency()
        idle, busy = (case_of(house, open_case(house))["id"] for _ in range(2))
        tasks = [new_task(house, idle) for _ in range(BATCH)]
        moved = new_task(house, busy)
        pass_time(house, timedelta(seconds=6))
        hour = look_at(house, f"task:{tasks[0]}") - house.clock.now()
        assert looks.UNTOLD < hour <= looks.STILL  # the version of the case tells when something happens
        house.clock.advance(looks.STILL)
        execute(house, CompleteTask(task_id=moved), as_(house, house.people[REVIEWER]))
        assert lose_waiting(house) == 1
        house.banli.store.run(  # it was looked at a moment ago, the others wait for long
            lambda uow: uow.change(table, copies(house, f"task:{moved}")[0]["id"], look_at=house.clock.now())
        )
        assert reconcile(house) == 1
        house.rest()
        assert "完成" in shown(house, f"task:{moved}")[0].message.card.footer


@pytest.mark.parametrize(("hours", "pause"), [(0, 1), (12, 1), (36, 3), (24 * 5, 10), (24 * 6, 12), (24 * 300, 12)])
def test_the_older_a_card_the_more_seldom_it_is_looked_at(hours: float, pause: float) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    copy = {"case_id": 1, "sent_at": now - timedelta(hours=hours)}
    assert looks.pause(copy, now) == timedelta(hours=pause)
    assert looks.pause({**copy, "case_id": None}, now) == looks.UNTOLD


def test_a_card_without_a_case_is_looked_at_every_minute(house: TestHouse) -> None:
    case_id = case_of(house, open_case(house))["id"]
    task_id = new_task(house, case_id)
    house.rest()
    [copy] = copies(house, f"task:{task_id}")
    house.banli.store.run(lambda uow: uow.change(table, copy["id"], case_id=None))
    pass_time(house, timedelta(seconds=6))
    assert timedelta(0) < look_at(house, f"task:{task_id}") - house.clock.now() <= looks.UNTOLD


def test_a_card_that_cannot_be_drawn_stops_no_other(house: TestHouse) -> None:
    case_id = case_of(house, open_case(house))["id"]
    broken, whole = new_task(house, case_id), new_task(house, case_id)
    house.rest()
    execute(house, CompleteTask(task_id=whole), as_(house, house.people[REVIEWER]))
    assert lose_waiting(house) == 1
    [copy] = copies(house, f"task:{broken}")
    notice = {**copy["notice"], "kind": "nonsense"}
    house.banli.store.run(lambda uow: outbox.replace(uow, copy, notice))
    pass_time(house, PROMISED)
    assert "完成" in shown(house, f"task:{whole}")[0].message.card.footer
