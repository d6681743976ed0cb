"""What may be expected to go wrong: each becomes a sentence with its remedy and an exit code, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import typer
from sqlalchemy.exc import DBAPIError
from typer.core import TyperGroup

from bot.cli.terminal import err
from core.kit.crypto import MissingKey, Tampered
from core.kit.errors import Refusal
from core.kit.settings_sources import SettingsError

DONE: Final = 0
WRONG: Final = 1
USAGE: Final = 2

EXIT_CODES: Final = (
    "Exit codes: 0 done; 1 the work found something wrong; 2 the command, its settings or its surroundings are wrong "
    "and nothing was done. Sentences about problems go to stderr; with --json, stdout is one JSON document."
)


class CannotServe(Exception):
    """What stands in the way of this command here and now, and the remedy."""


class WrongInput(Exception):
    """What was given to a command cannot be used: each problem with its place."""


class Broken(Exception):
    """What the command looked at is not whole, or the work ended otherwise than it should."""


class Sentences(TyperGroup):
    """The root of all commands: whatever group is added to it, an expected problem never shows a traceback."""

    def invoke(self, ctx: Any) -> Any:
        with expected():
            return super().invoke(ctx)


@contextmanager
def expected() -> Iterator[None]:
    """Turn an expected problem into its sentence and its exit code; anything else is a fault and goes on."""
    try:
        yield
    except (CannotServe, MissingKey, SettingsError, WrongInput) as wrong:
        raise _told(str(wrong), USAGE) from wrong
    except Broken as broken:
        raise _told(str(broken), WRONG) from broken
    except Refusal as refusal:
        raise _told(refused(refusal), WRONG) from refusal
    except DBAPIError as failed:
        raise _told(_database(failed), WRONG) from failed
    except Tampered as tampered:
        raise _told(f"{tampered}. Is this the right key, and the files folder of this database?", WRONG) from tampered
    except OSError as failed:
        raise _told(f"{failed.filename or 'the system'}: {failed.strerror or failed}", WRONG) from failed


def refused(refusal: Refusal) -> str:
    """Why the house said no: its problems in English, else its own words."""
    return "; ".join(problem.message["en"] for problem in refusal.problems) or str(refusal) or refusal.code


def _told(sentence: str, code: int) -> typer.Exit:
    err.print(sentence, markup=False)
    return typer.Exit(code)


def _database(failed: DBAPIError) -> str:
    said = str(failed.orig)[:300].strip()
    if "no such table" in said or "no such column" in said or "does not exist" in said:
        return f"The database has not the tables of this version ({said}). Remedy: banli migrate"
    return f"The database does not answer: {said}\nRemedy: start it, or mend BANLI_DATABASE_URL; banli doctor looks."
