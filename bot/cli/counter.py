"""Commands on the bus from the command line: as the system, through the door "cli", with every "no" told in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError, ProgrammingError

from bot.app import Banli, build
from bot.cli.run import CannotServe, owned
from core.bus.deed import SYSTEM, Cause
from core.commands.command import Command
from core.kit import log
from core.kit.crypto import MissingKey
from core.kit.errors import Invalid, NotFound, Refusal
from core.kit.ids import new_id
from core.kit.settings import load_settings
from core.kit.settings_sources import SettingsError
from core.staff.logins import member_of_login
from core.staff.passwords import password_problems
from core.staff.tables import staff
from core.store.sealing import Row
from core.store.unit import UnitOfWork

WRONG, USAGE = 1, 2
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Counter:
    """An installation that is open for commands."""

    banli: Banli

    def do(self, *commands: Command | Callable[[Any], Command]) -> Any:
        """Carry out commands together or not at all; one that is a function is made from the result of the one before.
        Returns the last result. Raises Refusal."""
        cause = Cause(SYSTEM, "cli", new_id())

        def work(uow: UnitOfWork) -> Any:
            done = None
            for each in commands:
                command = each if isinstance(each, Command) else each(done)
                done = self.banli.bus.execute(uow, command, cause)
            return done

        return self.banli.store.run(work)

    def member(self, who: str) -> Row:
        """The member with this login name or id. Raises NotFound."""
        with self.banli.reading.open() as reader:
            row = reader.peek(staff, int(who)) if who.isdecimal() and who.isascii() and len(who) < 20 else None
            row = row or member_of_login(reader, self.banli.vault, who)
        if row is None:
            raise NotFound(thing="staff")
        return row


@contextmanager
def counter() -> Iterator[Counter]:
    """Open the installation of the settings. Whatever stands in the way is told, and ends with its exit code."""
    try:
        settings = load_settings()
        log.configure(format=settings.log.format, level=settings.log.level)
        with owned(settings):
            banli = build(settings)
            banli.start()
            try:
                yield Counter(banli)
            except Refusal as refusal:
                err.print(_sentence(banli, refusal), markup=False)
                raise typer.Exit(WRONG) from refusal
            finally:
                banli.stop()
    except (SettingsError, MissingKey) as wrong:
        err.print(f"settings: {wrong}", markup=False)
        raise typer.Exit(USAGE) from wrong
    except CannotServe as problem:
        err.print(str(problem), markup=False)
        raise typer.Exit(WRONG) from problem
    except (OperationalError, ProgrammingError) as down:
        told = f"The database does not answer, or its tables are not there: {str(down.orig)[:300]}"
        err.print(f"{told}\nRun `banli migrate`, and check BANLI_DATABASE_URL.", markup=False)
        raise typer.Exit(WRONG) from down


def password_from(file: Path | None, *others: str) -> str:
    """A new password: the first line of the file, else asked twice without an echo. Raises Invalid for a bad one."""
    if file is None:
        password = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        password = file.read_text("utf-8").partition("\n")[0].rstrip("\r")
    problems = password_problems(password, *others)
    if problems:
        raise Invalid(problems=problems)
    return password


def _sentence(banli: Banli, refusal: Refusal) -> str:
    if refusal.problems:
        return "\n".join(f"{each.pointer.lstrip('/')}: {each.message['en']}" for each in refusal.problems)
    texts = banli.house.texts
    key = next((each for each in (refusal.text_key, f"refusal.{refusal.code}") if texts.has(each)), "refusal.refused")
    return texts.say("en", key, {name: value for name, value in refusal.params.items() if isinstance(value, str | int)})
