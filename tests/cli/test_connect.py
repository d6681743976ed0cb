"""`banli connect` as processes: a second one takes over when the first dies or ends, and nothing is lost or doubled."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.cli.main import app
from core.kit.crypto import generate_key
from core.kit.db import reader_engine
from scripts.visitor import free_port
from tests.cli.processes import Process, until
from tests.platforms.postbox import Postbox

MODULE = "tests.platforms.banli_with_postbox"
CHATS = ("a", "b", "c")
Starts = Callable[..., Process]


@pytest.fixture
def box() -> Iterator[Postbox]:
    with Postbox() as opened:
        yield opened
        assert opened.complaints == []


@pytest.fixture
def starts(box: Postbox, tmp_path: Path) -> Iterator[Starts]:
    """Starts `banli WORDS` on a database, with accounts at the postbox; whatever is started is ended with the test."""
    processes: list[Process] = []
    keys, accounts = generate_key(), "main"

    def start(url: str, *words: str, **more: str) -> Process:
        env = {"BANLI_DATABASE_URL": url, "BANLI_KEYS": keys, "BANLI_FILES_DIR": str(tmp_path / "files")}
        env |= {"POSTBOX": f"{box.port}:{accounts}", "BANLI_LOG__FORMAT": "json", **more}
        processes.append(Process([*words], env, tmp_path, module=MODULE))
        return processes[-1]

    yield start
    for each in processes:
        each.stop(signal.SIGKILL)


def kept(url: str) -> list[str]:
    """The platform's ids of all that is in the inbox, in its order."""
    engine = reader_engine(url)
    with engine.connect() as connection:
        found = list(
            connection.execute(text("SELECT platform_id FROM inbox WHERE channel = 'postbox' ORDER BY id")).scalars()
        )
    engine.dispose()
    return found


def posted(box: Postbox, first: int, last: int) -> None:
    for number in range(first, last):
        for chat in CHATS:
            box.posts("main", chat, f"{number:03}")


def all_in_order(box: Postbox, url: str, last: int) -> None:
    """Everything is there once, in the order of its chat, and acknowledged."""
    found = kept(url)
    assert sorted(found) == sorted(set(box.delivered))
    for chat in CHATS:
        of_chat = [each for each in found if each.startswith(f"main-{chat}-")]
        assert of_chat == [f"main-{chat}-{number:03}" for number in range(last)]
    assert sorted(box.acknowledged) == sorted(found)


@pytest.mark.parametrize("dies_at", ["inbox.append:20", "inbox.kept:20", ""])
def test_when_the_holder_is_killed_the_other_takes_over(
    postgres_url: str, box: Postbox, starts: Starts, dies_at: str
) -> None:
    first = starts(postgres_url, "connect", **({"DIES_AT": dies_at} if dies_at else {})).says("connection_up")
    second = starts(postgres_url, "connect").says("Connecting postbox:main.")
    posted(box, 0, 20)
    if not dies_at:
        until(lambda: box.acknowledged, first, second)
    assert first.stop(signal.SIGKILL) if not dies_at else first.running.wait(180) == -signal.SIGKILL
    posted(box, 20, 30)
    second.says("connection_up")
    until(lambda: not box.left("main"), second)
    all_in_order(box, postgres_url, 30)
    assert second.stop() == 0, second.said
    assert "Traceback" not in second.said


def test_whoever_is_told_to_end_hands_over_and_no_second_one_ever_knocks(
    postgres_url: str, box: Postbox, starts: Starts
) -> None:
    first = starts(postgres_url, "connect", "postbox").says("connection_up")
    second = starts(postgres_url, "connect", "postbox:main").says("Connecting postbox:main.")
    posted(box, 0, 10)
    assert first.stop() == 0, first.said
    posted(box, 10, 20)
    second.says("connection_up")
    until(lambda: not box.left("main"), second)
    assert second.stop() == 0, second.said
    all_in_order(box, postgres_url, 20)
    assert (box.refused, len(box.opened), len(box.closed)) == ([], 2, 2)
    assert "Traceback" not in first.said + second.said


def test_one_process_that_does_everything_connects_too(sqlite_url: str, box: Postbox, starts: Starts) -> None:
    posted(box, 0, 5)
    run = starts(sqlite_url, "run", "--port", str(free_port())).says("connection_up")
    until(lambda: not box.left("main"), run)
    all_in_order(box, sqlite_url, 5)
    run.stop()
    until(lambda: not box.is_open("main"), run)
    assert "Traceback" not in run.said


def test_a_name_that_no_connection_has_is_told(postgres_url: str, starts: Starts) -> None:
    told = starts(postgres_url, "connect", "nobody", "postbox:other")
    assert told.running.wait(180) == 2
    assert "nobody, postbox:other" in told.said
    assert "postbox:main" in told.said


def command(url: str, folder: Path, *words: str) -> tuple[int, str]:
    env = {"BANLI_DATABASE_URL": url, "BANLI_KEYS": generate_key(), "BANLI_FILES_DIR": str(folder / "files")}
    told = CliRunner(env=env).invoke(app, ["connect", *words])
    return told.exit_code, told.output


def test_without_a_channel_that_keeps_a_connection_there_is_nothing_to_do(postgres_url: str, tmp_path: Path) -> None:
    code, said = command(postgres_url, tmp_path)
    assert (code, "nothing to do" in said, "banli web" in said) == (2, True, True)
    code, said = command(postgres_url, tmp_path, "webchat")
    assert code == 2


def test_on_sqlite_it_refuses_and_says_what_to_do(sqlite_url: str, tmp_path: Path) -> None:
    code, said = command(sqlite_url, tmp_path)
    assert (code, "banli run" in said, "PostgreSQL" in said) == (2, True, True)
