"""Commands on the bus from the command line: as the system, through the door "cli", with every "no" told in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from bot.app import Banli, build
from bot.cli.configured import settings_or_exit
from bot.cli.serving import owned
from core.bus.deed import SYSTEM, Cause
from core.commands.command import Command
from core.kit.errors import Invalid, NotFound
from core.kit.ids import new_id
from core.staff.logins import member_of_login
from core.staff.passwords import password_problems
from core.staff.tables import staff
from core.store.sealing import Row
from core.store.unit import UnitOfWork


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
    """Open the installation of the settings. Raises what the root tells."""
    settings = settings_or_exit()
    with owned(settings):
        banli = build(settings)
        banli.start()
        try:
            yield Counter(banli)
        finally:
            banli.stop()


def password_from(file: Path | None, *others: str) -> str:
    """A new password: the first line of the file, else asked twice without an echo. Raises Invalid for a bad one."""
    if file is None:
        password = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    else:
        password = file.read_text("utf-8").partition("\n")[0].rstrip("\r")
    problems = password_problems(password, *others)
    if problems:
        raise Invalid(problems=problems)
    return password
