"""Flow files as the commands of `banli flow` look at them: what is wrong with each, and how it is told."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bot.cli.names import Names
from bot.cli.terminal import out
from bot.texts.catalogue import built_in
from core.catalog.calendars import unknown_calendar
from core.catalog.service import look_over
from core.engine.flow_diff import Change
from core.engine.lint import Examined


def examined(source: bytes, names: Names) -> Examined:
    """Everything that is wrong with a flow, as its YAML."""
    found = look_over(source, frozenset(names.roles), built_in())
    unknown = [] if found.flow is None else unknown_calendar(found.flow.calendar, names.calendars)
    return replace(found, flow=None, problems=tuple(unknown)) if unknown else found


def problems_json(told: Examined) -> list[dict[str, object]]:
    return [
        {"pointer": each.pointer, "code": each.code, "line": told.lines.get(each.pointer), **each.message}
        for each in told.problems
    ]


def changes_json(found: tuple[Change, ...]) -> list[dict[str, Any]]:
    return [asdict(each) for each in found]


def tell_all(found: Mapping[Path, Examined]) -> None:
    """Every file, good or with its problems."""
    for path, told in found.items():
        if not told.problems:
            out.print(f"{path}: good", markup=False)
            continue
        out.print(f"{path}: {len(told.problems)} problem(s)", markup=False)
        tell_problems(told)


def tell_problems(told: Examined) -> None:
    for each in told.problems:
        line = told.lines.get(each.pointer)
        place = f"line {line}" if line else "document"
        out.print(f"  {place} {each.pointer or '/'} [{each.code}]", markup=False)
        out.print(f"      {each.message['en']}", markup=False)
        out.print(f"      {each.message['zh-CN']}", markup=False)


def tell_changes(found: tuple[Change, ...]) -> None:
    for each in found:
        out.print(f"  {each.kind} {each.pointer}", markup=False)
        out.print(f"      {each.words['en']}", markup=False)
        out.print(f"      {each.words['zh-CN']}", markup=False)
