"""`banli flow` and the agency's own roles and calendars: known where its database is, and it says what it knew."""

from functools import partial
from pathlib import Path

import pytest

from core.bus.deed import Cause
from core.commands.command import Command
from core.commands.office import SetCalendar
from core.commands.people import AddStaff
from core.commands.roles import RoleNames, SetRole
from core.kit.ids import new_id
from core.staff.service import actor_at
from tests.cli.agency import FLOW, Agency


@pytest.fixture
def agency(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Agency:
    """An agency with a role and a calendar of its own."""
    monkeypatch.chdir(tmp_path)
    agency = Agency(tmp_path, database)
    admin = agency.do(AddStaff(name="管理员甲", roles=("admin",)))
    week = (("18:00-22:00",),) * 5 + ((),) * 2
    names = RoleNames.model_validate({"zh-CN": "实习顾问", "en": "Trainee"})
    for command in (
        SetRole(role="trainee", names=names),
        SetCalendar(name="night-office", zone="Asia/Shanghai", week=week, new=True),
    ):
        by_admin(agency, admin, command)
    return agency


def by_admin(agency: Agency, admin: int, command: Command) -> None:
    banli = agency.house()
    banli.start()
    with banli.reading.open() as reader:
        actor = actor_at(reader, admin, banli.clock.now())
    assert actor is not None
    banli.store.run(partial(banli.bus.execute, command=command, cause=Cause(actor, "api", new_id())))
    banli.stop()


@pytest.fixture
def flow(tmp_path: Path) -> str:
    """One that names both."""
    path = tmp_path / "own.yaml"
    source = FLOW.read_text("utf-8").replace("copywriter", "trainee").replace("cn-office", "night-office")
    path.write_text(source, "utf-8")
    return str(path)


def test_what_the_agency_has_made_is_known(agency: Agency, flow: str) -> None:
    told = agency.banli("flow", "validate", flow)
    assert (told.exit_code, "1 roles and 1 calendars of its own" in told.stderr) == (0, True), told.output

    assert agency.banli("flow", "publish", flow).exit_code == 0
    found = {each["name"]: each["state"] for each in agency.asks("doctor")["findings"]}
    assert found["flows"] == "ok"


def test_elsewhere_it_is_not_and_it_says_so(agency: Agency, flow: str) -> None:
    for name in list(agency.env):
        agency.env[name] = ""
    told = agency.banli("flow", "validate", flow)
    assert (told.exit_code, "comes with: no database is configured" in told.stderr) == (1, True), told.output
    assert "trainee" in told.stdout

    good = agency.banli("flow", "validate", str(FLOW))
    assert (good.exit_code, "good" in good.stdout) == (0, True)
