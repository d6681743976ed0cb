"""Finds the actions: every module of this package that has `Args`, `commands` and `EXAMPLE`."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

import core.actions
from core.actions.situation import Situation
from core.commands.command import Command


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its name, its parameters, what it makes of them, and an example that runs."""

    name: str
    Args: type[BaseModel]
    commands: Callable[[Any, Situation], Sequence[Command]]
    example: Mapping[str, Any]


@cache
def actions() -> Mapping[str, Action]:
    """All actions by name, which is the module's name."""
    found = {}
    for info in pkgutil.iter_modules(core.actions.__path__):
        module = importlib.import_module(f"core.actions.{info.name}")
        if hasattr(module, "Args"):
            found[info.name] = Action(info.name, module.Args, module.commands, module.EXAMPLE)
    return found


def commands_of(name: str, args: Mapping[str, Any], situation: Situation) -> Sequence[Command]:
    """What a rule's call means. Raises KeyError for an unknown action, ValidationError for wrong parameters."""
    action = actions()[name]
    return action.commands(action.Args.model_validate(dict(args)), situation)
