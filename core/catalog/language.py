"""The flow language as it stands: the spec with the actions and events that there are, for editors and the page."""

import importlib
import pkgutil
from functools import cache
from inspect import getdoc

import core.actions
import core.events
from core.actions.registry import actions
from core.engine.spec_described import Schema, describe
from core.engine.spec_schema import editors_schema
from core.events.event import rule_events


@cache
def described() -> Schema:
    """The language as plain JSON Schema, from which the reference page is written."""
    for info in pkgutil.iter_modules(core.events.__path__):
        importlib.import_module(f"core.events.{info.name}")
    events = [name for name, each in rule_events().items() if each.__module__.startswith("core.events.")]
    found = actions()
    told = {name: getdoc(importlib.import_module(f"core.actions.{name}")) or "" for name in found}
    return describe({name: action.Args for name, action in found.items()}, events, told)


@cache
def schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a flow file."""
    return editors_schema(described())
