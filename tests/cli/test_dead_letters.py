"""`banli dead-letters`: seen without words, tried again, dropped with a reason, and what it says of what is none."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from bot.app import build
from bot.cli.main import app
from core.kit import migrate
from core.kit.crypto import generate_key
from core.kit.settings import Settings
from core.ledger.tables import inbox, queue_act
from core.store.unit import UnitOfWork

WORDS = "张三的护照号是 E00000000"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A shell with an agency that has two dead letters."""
    monkeypatch.chdir(tmp_path)
    url, keys = f"sqlite:///{tmp_path}/b.sqlite3", generate_key()
    migrate.upgrade(url)
    banli = build(Settings(database_url=SecretStr(url), keys=SecretStr(keys)))
    banli.start()

    def work(uow: UnitOfWork) -> None:
        parked = {"state": "dead", "attempts": 5, "error": "Unreadable", "received_at": uow.now, "due": uow.now}
        chat = {"channel": "webchat", "account": "a", "conversation": "webchat:a:1", "raw": WORDS.encode()}
        for number in (1, 2):
            uow.add(inbox, id=number, platform_id=str(number), **chat, **parked)

    banli.store.run(work)
    banli.stop()
    return CliRunner(env={"BANLI_DATABASE_URL": url, "BANLI_KEYS": keys, "COLUMNS": "200", "NO_COLOR": "1"})


def listed(shell: CliRunner) -> list[str]:
    told = shell.invoke(app, ["dead-letters", "list", "--json"])
    assert (told.exit_code, WORDS in told.output) == (0, False)
    return [each["id"] for each in json.loads(told.output)]


def test_dead_letters_are_seen_tried_again_and_dropped(shell: CliRunner, tmp_path: Path) -> None:
    assert listed(shell) == ["2", "1"]
    table = shell.invoke(app, ["dead-letters", "list"])
    assert "Unreadable" in table.output
    again = shell.invoke(app, ["dead-letters", "retry", "1"])
    assert (again.exit_code, again.output.strip()) == (0, "1 waits again")
    dropped = shell.invoke(app, ["dead-letters", "drop", "2", "--reason", "测试消息", "--json"])
    assert json.loads(dropped.output) == [{"id": "2", "done": True, "code": None}]
    assert listed(shell) == []
    assert "no dead letters" in shell.invoke(app, ["dead-letters", "list"]).output
    env = dict(shell.env)
    banli = build(
        Settings(database_url=SecretStr(str(env["BANLI_DATABASE_URL"])), keys=SecretStr(str(env["BANLI_KEYS"])))
    )
    with banli.reading.open() as reader:
        acts = [(row["entry_id"], row["act"], row["reason"]) for row in reader.find(queue_act)]
    banli.stop()
    assert acts == [(1, "retry", None), (2, "drop", "测试消息")]


def test_what_is_no_dead_letter_is_said_with_what_to_do(shell: CliRunner) -> None:
    shell.invoke(app, ["dead-letters", "retry", "1"])
    told = shell.invoke(app, ["dead-letters", "retry", "1", "7"])
    assert told.exit_code == 1
    assert told.output.count("banli dead-letters list") == 2
    assert shell.invoke(app, ["dead-letters", "drop", "2", "--reason", " "]).exit_code == 2
    assert listed(shell) == ["2"]
    broken = shell.invoke(app, ["dead-letters", "list"], env={"BANLI_KEYS": ""})
    assert broken.exit_code == 2
