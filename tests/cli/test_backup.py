"""`banli backup` on the command line: what it tells, and its exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.app import build
from bot.cli.main import app
from core.kit.crypto import generate_key
from core.kit.settings import load_settings
from core.ledger import processes
from core.ledger.processes import Me


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A shell in an empty folder, with a key and a database with tables."""
    monkeypatch.chdir(tmp_path)
    runner = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", "BANLI_KEYS": generate_key()})
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    return runner


def worked(me: Me) -> None:
    """A process that is there while the backup is made."""
    banli = build(load_settings({"BANLI_KEYS": generate_key()}))
    banli.start()
    banli.store.run(lambda uow: processes.beat(uow, me, {}))
    banli.stop()


def made(run: CliRunner) -> str:
    told = run.invoke(app, ["backup", "create", "--json"])
    assert told.exit_code == 0, told.output
    return str(json.loads(told.stdout)["folder"])


def test_made_looked_at_and_brought_back(run: CliRunner) -> None:
    worked(Me("run", "1"))  # while it is made
    folder = made(run)

    looked = run.invoke(app, ["backup", "verify", folder, "--json"])
    refused = run.invoke(app, ["backup", "restore", folder])
    back = run.invoke(app, ["backup", "restore", folder, "--force", "--json"])

    assert json.loads(looked.stdout)["sound"] is True
    assert (refused.exit_code, "--force" in refused.output) == (1, True)
    assert (back.exit_code, json.loads(back.stdout)["audit_sound"]) == (0, True)
    doctor = json.loads(run.invoke(app, ["doctor", "--json"]).stdout)["findings"]
    assert "No process runs." in [each["said"] for each in doctor if each["name"] == "processes"], "it ran then"
    assert not [each for each in doctor if "did not end as it should" in each["said"]]


def test_a_broken_one_is_exit_code_1(run: CliRunner) -> None:
    folder = made(run)
    (Path(folder) / "database" / "banli.sqlite3").write_bytes(b"something else")

    told = run.invoke(app, ["backup", "verify", folder], env={"BANLI_KEYS": ""})

    assert told.exit_code == 1
    assert "database/banli.sqlite3 is changed" in told.output
    assert "No key is set" in told.output


def test_what_is_no_backup_is_said_to_be_none(run: CliRunner, tmp_path: Path) -> None:
    told = run.invoke(app, ["backup", "verify", str(tmp_path)])

    assert told.exit_code == 1
    assert "is no backup" in told.output
