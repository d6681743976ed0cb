"""The doctor: a healthy house is called so; each thing that is wrong is named with its remedy."""

import io
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text

from bot.cli.checkup import machine, paper, services
from bot.cli.checkup.finding import State
from bot.watch.beats import BEAT_LIMIT, LOOPS
from core.commands.people import AddStaff
from core.files.child import Inspector
from core.kit.chain import newest
from core.kit.crypto import generate_key
from core.kit.db import writer_engine
from core.kit.ids import new_id
from core.kit.settings import Settings
from core.ledger import processes
from core.ledger.processes import Kind, Me
from tests.cli.agency import Agency

NONE: Mapping[str, float] = {}
OLD = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def small(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Agency:
    """The same on SQLite."""
    monkeypatch.chdir(tmp_path)
    agency = Agency(tmp_path, sqlite_url)
    agency.opens()
    return agency


def wrong(agency: Agency) -> dict[str, str]:
    """What the doctor finds wrong: the remedy by the name of the finding."""
    told = agency.asks("doctor")
    return {each["name"]: each["remedy"] for each in told["findings"] if each["state"] == "wrong"}


def runs(agency: Agency, statement: str, **values: object) -> None:
    """As somebody with access to the database."""
    engine = writer_engine(agency.url)
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()


def micros(agency: Agency, moment: datetime) -> object:
    return moment if agency.url.startswith("postgresql") else int(moment.timestamp() * 1_000_000)


def test_a_healthy_house_is_called_healthy(agency: Agency) -> None:
    told = agency.banli("doctor")
    names = {each["name"] for each in agency.asks("doctor")["findings"]}

    assert (told.exit_code, "Nothing is wrong." in told.stdout) == (0, True), told.output
    assert names >= {"settings", "keys", "key_fits", "database", "migrations", "files", "disk", "clock", "flows",
                     "admin", "queues", "audit", "public_url", "documents"}  # fmt: skip


def test_what_was_given_up_and_what_nobody_works_on_is_told(agency: Agency) -> None:
    columns = "id, key, scope, command, due, state, attempts"
    row = f"INSERT INTO timer ({columns}) VALUES (:id, :key, 'x', :blob, :due, :state, 5)"
    due = micros(agency, OLD)
    runs(agency, row, id=new_id(), key="a", blob=b"x", due=due, state="dead")
    runs(agency, row, id=new_id(), key="b", blob=b"x", due=due, state="waiting")

    assert wrong(agency).keys() == {"parked", "queues"}
    assert agency.banli("doctor").exit_code == 1


def found(agency: Agency, name: str) -> list[dict[str, str]]:
    return [each for each in agency.asks("doctor")["findings"] if each["name"] == name]


def beats(agency: Agency, kind: Kind, version: str = "1", connections: Mapping[str, float] = NONE) -> Me:
    me, loops = Me(kind, version, host="machine-a"), dict(connections)
    if kind in ("run", "worker"):
        loops |= dict.fromkeys(LOOPS, 0.0)
    banli = agency.house()
    banli.start()
    banli.store.run(lambda uow: processes.beat(uow, me, loops))
    banli.stop()
    return me


def test_who_works_and_who_fell_silent_is_told(agency: Agency) -> None:
    [told] = found(agency, "processes")
    assert (told["state"], told["remedy"]) == ("advice", "banli run"), "a house that is switched off is not wrong"

    beats(agency, "web")
    [told] = found(agency, "processes")
    assert (told["state"], "banli worker" in told["remedy"]) == ("wrong", True)

    worker = beats(agency, "worker")
    [told] = found(agency, "processes")
    assert (told["state"], f"worker 1 on machine-a (pid {worker.pid})" in told["said"]) == ("ok", True)

    beats(agency, "worker", "2")
    [told] = found(agency, "processes")
    assert (told["state"], "Versions 1, 2" in told["said"]) == ("advice", True)

    runs(agency, "UPDATE process SET beaten_at = :at WHERE release = '2'", at=micros(agency, OLD))
    assert [each["state"] for each in found(agency, "processes")] == ["advice", "ok"]


def test_a_connection_that_is_down_for_long_is_told(agency: Agency) -> None:
    beats(agency, "worker")
    assert found(agency, "connections") == []
    beats(agency, "connect", connections={"connect:postbox:main": 0.0, "connect:postbox:other": BEAT_LIMIT - 20})
    [told] = found(agency, "connections")
    assert (told["state"], "postbox:main, postbox:other" in told["said"]) == ("ok", True)

    beats(agency, "connect", connections={"connect:postbox:lost": BEAT_LIMIT + 1})
    told, well = found(agency, "connections")
    assert (told["state"], well["state"]) == ("wrong", "ok")
    assert "postbox:lost" in told["said"]
    assert "connection_lost" in told["remedy"]


def test_an_audit_that_nobody_seals_is_told(agency: Agency) -> None:
    runs(agency, "UPDATE audit SET at = :at", at=micros(agency, OLD))

    assert wrong(agency).keys() == {"audit"}


def test_a_clock_that_went_back_is_told(agency: Agency) -> None:
    runs(agency, "UPDATE audit SET at = :at", at=micros(agency, datetime.now(UTC) + timedelta(hours=1)))

    assert wrong(agency).keys() == {"clock"}


def test_tables_of_another_version_are_told_and_nothing_else_is_read(agency: Agency) -> None:
    runs(agency, "UPDATE alembic_version SET version_num = '0001'")

    assert "banli migrate" in wrong(agency)["migrations"]


def test_a_database_without_tables_is_told(
    tmp_path: Path, empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    agency = Agency(tmp_path, empty_database)

    assert set(wrong(agency)) & {"migrations", "database"}
    if empty_database.startswith("sqlite"):
        assert not Path(empty_database.removeprefix("sqlite:///")).exists(), "the doctor changes nothing"


def test_a_house_without_flow_and_admin_is_told(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sick = wrong(Agency(tmp_path, sqlite_url))

    assert sick.keys() == {"flows", "admin"}
    assert "banli flow publish" in sick["flows"]


def test_an_admin_who_has_left_is_none(small: Agency) -> None:
    small.do(AddStaff(name="顾问乙", roles=("consultant",)))
    runs(small, "UPDATE staff SET active = 0 WHERE roles LIKE '%admin%'")

    assert wrong(small).keys() == {"admin"}


def test_a_flow_that_this_version_does_not_understand_is_told(small: Agency) -> None:
    runs(small, "UPDATE flow_version SET source = :source", source=b"key: x\n")

    assert wrong(small).keys() == {"flows"}


def _no_key(agency: Agency) -> None:
    del agency.env["BANLI_KEYS"]


def _another_key(agency: Agency) -> None:
    agency.env["BANLI_KEYS"] = generate_key()


def _open_folder(agency: Agency) -> None:
    Path(agency.env["BANLI_FILES_DIR"]).chmod(0o755)


def _no_folder(agency: Agency) -> None:
    shutil.rmtree(agency.env["BANLI_FILES_DIR"])


def _plain_http(agency: Agency) -> None:
    agency.env["BANLI_PUBLIC_URL"] = "http://chat.agency.example"


def _no_scanner(agency: Agency) -> None:
    agency.env["BANLI_CLAMAV"] = str(agency.folder / "nobody.sock")


def _no_redis(agency: Agency) -> None:
    agency.env["BANLI_REDIS_URL"] = "redis://:secret-word@127.0.0.1:1/0"


def _wrong_setting(agency: Agency) -> None:
    agency.env["BANLI_PROT"] = "8080"


def _open_secret(agency: Agency) -> None:
    path = agency.folder / "key"
    path.write_text(agency.env.pop("BANLI_KEYS"))
    path.chmod(0o644)
    agency.env["BANLI_KEYS_FILE"] = str(path)


def _open_secret_in_toml(agency: Agency) -> None:
    _open_secret(agency)
    config = agency.folder / "banli.toml"
    config.write_text(f'keys_file = "{agency.env.pop("BANLI_KEYS_FILE")}"\n')
    config.chmod(0o600)


@pytest.mark.parametrize(
    ("breaks", "name", "remedy"),
    [
        (_no_key, "keys", "banli init"),
        (_another_key, "key_fits", "BANLI_KEYS"),
        (_open_folder, "files", "chmod 700"),
        (_no_folder, "files", "banli run"),
        (_plain_http, "public_url", "TLS"),
        (_no_scanner, "clamd", "start clamd"),
        (_no_redis, "redis", "BANLI_REDIS_URL"),
        (_wrong_setting, "settings", "docs/operations.md"),
        (_open_secret, "secrets", "chmod 600"),
        (_open_secret_in_toml, "secrets", "chmod 600"),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(
    small: Agency, breaks: Callable[[Agency], None], name: str, remedy: str
) -> None:
    breaks(small)

    found = wrong(small)

    assert found.keys() == {name}
    assert remedy in found[name]


def test_no_secret_is_ever_shown(small: Agency) -> None:
    _no_redis(small)
    told = small.banli("doctor").output

    assert small.key.split(":")[1] not in told
    assert "secret-word" not in told


def test_redis_that_answers_is_well(small: Agency, redis_url: str) -> None:
    small.env["BANLI_REDIS_URL"] = redis_url

    assert {"redis": "ok"}.items() <= {each["name"]: each["state"] for each in small.asks("doctor")["findings"]}.items()


def test_little_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(files_dir=tmp_path / "files")
    states = []
    for free in (machine.LITTLE - 1, machine.SOME - 1, machine.SOME):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: shutil._ntuple_diskusage(2**50, 0, free))
        states.append({finding.state for finding in machine.disk(settings)})

    assert states == [{State.WRONG}, {State.ADVICE}, {State.OK}]


def test_a_folder_of_somebody_else_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuses)
    [finding] = machine.folder(Settings(files_dir=tmp_path))

    assert (finding.state, f"chown -R {os.getuid()}" in finding.remedy) == (State.WRONG, True)


def test_a_picture_without_letters_is_told() -> None:
    with Inspector() as inspector:
        drawn = inspector.inspect(paper.paper(chinese=False)).preview
    assert services._letters(drawn)

    for shade in (255, 0):  # blank, and a placeholder in both halves
        blank = io.BytesIO()
        Image.new("L", (200, 100), shade).save(blank, "PNG")
        assert not services._letters(blank.getvalue())
    assert not services._letters(None)


def test_the_newest_tables_are_what_the_doctor_wants(agency: Agency) -> None:
    said = {each["name"]: each["said"] for each in agency.asks("doctor")["findings"]}

    assert newest() in said["migrations"]
