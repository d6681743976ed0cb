"""What may be expected to go wrong: each becomes a sentence with its remedy and an exit code, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import typer
from typer.core import TyperGroup

from bot.cli.terminal import err

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
    except Exception as problem:
        if hasattr(problem, "exit_code"):  # the command line's own ways of ending
            raise
        from bot.cli.sentences import told  # only now: see there

        found = told(problem)
        if found is None:
            raise
        sentence, code = found
        err.print(sentence, markup=False)
        raise typer.Exit(code) from problem
