"""`banli config check`: what is set, from where, what is wrong; never a secret."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from core.kit.crypto import generate_key


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    return CliRunner(env={"COLUMNS": "300", "NO_COLOR": "1"})


def test_every_setting_is_told_with_its_source_and_no_secret(run: CliRunner, tmp_path: Path) -> None:
    secret = generate_key()
    (tmp_path / "keys").write_text(secret)
    (tmp_path / "banli.toml").write_text("port = 8081\n")
    environment = {"BANLI_KEYS_FILE": "keys", "BANLI_DATABASE_URL": "postgresql+psycopg://user:hush@host/name"}

    plain = run.invoke(app, ["config", "check"], env=environment)
    told = run.invoke(app, ["config", "check", "--json"], env=environment)

    rows = {row["variable"]: (row["value"], row["source"]) for row in json.loads(told.stdout)["settings"]}
    assert (plain.exit_code, told.exit_code) == (0, 0)
    assert rows["BANLI_KEYS"] == ("set", "environment BANLI_KEYS_FILE")
    assert rows["BANLI_PORT"] == ("8081", "banli.toml port")
    assert rows["BANLI_LIMITS__PAGES"] == ("200", "default")
    for text in (plain.output, told.output):
        assert "BANLI_AUDIT_ANCHORS" in text
        assert not [each for each in (secret, secret.partition(":")[2], "hush") if each in text]


def test_every_problem_at_once_is_exit_code_2(run: CliRunner) -> None:
    told = run.invoke(app, ["config", "check", "--json"], env={"BANLI_PORT": "no", "BANLI_PROT": "1"})

    said = " ".join(json.loads(told.stdout)["problems"])
    assert told.exit_code == 2
    assert "BANLI_PORT" in said
    assert "BANLI_PROT is not a setting" in said


def test_a_key_that_cannot_be_used_is_a_problem(run: CliRunner) -> None:
    told = run.invoke(app, ["config", "check"], env={"BANLI_KEYS": "k1:c2hvcnQ="})

    assert told.exit_code == 2
    assert "has 5 bytes instead of 32" in told.output
    assert "c2hvcnQ" not in told.output
