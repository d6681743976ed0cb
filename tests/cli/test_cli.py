"""The command line: help, exit codes, and errors that say what to do."""

import json
import os
import socket
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import migrate
from bot.cli.main import app
from bot.cli.problems import WrongInput
from core.kit.crypto import generate_key

FLOW = Path("flows/visa_kr_tourist/v1.yaml").resolve()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A shell in an empty folder with no setting of Banli."""
    monkeypatch.chdir(tmp_path)
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"})


def settings(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"BANLI_DATABASE_URL": f"sqlite:///{tmp_path}/b.sqlite3", "BANLI_KEYS": generate_key(), **more}


def test_a_good_flow_is_called_good(run: CliRunner) -> None:
    told = run.invoke(app, ["flow", "validate", str(FLOW)])

    assert (told.exit_code, "good" in told.output) == (0, True)


def test_a_broken_flow_tells_every_problem_with_its_place(run: CliRunner, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        FLOW.read_text("utf-8").replace("owner: copywriter", "owner: nobody").replace("to: collect", "to: moon")
    )

    told = run.invoke(app, ["flow", "validate", "--json", str(broken)])

    problems = json.loads(told.stdout)[str(broken)]
    assert told.exit_code == 1
    assert {problem["pointer"].split("/")[1] for problem in problems} >= {"stages", "transitions"}
    assert all(problem["zh-CN"] and problem["en"] for problem in problems)


def test_the_tables_go_up_and_down(run: CliRunner, tmp_path: Path) -> None:
    environment = settings(tmp_path)

    up = run.invoke(app, ["migrate"], env=environment)
    asked = run.invoke(app, ["migrate", "--down", "--to", "base"], env=environment)
    kept = json.loads(run.invoke(app, ["doctor", "--json"], env=environment).stdout)["findings"]
    down = run.invoke(app, ["migrate", "--down", "--yes", "--to", "base"], env=environment)

    assert (up.exit_code, asked.exit_code, down.exit_code) == (0, 2, 0)
    assert "--yes" in asked.stderr
    assert {each["state"] for each in kept if each["name"] == "migrations"} == {"ok"}, "nobody said yes"


def test_going_down_asks_whoever_sits_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([False, True])
    monkeypatch.setattr(migrate.sys.stdin, "isatty", lambda: True, raising=False)  # type: ignore[attr-defined]
    monkeypatch.setattr(migrate.typer, "confirm", lambda _: next(answers))  # type: ignore[attr-defined]
    with pytest.raises(WrongInput):
        migrate._ask("base")
    migrate._ask("base")


def test_publishing_twice_is_publishing_once(run: CliRunner, tmp_path: Path) -> None:
    environment = settings(tmp_path)
    run.invoke(app, ["migrate"], env=environment)

    first = run.invoke(app, ["flow", "publish", str(FLOW)], env=environment)
    again = run.invoke(app, ["flow", "publish", str(FLOW)], env=environment)

    assert (first.exit_code, again.exit_code) == (0, 0), first.output + again.output


def test_a_published_version_never_changes(run: CliRunner, tmp_path: Path) -> None:
    environment, changed = settings(tmp_path), tmp_path / "changed.yaml"
    changed.write_text(FLOW.read_text("utf-8") + "\n# another word\n")
    run.invoke(app, ["migrate"], env=environment)
    run.invoke(app, ["flow", "publish", str(FLOW)], env=environment)

    told = run.invoke(app, ["flow", "publish", str(changed)], env=environment)

    assert told.exit_code == 1
    assert "never changes" in told.output


def test_an_unknown_setting_is_refused_by_name(run: CliRunner, tmp_path: Path) -> None:
    told = run.invoke(app, ["migrate"], env=settings(tmp_path, BANLI_PROT="1"))

    assert told.exit_code == 2
    assert "BANLI_PROT" in told.output


def test_a_missing_key_stops_the_start_and_says_how_to_make_one(run: CliRunner, tmp_path: Path) -> None:
    told = run.invoke(app, ["run", "--port", "0"], env={"BANLI_DATABASE_URL": f"sqlite:///{tmp_path}/b.sqlite3"})

    assert told.exit_code == 2
    assert "BANLI_KEYS" in told.output


def test_a_busy_port_is_a_clear_error(run: CliRunner, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        told = run.invoke(app, ["run", "--demo", "--port", port], env=settings(tmp_path))

    assert told.exit_code == 2
    assert port in told.output
    assert "PORT=" in told.output


def test_the_demo_binds_to_loopback_only(run: CliRunner, tmp_path: Path) -> None:
    told = run.invoke(app, ["run", "--demo"], env=settings(tmp_path, BANLI_HOST="0.0.0.0"))

    assert told.exit_code == 2
    assert "loopback" in told.output


def test_a_whole_audit_is_called_whole_and_a_changed_one_is_not(run: CliRunner, tmp_path: Path) -> None:
    env = settings(tmp_path)
    assert run.invoke(app, ["migrate"], env=env).exit_code == 0
    assert run.invoke(app, ["flow", "publish", str(FLOW)], env=env).exit_code == 0

    waiting = run.invoke(app, ["audit", "verify", "--json"], env=env)
    assert (waiting.exit_code, json.loads(waiting.output)["unsealed"]) == (0, 1)

    with sqlite3.connect(tmp_path / "b.sqlite3") as connection:
        connection.execute("UPDATE audit SET chain = 1, mac = 'made up'")
    broken = run.invoke(app, ["audit", "verify"], env=env)
    assert (broken.exit_code, "position 1" in broken.output, "NOT whole" in broken.output) == (1, True, True)


def test_a_broken_anchor_file_is_named(run: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "anchors").write_text("what?")
    env = settings(tmp_path, BANLI_AUDIT_ANCHORS=str(tmp_path / "anchors"))
    run.invoke(app, ["migrate"], env=env)

    told = run.invoke(app, ["audit", "verify"], env=env)

    assert (told.exit_code, "line 1" in told.output) == (1, True)


def test_files_without_a_name_are_told_and_then_removed(run: CliRunner, tmp_path: Path) -> None:
    environment = settings(tmp_path, BANLI_FILES_DIR=str(tmp_path / "files"), BANLI_ORPHAN_HOURS="1")
    assert run.invoke(app, ["migrate"], env=environment).exit_code == 0
    orphan = tmp_path / "files" / "ab" / "cd" / ("abcd" + "0" * 28)
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x")
    os.utime(orphan, (1, 1))

    told = run.invoke(app, ["files", "sweep", "--dry-run"], env=environment)

    assert (told.exit_code, "1 files without a name would be removed" in told.output) == (0, True)
    assert orphan.exists()
    assert run.invoke(app, ["files", "sweep"], env=environment).exit_code == 0
    assert not orphan.exists()
