"""What holds for every command: help, `--json`, exit codes, sentences instead of tracebacks, completion."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError, ProgrammingError
from typer.core import TyperGroup
from typer.testing import CliRunner

from bot.cli import terminal
from bot.cli.contents import Later
from bot.cli.main import app
from bot.cli.problems import Broken, CannotServe, Sentences, WrongInput
from bot.cli.sentences import refused
from bot.cli.terminal import progress
from core.kit.crypto import MissingKey, UnknownKey, generate_key
from core.kit.errors import Invalid, NotFound, NotPossibleNow, Problem
from core.kit.settings_sources import SettingsError

SERVES = {"run", "web", "worker", "connect"}  # they tell what they do as long as they run, in the log
ALWAYS = {("openapi",), ("flow", "schema")}  # nothing but JSON
ROOT = Path(__file__).resolve().parents[2]


def commands() -> Iterator[tuple[str, ...]]:
    """The words of every command that can be called."""

    def below(group: TyperGroup, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for name, found in group.commands.items():
            command = found.load() if isinstance(found, Later) else found
            if isinstance(command, TyperGroup):
                yield from below(command, (*above, name))
            else:
                yield (*above, name)

    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    return below(root, ())


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A shell in an empty folder with no setting of Banli."""
    monkeypatch.chdir(tmp_path)
    return CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"})


@pytest.mark.parametrize("words", [(), *commands()], ids=" ".join)
def test_every_command_has_help(shell: CliRunner, words: tuple[str, ...]) -> None:
    told = shell.invoke(app, [*words, "--help"])

    assert (told.exit_code, "Usage" in told.output) == (0, True)


@pytest.mark.parametrize(
    "words", [each for each in commands() if each[0] not in SERVES and each not in ALWAYS], ids=" ".join
)
def test_every_command_that_tells_something_tells_it_as_json(shell: CliRunner, words: tuple[str, ...]) -> None:
    assert "--json" in shell.invoke(app, [*words, "--help"]).output


HEAVY = {"sqlalchemy", "alembic", "psycopg", "fastapi", "pydantic", "cryptography", "telegram", "pypdf", "PIL", "httpx"}


def imported_by(*words: str) -> set[str]:
    """Packages that are in memory when the command has ended."""
    code = "import sys; from bot.cli.main import app; app(sys.argv[1:], standalone_mode=False); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in told.stdout.splitlines()[-1].split()}


def test_the_table_of_contents_is_told_without_opening_the_book() -> None:
    assert imported_by("--help") & HEAVY == set()
    assert "sqlalchemy" in imported_by("key", "--help"), "what is asked for is there"


def test_the_table_of_contents_says_what_the_commands_say_of_themselves() -> None:
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    for name, later in root.commands.items():
        assert isinstance(later, Later)
        assert (later.load().help or "").partition("\n\n")[0].replace("\n", " ") == later.help, name


def test_the_help_says_what_the_exit_codes_mean(shell: CliRunner) -> None:
    told = shell.invoke(app, ["--help"]).output

    assert all(part in told for part in ("Exit codes", "0 done", "1 the work", "2 the command"))


DOWN = OperationalError("SELECT 1", {}, Exception("connection refused"))
EMPTY = ProgrammingError("SELECT 1", {}, Exception('relation "staff" does not exist'))
PROBLEM = Problem("/flow", "unknown", {"en": "There is no such flow.", "zh-CN": "没有这个流程。"})


@pytest.mark.parametrize(
    ("problem", "code", "said"),
    [
        (MissingKey("no encryption key is set"), 2, "no encryption key is set"),
        (SettingsError(["BANLI_PORT: [too] high"]), 2, "BANLI_PORT: [too] high"),
        (CannotServe("Another Banli process has it open."), 2, "Another Banli process"),
        (WrongInput("answers.yaml: there is no agency"), 2, "there is no agency"),
        (Broken("line 1: this is no anchor"), 1, "line 1"),
        (NotFound(), 1, "Not found, or not yours to see."),
        (Invalid(problems=[PROBLEM]), 1, "There is no such flow."),
        (UnknownKey("sealed with k9"), 1, "Is this the right key"),
        (DOWN, 1, "connection refused"),
        (EMPTY, 1, "banli migrate"),
        (PermissionError(13, "Permission denied", "/srv/banli.key"), 1, "/srv/banli.key: Permission denied"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_an_expected_problem_is_a_sentence_and_an_exit_code(problem: Exception, code: int, said: str) -> None:
    house = typer.Typer(cls=Sentences)
    group = typer.Typer()
    house.add_typer(group, name="group")

    @group.command()
    def fails() -> None:
        raise problem

    told = CliRunner(env={"COLUMNS": "200"}).invoke(house, ["group", "fails"])

    assert (told.exit_code, said in told.stderr, told.stdout) == (code, True, ""), told.output
    assert "Traceback" not in told.output


def test_a_fault_of_ours_is_not_dressed_up(shell: CliRunner) -> None:
    house = typer.Typer(cls=Sentences)

    @house.command()
    def one() -> None:
        raise KeyError("a mistake in the code")

    @house.command()
    def two() -> None: ...

    assert isinstance(shell.invoke(house, ["one"]).exception, KeyError)


def test_the_own_words_of_a_refusal_come_before_the_sentence_of_its_kind() -> None:
    assert refused(NotPossibleNow("a published version never changes")) == "a published version never changes"
    assert refused(NotPossibleNow(reasons="the case is closed")) == "Not possible now: the case is closed"


def test_what_is_said_as_json_is_json_and_nothing_else(shell: CliRunner, tmp_path: Path) -> None:
    env = {"BANLI_DATABASE_URL": f"sqlite:///{tmp_path}/b.sqlite3", "BANLI_KEYS": generate_key()}
    flow = str(ROOT / "flows/visa_kr_tourist/v1.yaml")

    revision = json.loads(shell.invoke(app, ["migrate", "--json"], env=env).stdout)["revision"]
    [published] = json.loads(shell.invoke(app, ["flow", "publish", flow, "--json"], env=env).stdout)
    swept = json.loads(shell.invoke(app, ["files", "sweep", "--json"], env=env).stdout)

    assert revision.isdigit()
    assert (published["published"], published["refused"]) == (True, None)
    assert swept == {"halves": 0, "orphans": 0, "removed": True}


def test_a_database_without_tables_names_the_remedy(shell: CliRunner, tmp_path: Path) -> None:
    env = {"BANLI_DATABASE_URL": f"sqlite:///{tmp_path}/b.sqlite3", "BANLI_KEYS": generate_key()}

    told = shell.invoke(app, ["audit", "verify"], env=env)

    assert (told.exit_code, "banli migrate" in told.stderr) == (1, True)


def test_a_bar_is_drawn_only_where_a_person_looks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(progress([1, 2, 3], "Counting", 3)) == [1, 2, 3]
    assert capsys.readouterr() == ("", "")

    monkeypatch.setattr(terminal, "err", Console(force_terminal=True, width=80))
    assert list(progress([1, 2, 3], "Counting", 3)) == [1, 2, 3]
    assert "Counting" in capsys.readouterr().out


def test_the_shell_completes_commands() -> None:
    asked = {"_BANLI_COMPLETE": "complete_bash", "COMP_WORDS": "banli fl", "COMP_CWORD": "1"}
    code = "from bot.cli.main import app; app(prog_name='banli')"

    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **asked}, capture_output=True, text=True, check=False
    )

    assert told.stdout.split() == ["flow"], told.stderr
