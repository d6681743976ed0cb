"""`banli export-client`, `erase-client`, `hold-client` and `keys` on the command line."""

import json
import os
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.app import build
from bot.cli.main import app
from core.bus.deed import SYSTEM, Cause
from core.commands.people import RegisterClient
from core.kit.crypto import generate_key
from core.kit.ids import new_id
from core.kit.settings import load_settings

KEYS = generate_key()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A shell in an empty folder, with a key and a database with tables."""
    monkeypatch.chdir(tmp_path)
    runner = CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1", "BANLI_KEYS": KEYS})
    assert runner.invoke(app, ["migrate"]).exit_code == 0
    return runner


@pytest.fixture
def client_id(run: CliRunner) -> str:
    banli = build(load_settings(os.environ | {"BANLI_KEYS": KEYS}))
    banli.start()
    command = RegisterClient(name="张三", phone="13800001234")
    made = banli.store.run(lambda uow: banli.bus.execute(uow, command, Cause(SYSTEM, "cli", new_id())))
    banli.stop()
    return str(made)


def test_a_copy_is_private_and_never_written_over(run: CliRunner, client_id: str, tmp_path: Path) -> None:
    told = run.invoke(app, ["export-client", client_id, "copy.zip", "--json"])
    again = run.invoke(app, ["export-client", client_id, "copy.zip"])

    copy = tmp_path / "copy.zip"
    assert (told.exit_code, again.exit_code) == (0, 2)
    assert json.loads(told.stdout)["bytes"] == copy.stat().st_size
    assert copy.stat().st_mode & 0o077 == 0
    assert json.loads(zipfile.ZipFile(copy).read("data.json"))["client"][0]["name"] == "张三"
    assert not list(tmp_path.glob(".half-*"))


def test_erasing_asks_first_and_obeys_a_hold(run: CliRunner, client_id: str, tmp_path: Path) -> None:
    asked = run.invoke(app, ["erase-client", client_id], input="n\n")
    held = run.invoke(app, ["hold-client", client_id, "--reason", "争议"])
    refused = run.invoke(app, ["erase-client", client_id, "--yes"])
    lifted = run.invoke(app, ["hold-client", client_id, "--reason", "了结", "--lift"])
    erased = run.invoke(app, ["erase-client", client_id, "--yes", "--json"])
    gone = run.invoke(app, ["export-client", client_id, "copy.zip"])

    assert [each.exit_code for each in (asked, held, refused, lifted, erased, gone)] == [2, 0, 1, 0, 0, 1]
    assert client_id in (tmp_path / "var" / "erased-clients.jsonl").read_text()
    assert run.invoke(app, ["audit", "verify"]).exit_code == 0


def test_keys_are_rotated_and_told(run: CliRunner, client_id: str) -> None:
    both = {"BANLI_KEYS": f"{generate_key('k2')},{KEYS}"}

    before = run.invoke(app, ["keys", "status"], env=both)
    rotated = run.invoke(app, ["keys", "rotate", "--json"], env=both)
    after = json.loads(run.invoke(app, ["keys", "status", "--json"], env=both).stdout)
    alone = run.invoke(app, ["keys", "status"], env={"BANLI_KEYS": generate_key("k3")})

    assert (before.exit_code, rotated.exit_code, alone.exit_code) == (0, 0, 1)
    assert json.loads(rotated.stdout)["rows"] == 1
    assert {row["key"]: row["values"] > 0 for row in after["keys"]} == {"k1": False, "k2": True}
    assert "NOT in BANLI_KEYS" in alone.output
    assert KEYS.partition(":")[2] not in before.output
