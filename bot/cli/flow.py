"""`banli flow`: what is wrong with a flow, and publishing it."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from bot.app import Banli
from bot.texts.catalogue import built_in
from core.actions.registry import actions
from core.bus.deed import SYSTEM, Cause
from core.commands.work import PublishFlow
from core.engine.lint import Examined, Known, examine
from core.events.event import EVENTS
from core.kit.errors import Refusal
from core.kit.ids import new_id
from core.staff.policy import ROLES


def examined(path: Path) -> Examined:
    """Everything that is wrong with a flow file."""
    known = Known({name: action.Args for name, action in actions().items()}, ROLES, (), EVENTS, built_in())
    return examine(path.read_bytes(), known)


def validate(files: Sequence[Path], out: Console, *, as_json: bool) -> int:
    """Print the problems of every file. Returns how many there are."""
    found = {path: examined(path) for path in files}
    if as_json:
        listed = {
            str(path): [
                {"pointer": each.pointer, "code": each.code, "line": told.lines.get(each.pointer), **each.message}
                for each in told.problems
            ]
            for path, told in found.items()
        }
        out.print_json(json.dumps(listed, ensure_ascii=False))
    else:
        for path, told in found.items():
            _print(path, told, out)
    return sum(len(told.problems) for told in found.values())


def _print(path: Path, told: Examined, out: Console) -> None:
    if not told.problems:
        out.print(f"{path}: good")
        return
    out.print(f"{path}: {len(told.problems)} problem(s)")
    for each in told.problems:
        line = told.lines.get(each.pointer)
        place = f"line {line}" if line else "document"
        out.print(f"  {place} {each.pointer or '/'} [{each.code}]", markup=False)
        out.print(f"      {each.message['en']}", markup=False)
        out.print(f"      {each.message['zh-CN']}", markup=False)


def publish(files: Sequence[Path], banli: Banli, out: Console) -> int:
    """Publish each file. Returns how many were refused."""
    refused = 0
    banli.start()
    try:
        for path in files:
            command = PublishFlow(source=path.read_text("utf-8"))
            cause = Cause(SYSTEM, "cli", new_id())
            try:
                banli.store.run(partial(banli.bus.execute, command=command, cause=cause))
                out.print(f"{path}: published")
            except Refusal as refusal:
                refused += 1
                told = "; ".join(problem.message["en"] for problem in refusal.problems) or str(refusal)
                out.print(f"{path}: refused: {told}", markup=False)
    finally:
        banli.stop()
    return refused
