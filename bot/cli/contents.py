"""The table of contents: what each command is for is told without importing it; its module is opened when it is meant.

Everything that Banli is made of takes seconds to import. `--help`, a completion and a mistyped name need none of it.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from bot.cli.problems import Sentences


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `module`: of bot.cli, whose `app` has the command `name`, or with `group` all commands below it."""

    name: str
    help: str
    module: str
    group: bool = False


class Later(TyperCommand):
    """Stands in the table for a command that has not been opened yet."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.name, help=entry.help)
        self._entry = entry

    def load(self) -> Any:
        """The command itself, a TyperCommand or TyperGroup."""
        entry = self._entry
        shelf = typer.Typer(add_completion=False)
        module = import_module(f"bot.cli.{entry.module}")
        if entry.group:
            shelf.add_typer(module.app, name=entry.name)
        else:  # its commands stand beside the others
            shelf.add_typer(module.app)
        root = typer.main.get_command(shelf)
        assert isinstance(root, TyperGroup)
        return root.commands[entry.name]


class Contents(Sentences):
    """The root of all commands, with its table in `entries`, in the order in which it is shown."""

    entries: tuple[Entry, ...] = ()

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        self.commands = {entry.name: Later(entry) for entry in self.entries}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Later) else command, rest
