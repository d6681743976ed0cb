"""Days pass: cases whose flow looks at the day are worked out anew, one after the other, on whatever version."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.cases.tables import case, case_event, case_migration
from core.commands.cases import OpenCase, SetFields
from core.commands.contracts import Traveller
from core.commands.migrating import MigrateFlow, UndoMigration
from core.commands.work import PublishFlow
from core.engine.flow import read_flow
from core.engine.machine import compile_flow
from core.kit.errors import Invalid
from core.ledger.tables import timer
from core.store.reading import ReaderAt
from core.store.sealing import Row
from core.views.simulated_case import Lens, compared
from tests.house import TestHouse, open_house

SOURCE = (Path(__file__).parent / "schengen.yaml").read_text("utf-8")
PAST = [
    {"from": "2025-09-04", "to": "2025-09-05", "place": "fr"},
    {"from": "2026-02-01", "to": "2026-02-02", "place": "it"},
]
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
DAILY = "look_on", "passport_left", "present_today"


def without_today(version: int) -> str:
    """The flow as a version that looks at no day."""
    later = SOURCE.replace("version: 1\n", f"version: {version}\n", 1)
    for formula in ("until: today", "max: [today, ", "days: [today, "):
        assert formula in later
        later = later.replace(formula, formula.replace("today", "2026-01-01"))
    return later


@contextmanager
def office(database: str, folder: Path) -> Iterator[TestHouse]:
    with open_house(database, folder) as there:
        there.agency(flows=None)
        there.do(PublishFlow(source=SOURCE))
        yield there


def opened(house: TestHouse) -> int:
    made = OpenCase(
        client_id=house.people["张三"].id,
        flow="schengen_business",
        travellers=(Traveller(name="张三", kind="person"),),
        team={"consultant": house.team["consultant"]},
        fields={"past_stays": PAST, "passport_until": "2026-12-31"},
    )
    return int(house.do(made))


def row_of(house: TestHouse, case_id: int) -> Row:
    with house.looking() as reader:
        return reader.find(case, id=case_id)[0]


def waiting(house: TestHouse) -> dict[int, datetime]:
    with house.looking() as reader:
        rows = reader.find(timer, timer.c.key.like("today:%"), state="waiting")
    return {row["case_id"]: row["due"].astimezone(SHANGHAI) for row in rows}


def left(house: TestHouse, case_id: int) -> int:
    return int(row_of(house, case_id)["fields"]["passport_left"])


def migrate(house: TestHouse, source: str, version: int) -> int:
    house.do(PublishFlow(source=source))
    batch = int(house.do(MigrateFlow(flow="schengen_business", to=version)))
    house.move_to(house.clock.now() + timedelta(seconds=5))
    return batch


def test_each_case_has_its_own_moment_and_follows_its_version(database: str, tmp_path: Path) -> None:
    with office(database, tmp_path) as house:
        follow_versions(house)


def follow_versions(house: TestHouse) -> None:
    cases = [opened(house), opened(house)]
    today = house.clock.now().astimezone(SHANGHAI).date()
    dues = waiting(house)
    assert [due.date() for due in dues.values()] == [today + DAY] * 2
    assert len(set(dues.values())) == 2
    assert {due.hour for due in dues.values()} == {0}
    for each in cases:
        assert left(house, each) == (date(2026, 12, 31) - today).days

    # A day later: every value, one event for rules in the morning, the next moment.
    house.move_to(max(dues.values()) + timedelta(minutes=1))
    assert [left(house, each) for each in cases] == [(date(2026, 12, 31) - today - DAY).days] * 2
    with house.looking() as reader:
        assert not [
            each for each in reader.find(case_event, case_id=cases[0], type="FieldSet") if each["data"].get("by_day")
        ]
    house.move_to(datetime.combine(today + DAY, datetime.min.time(), SHANGHAI) + timedelta(hours=9, seconds=1))
    with house.looking() as reader:
        [event] = [
            each for each in reader.find(case_event, case_id=cases[0], type="FieldSet") if each["data"].get("by_day")
        ]
    assert set(event["data"]["fields"]) <= set(DAILY)
    assert [due.date() for due in waiting(house).values()] == [today + 2 * DAY] * 2

    # A version that looks at no day leaves no timer behind; going back after another day counts that day.
    batch = migrate(house, without_today(2), 2)
    assert waiting(house) == {}
    house.move_to(house.clock.now() + 2 * DAY)
    house.do(UndoMigration(batch_id=batch))
    house.move_to(house.clock.now() + timedelta(seconds=5))
    with house.looking() as reader:
        assert {each["state"] for each in reader.find(case_migration, batch_id=batch)} == {"undone"}
    assert [left(house, each) for each in cases] == [(date(2026, 12, 31) - today - 3 * DAY).days] * 2
    assert len(waiting(house)) == 2


def test_a_day_that_has_passed_stands_in_nobodys_way(sqlite_url: str, tmp_path: Path) -> None:
    """A simulation reckons with today; what only a day has moved does not keep a case from going back; stays that are
    wrong are refused whole."""
    with office(sqlite_url, tmp_path) as house:
        look_back(house)


def look_back(house: TestHouse) -> None:
    one = opened(house)
    batch = migrate(house, SOURCE.replace("version: 1\n", "version: 2\n", 1), 2)
    house.move_to(house.clock.now() + 2 * DAY)
    now = left(house, one)
    house.do(UndoMigration(batch_id=batch))
    house.move_to(house.clock.now() + timedelta(seconds=5))
    assert (left(house, one), row_of(house, one)["fields"]["present_today"]) == (now, 2)

    draft = compile_flow(read_flow(SOURCE.replace("days: [today, case", "days: [case.passport_until, case").encode()))
    wiring, calendars = house.banli.bus.wiring, house.banli.bus.wiring.tools["calendars"]
    lens = Lens(house.banli.catalogue, calendars, wiring.facts, draft, house.clock.now() + 10 * DAY)
    with house.looking() as reader:
        seen = compared(lens, ReaderAt(reader, lens.now), row_of(house, one))
    assert seen.new.fields["passport_left"] == 0
    assert seen.new.fields["look_on"] == "2026-10-03"

    wrong = [PAST[0], {**PAST[1], "from": "2026-02-09", "place": "cn"}]
    with pytest.raises(Invalid) as refused:
        house.do(SetFields(case_id=one, fields={"past_stays": wrong, "main_state": "fr"}))
    assert [(each.pointer, each.code) for each in refused.value.problems] == [
        ("/fields/past_stays/1/to", "field.stays_order"),
        ("/fields/past_stays/1/place", "field.stays_place"),
        ("/fields/main_state", "field.computed"),
    ]
