"""Papers that lapse in a house that is late, asked twice, taken back, overruled or moved to another version."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import tests
from core.cases.tables import case_event, document_version, item
from core.commands.cases import AdvanceCase, OpenCase, SetFields
from core.commands.contracts import Traveller
from core.commands.documents import GiveDate, ReviewDocument, WaiveItem
from core.commands.lapsing import CheckPapers
from core.commands.migrating import MigrateFlow, UndoMigration
from core.commands.values import FieldValue
from core.commands.work import PublishFlow
from core.kit.errors import NotPossibleNow
from core.ledger.tables import timer
from core.store.sealing import Row
from tests.bot.chat import REVIEWER, bound, case_of, new_client, newest_card, picture
from tests.house import Person, TestHouse, fresh_house
from tests.services.databases import Databases
from tests.stories.journey import acting

Fields = dict[str, FieldValue]
SOURCE = (Path(tests.__path__[0]) / "lapsing" / "flow.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHouse]:
    with fresh_house("sqlite", databases, tmp_path_factory) as there:
        there.agency()
        there.do(PublishFlow(source=SOURCE))
        yield there


def begun(house: TestHouse, filing: date) -> Person:
    """A client who has only his bank statement to send, issued today."""
    client = new_client(house)
    fields: Fields = {
        "filing_date": str(filing),
        "tuition": 4000000,
        "entry_date": "2026-05-01",
        "return_date": "2026-05-09",
    }
    traveller = Traveller(name="张三", kind="person")
    opened = OpenCase(client_id=client.id, flow="cover_visa", travellers=(traveller,), team=house.team, fields=fields)
    case_id = house.do(opened)
    for each in rows(house, case_id):
        if each["key"] != "bank":
            house.do(WaiveItem(item_id=each["id"], reason="x"), acting(house, REVIEWER))
    return client


def sent(house: TestHouse, client: Person, variant: int, issued: date) -> int:
    """Handed in, dated, approved; returns the version's id."""
    client.sends("a.jpg", picture(variant), "银行流水")
    [wanted] = [each for each in rows(house, case_of(house, client)["id"]) if each["key"] == "bank"]
    checker, version_id = acting(house, REVIEWER), int(wanted["current_id"])
    house.do(GiveDate(version_id=version_id, name="issued", value=issued), checker)
    house.do(ReviewDocument(version_id=version_id, decision="approved", ticks=("amount_min",)), checker)
    return version_id


def rows(house: TestHouse, case_id: int) -> list[Row]:
    with house.looking() as reader:
        return reader.find(item, case_id=case_id)


def waiting(house: TestHouse, client: Person) -> list[str]:
    """Keys of the case's timers about papers, without ids."""
    with house.looking() as reader:
        found = reader.find(timer, case_id=case_of(house, client)["id"], scope="papers", state="waiting")
    return sorted(each["key"].split(":")[0] for each in found)


def log(house: TestHouse, client: Person) -> list[str]:
    kinds = ("DocumentLapsed", "DocumentRestored", "LapseAhead", "DocumentDiffers")
    with house.looking() as reader:
        found = reader.find(case_event, case_id=case_of(house, client)["id"], order=case_event.c.seq)
    return [each["type"] for each in found if each["type"] in kinds]


def today(house: TestHouse) -> date:
    return house.clock.now().date()


def test_a_house_that_was_away_catches_up_once(house: TestHouse) -> None:
    client, begins = begun(house, today(house) + timedelta(days=9)), today(house)
    sent(house, client, 1, begins)
    assert waiting(house, client) == ["lapse", "papers"]
    case_id = case_of(house, client)["id"]
    for _ in range(2):  # asking again changes and plans nothing
        house.do(CheckPapers(case_id=case_id))
    assert waiting(house, client) == ["lapse", "papers"]
    client.new()
    house.move_to(datetime.combine(begins, house.clock.now().timetz()) + timedelta(days=90))
    assert log(house, client) == ["DocumentLapsed"]  # a warning that comes too late is none
    assert sum("《银行流水》之前已通过" in each for each in client.new()) == 1
    assert waiting(house, client) == []
    for _ in range(2):
        house.do(CheckPapers(case_id=case_id))
    assert client.new() == []
    with pytest.raises(NotPossibleNow):
        house.do(AdvanceCase(case_id=case_id, trigger="prepared"))

    # The very same file may be sent again; taken back, the lapsed one is asked for still, and counts when it is good.
    client.sends("a.jpg", picture(1), "银行流水")
    assert bound(house, client)[-1] == ("bank", 2, "submitted")
    client.says("撤回")
    assert bound(house, client) == [("bank", 1, "lapsed"), ("bank", 2, "withdrawn")]
    assert [each["status"] for each in rows(house, case_id) if each["key"] == "bank"] == ["rework"]


def test_what_lapses_at_night_is_not_told_in_the_morning_where_nobody_asks_for_it_any_more(house: TestHouse) -> None:
    begins = today(house)
    clients = [begun(house, begins + timedelta(days=9)) for _ in range(2)]
    for variant, client in enumerate(clients, 11):
        sent(house, client, variant, begins)
    house.move_to(datetime.combine(begins + timedelta(days=31), time(1), ZoneInfo("Asia/Shanghai")))
    for client in clients:
        assert log(house, client)[-1] == "DocumentLapsed"
        client.new()
    [wanted] = [each for each in rows(house, case_of(house, clients[0])["id"]) if each["key"] == "bank"]
    house.do(WaiveItem(item_id=wanted["id"], reason="x"), acting(house, REVIEWER))
    for client in clients:
        assert not any("之前已通过" in each for each in client.new())
    house.move_to(house.clock.now() + timedelta(hours=11))
    told = [sum("《银行流水》之前已通过" in each for each in client.new()) for client in clients]
    assert told == [0, 1]


def test_a_reviewer_who_approves_it_although_it_will_be_too_old_is_not_overruled(house: TestHouse) -> None:
    begins = today(house)
    client = begun(house, begins + timedelta(days=40))
    sent(house, client, 2, begins)
    last = begins + timedelta(days=30)
    card = newest_card(house.people[REVIEWER], "review")
    assert f"最迟 {last} 递交" in card.text
    assert case_of(house, client)["stage"] == "ready"
    house.do(SetFields(case_id=case_of(house, client)["id"], fields={"filing_date": str(begins + timedelta(days=45))}))
    assert log(house, client) == []
    assert case_of(house, client)["stage"] == "ready"


def test_another_version_with_other_checks_and_back(house: TestHouse) -> None:
    begins = today(house)
    client = begun(house, begins + timedelta(days=9))
    version_id = sent(house, client, 3, begins - timedelta(days=5))
    before, _, after = SOURCE.partition("  - key: collect_again")  # a step that a rule takes could not be undone
    quiet = before + "reasons:" + after.partition("reasons:")[2]
    stricter = quiet.replace("version: 1", "version: 2", 1).replace("days: 30", "days: 10")
    house.do(PublishFlow(source=stricter))
    batch = moved(house, MigrateFlow(flow="cover_visa", to=2))
    assert log(house, client) == ["DocumentLapsed"]
    house.do(UndoMigration(batch_id=batch))
    house.move_to(house.clock.now() + timedelta(seconds=2))
    with house.looking() as reader:
        version = reader.find(document_version, id=version_id)[0]
    assert (version["status"], log(house, client)) == ("approved", ["DocumentLapsed", "DocumentRestored"])
    assert waiting(house, client) == ["lapse", "papers"]
    plain = stricter.replace("version: 2", "version: 3", 1).replace("    lapses_before: filed\n", "")
    house.do(PublishFlow(source=plain.replace("    warn_days: 7\n", "").replace("days: 10", "days: 30")))
    moved(house, MigrateFlow(flow="cover_visa", to=3))
    assert waiting(house, client) == []
    house.move_to(house.clock.now() + timedelta(days=60))
    assert log(house, client)[2:] == []


def test_a_version_that_checks_nothing_any_more_lets_a_lapsed_paper_count_again(house: TestHouse) -> None:
    """After the test above, which made the versions up to the third."""
    begins = today(house)
    before, _, after = SOURCE.partition("  - key: collect_again")
    checked = before + "reasons:" + after.partition("reasons:")[2]
    house.do(PublishFlow(source=checked.replace("version: 1", "version: 4", 1)))
    client = begun(house, begins + timedelta(days=3))
    version_id = sent(house, client, 4, begins - timedelta(days=5))
    house.do(SetFields(case_id=case_of(house, client)["id"], fields={"filing_date": str(begins + timedelta(days=40))}))
    assert log(house, client) == ["DocumentLapsed"]
    lines = checked.replace("version: 1", "version: 5", 1).splitlines(keepends=True)
    at = lines.index("  - key: bank\n")
    house.do(PublishFlow(source="".join(lines[: at + 3] + lines[at + 6 :])))
    moved(house, MigrateFlow(flow="cover_visa", to=5))
    with house.looking() as reader:
        [version] = reader.find(document_version, id=version_id)
    assert (version["status"], log(house, client)) == ("approved", ["DocumentLapsed", "DocumentRestored"])


def moved(house: TestHouse, command: Any) -> int:
    batch = int(house.do(command))
    house.move_to(house.clock.now() + timedelta(seconds=2))
    return batch
