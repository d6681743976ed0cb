"""The judge is judged: whatever is lost, doubled, flipped or left lying on purpose, it finds."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core.cases.tables import case_event
from core.engine.flow import read_flow
from core.engine.machine import compile_flow
from core.files.tables import file
from core.kit import migrate
from core.kit.crypto import generate_key
from core.kit.settings import Settings
from core.ledger.chain import Anchor
from core.ledger.tables import audit, errand, inbox, outbox, timer
from core.store.reading import Reader
from core.store.unit import UnitOfWork
from tests.crash import oracle
from tests.crash.channel import NAME
from tests.crash.effects import effects_of
from tests.crash.platform import Platform, Taken
from tests.crash.rehearsal import START, Rehearsal, rehearsal
from tests.crash.results import Result, Results
from tests.crash.warm import source
from tests.crash.world import Desk, World, prepare

Judge = Callable[[Reader], list[str]]
NOW = START + timedelta(minutes=1)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, World]:
    folder = tmp_path_factory.mktemp("oracle")
    told = {"database_url": f"sqlite:///{folder}/b.db", "files_dir": str(folder / "files"), "keys": generate_key()}
    settings = Settings.model_validate(told | {"limits": {"check_seconds": 60}})
    migrate.upgrade(told["database_url"])
    return settings, prepare(settings, desks=1)


@pytest.fixture
def house(prepared: tuple[Settings, World], tmp_path: Path) -> Iterator[Rehearsal]:
    """A copy of what was prepared, in which something may be planted."""
    settings, _ = prepared
    url = settings.database_url.get_secret_value().removeprefix("sqlite:///")
    shutil.copy(url, tmp_path / "b.db")
    shutil.copytree(settings.files_dir, tmp_path / "files")
    told = {**settings.model_dump(), "database_url": f"sqlite:///{tmp_path}/b.db", "files_dir": tmp_path / "files"}
    with rehearsal(Settings.model_validate(told)) as house:
        yield house


@pytest.fixture
def desk(prepared: tuple[Settings, World]) -> Desk:
    """Where a document was handed in and waits for its verdict."""
    return prepared[1].desks["reject"][0]


@pytest.fixture
def platform(house: Rehearsal, tmp_path: Path) -> Platform:
    """It has what the ledger says that it has."""
    there = Platform(tmp_path / "socket")
    with house.banli.reading.open() as reader:
        for row in reader.find(outbox, channel=NAME, state="sent", copy_of=None):
            there.taken.append(Taken(row["chat"], str(row["id"]), "p", 0.0, "", []))
    return there


def judged(house: Rehearsal, judge: Judge) -> list[str]:
    with house.banli.reading.open() as reader:
        return judge(reader)


def plant(house: Rehearsal, work: Callable[[UnitOfWork], object]) -> None:
    house.banli.store.run(work)


def histories(reader: Reader) -> list[str]:
    return oracle.histories(reader, compile_flow(read_flow(source().encode())))


def whole(house: Rehearsal, platform: Platform) -> list[str]:
    """Everything that the driver asks at the end of a world."""

    def ask(reader: Reader) -> list[str]:
        wrong = oracle.dead_letters(reader) + histories(reader) + oracle.contents(reader, house.banli.files)
        wrong += oracle.chained(reader, house.banli.vault, []) + oracle.claims(reader, NOW)
        wrong += oracle.timers_fired(reader, NOW) + oracle.ghosts(reader, platform)
        return wrong + oracle.sent(reader, platform, 0, 0)[0] + oracle.unsettled(reader, NOW)

    return judged(house, ask)


def test_nothing_is_wrong_where_nothing_is_planted(house: Rehearsal, platform: Platform) -> None:
    assert whole(house, platform) == []


def test_a_lost_effect_and_a_double_one_are_found(house: Rehearsal, desk: Desk) -> None:
    wanted = judged(house, lambda reader: [*effects_of(reader, desk, 0).elements()])
    with house.banli.reading.open() as reader:
        row = reader.find(case_event, case_id=desk.case_id, type="DocumentSubmitted")[0]
        before = effects_of(reader, desk, 0)
    plant(house, lambda uow: uow.add(case_event, **{**row, "id": row["id"] + 1, "seq": 999}))
    with house.banli.reading.open() as reader:
        after = effects_of(reader, desk, 0)
    assert wanted
    assert oracle.effect(before, after) == ["I1 too much: event DocumentSubmitted (1)"]
    assert oracle.effect(after, before) == ["I1 missing: event DocumentSubmitted (1)"]
    assert oracle.effect(before, before) == []


def test_a_dead_letter_is_found(house: Rehearsal) -> None:
    with house.banli.reading.open() as reader:
        row = reader.find(inbox)[0]
    plant(house, lambda uow: uow.change(inbox, row["id"], state="dead", error="planted"))
    assert judged(house, oracle.dead_letters) == [f"I1 inbox {row['id']} is a dead letter: planted"]


def test_a_notice_that_nobody_got_and_one_that_came_twice_are_found(house: Rehearsal, platform: Platform) -> None:
    lost, twice = platform.taken[0], platform.taken[1]
    platform.taken.append(twice)
    platform.taken.remove(lost)
    with house.banli.reading.open() as reader:
        told, repeats = oracle.sent(reader, platform, 0, 0)
        told_of_a_kill, _ = oracle.sent(reader, platform, 0, 1)
    assert told == [
        f"I2 notice {lost.key} was taken 0 times with 0 kills",
        f"I2 notice {twice.key} was taken 2 times with 0 kills",
    ]
    assert repeats == 1
    assert told_of_a_kill == [f"I2 notice {lost.key} was taken 0 times with 1 kills"]


def test_a_notice_that_the_ledger_does_not_know_is_found(house: Rehearsal, platform: Platform) -> None:
    platform.taken.append(Taken("somebody", "4711", "p", 0.0, "", []))
    assert judged(house, lambda reader: oracle.ghosts(reader, platform)) == [
        "I2 the platform has 4711, the ledger has not"
    ]


def test_a_step_that_the_flow_does_not_know_is_found(house: Rehearsal, desk: Desk) -> None:
    def leap(uow: UnitOfWork) -> None:
        row = uow.find(case_event, case_id=desk.case_id, type="StageEntered")[0]
        uow.add(case_event, **{**row, "id": row["id"] + 1, "seq": 2, "data": {**row["data"], "stage": "check"}})

    with house.banli.reading.open() as reader:
        taken = {row["seq"] for row in reader.find(case_event, case_id=desk.case_id)}
    assert 2 not in taken
    plant(house, leap)
    assert any("is no transition" in each for each in judged(house, histories))


def test_a_flipped_byte_and_a_file_that_is_gone_are_found(house: Rehearsal) -> None:
    with house.banli.reading.open() as reader:
        first, second = [row for row in reader.find(file) if row["handle"]][:2]
    path = next(house.banli.settings.files_dir.rglob(first["handle"]))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    house.banli.files.delete(second["handle"])
    found = judged(house, lambda reader: oracle.contents(reader, house.banli.files))
    assert found == [f"I4 file {first['id']}: Tampered", f"I4 file {second['id']}: FileGone"]


def test_a_changed_row_of_the_audit_and_a_cut_off_end_are_found(house: Rehearsal) -> None:
    vault = house.banli.vault
    late = Anchor(10**6, "0" * 64)
    assert judged(house, lambda reader: oracle.chained(reader, vault, [late])) == ["I5 position 1000000: cut off"]
    with house.banli.reading.open() as reader:
        row = reader.find(audit)[3]
    plant(house, lambda uow: uow.change(audit, row["id"], command="SomethingElse"))
    assert judged(house, lambda reader: oracle.chained(reader, vault, [])) == [f"I5 position {row['chain']}: changed"]


def test_a_timer_that_was_left_out_is_found(house: Rehearsal) -> None:
    with house.banli.reading.open() as reader:
        row = reader.find(timer, state="waiting")[0]
    plant(house, lambda uow: uow.change(timer, row["id"], due=START))
    [told] = judged(house, lambda reader: oracle.timers_fired(reader, NOW))
    assert told == f"I6 timer {row['key']} was due 0:01:00 ago"
    assert judged(house, lambda reader: oracle.unsettled(reader, NOW)) == ["timer: 1"]


def test_a_claim_beyond_its_lease_is_found(house: Rehearsal) -> None:
    with house.banli.reading.open() as reader:
        notice, fetch = reader.find(outbox, state="sent")[0], reader.find(errand)[0]

    def claim(uow: UnitOfWork) -> None:
        uow.change(outbox, notice["id"], state="sending", lease_until=START)
        uow.change(errand, fetch["id"], state="running", lease_until=NOW + timedelta(seconds=1))

    plant(house, claim)
    found = judged(house, lambda reader: oracle.claims(reader, NOW))
    assert found == [f"I7 outbox {notice['id']} is claimed beyond its lease"]


def test_the_results_go_on_where_a_run_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    one = Result("sqlite", "R1", "text", "run", "store.commit", 1, 1, 0, 0, 0.5)
    Results(path, seed=1).add(one)
    with path.open("a") as out:
        out.write('{"commit": "half a li')
    again = Results(path, seed=1)
    assert (again.kills(), again.kills("postgres"), again.rounds) == (1, 0, [one])
    assert Results(path, seed=2).rounds == []
    assert json.loads(path.read_text().splitlines()[0])["point"] == "store.commit"
