"""Flow files as the commands of `banli flow` look at them: what is wrong with each, and how it is told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import typer

from bot.app import Banli
from bot.cli.names import Names
from bot.cli.problems import WRONG, WrongInput
from bot.cli.sentences import refused
from bot.cli.terminal import err, out
from bot.texts.catalogue import built_in
from core.bus.deed import SYSTEM, Cause
from core.catalog.calendars import unknown_calendar
from core.catalog.service import look_over
from core.commands.work import PublishFlow
from core.engine.flow import Flow, read_flow
from core.engine.flow_diff import Change
from core.engine.lint import Examined
from core.engine.lint_children import Flows, children_first, foreign_problems
from core.engine.lint_hooks import hook_problems, hooks_of
from core.engine.lint_rules import department_problems
from core.engine.lint_tables import table_problems
from core.engine.office_table_csv import read_table
from core.kit.errors import Invalid, Problem, Refusal
from core.kit.ids import new_id


def examined(source: bytes, names: Names, file: Path | None = None) -> Examined:
    """Everything that is wrong with a flow, as its YAML. ``file``: where it stands; its tables of the office are the
    agency's, and where nobody knows those, the folder ``tables`` beside it."""
    found = look_over(source, frozenset(names.roles), built_in())
    unknown = [] if found.flow is None else unknown_calendar(found.flow.calendar, names.calendars)
    if found.flow is not None and names.departments is not None:
        unknown += department_problems(found.flow, names.departments)
    if found.flow is not None and names.hooks is not None:
        unknown += hook_problems(found.flow, names.hooks)
    if found.flow is not None and found.flow.tables:
        unknown += _table_problems(found.flow, names, file)
    if found.flow is not None and names.flows is not None:
        unknown += foreign_problems(found.flow, _other_flows(names.flows))
    return replace(found, flow=None, problems=tuple(unknown)) if unknown else found


def _table_problems(flow: Flow, names: Names, file: Path | None) -> list[Problem]:
    if names.tables is not None:
        return table_problems(flow, names.tables)
    folder = None if file is None else file.parent / "tables"
    if folder is None or not folder.is_dir():
        return []
    tables, problems = {}, []
    for index, name in enumerate(flow.tables):
        path = folder / f"{name}.csv"
        try:
            tables[name] = read_table(path.read_bytes())
        except FileNotFoundError:
            continue
        except Invalid as invalid:
            at = {"zh-CN": f"{path.name} ", "en": f"{path.name}, "}
            problems += [
                replace(each, pointer=f"/tables/{index}", message={key: at[key] + each.message[key] for key in at})
                for each in invalid.problems
            ]
    return problems or table_problems(flow, tables)


def _other_flows(sources: Mapping[str, bytes]) -> Flows:
    def newest(key: str) -> Flow | None:
        """One that this version cannot read any more counts as not there: whoever looks at it is told."""
        try:
            return read_flow(sources[key]) if key in sources else None
        except Invalid:
            return None

    return newest


def with_files(names: Names, files: Iterable[Path]) -> Names:
    """Files that are looked at together know of each other: they are published together, children first."""
    if names.flows is None:
        return names
    there = dict(names.flows)
    for path in files:
        with suppress(Invalid, OSError):
            flow = read_flow(source := path.read_bytes())
            there[flow.key] = source
    return replace(names, flows=there)


def published(files: Sequence[Path], banli: Banli) -> dict[Path, str]:
    """Publish each file in a house that is started. Why one was refused, empty for one that is published now."""
    outcomes = {}
    with banli.reading.open() as reader:
        banli.house.policy.catch_up(reader, banli.clock.now())
    for path in children_first(files, _flow_of):
        command = PublishFlow(source=path.read_bytes().decode())  # as text its line ends would be made others
        try:
            banli.store.run(partial(banli.bus.execute, command=command, cause=Cause(SYSTEM, "cli", new_id())))
            outcomes[path] = ""
        except Refusal as refusal:
            outcomes[path] = refused(refusal)
    return outcomes


def _flow_of(path: Path) -> Flow | None:
    with suppress(Invalid, OSError):
        return read_flow(path.read_bytes())
    return None


def files_in(sources: Iterable[Path]) -> list[Path]:
    """The files themselves, and of a folder every `v<number>.yaml` below it, by folder and number.

    Raises WrongInput for a folder without any. A file that is not there is named all the same: whoever reads it tells.
    """
    found: list[Path] = []
    for source in sources:
        below = [each for each in source.rglob("v*.yaml") if each.stem[1:].isdecimal()] if source.is_dir() else [source]
        if not below:
            raise WrongInput(f"{source}: there is no flow file below it; they are called v1.yaml, v2.yaml and so on.")
        found += sorted(below, key=lambda each: (each.parent, int(each.stem[1:]))) if source.is_dir() else below
    return list(dict.fromkeys(found))


def hints(found: Mapping[Path, Examined], names: Names) -> Iterator[str]:
    """What nobody could look at here: a flow that calls webhooks needs an operator who lists them."""
    for path, told in found.items():
        called = sorted(hooks_of(told.flow)) if told.flow is not None and names.hooks is None else []
        if called:
            yield f"{path} calls webhooks that the settings must list before it can be published: {', '.join(called)}."


@contextmanager
def never_two() -> Iterator[None]:
    """What is expected to go wrong ends with 1: with 2 a script would believe that there is something to do."""
    from bot.cli.sentences import told  # only now: see there

    try:
        yield
    except Exception as problem:
        found = told(problem)
        if found is None:
            raise
        err.print(found[0], markup=False)
        raise typer.Exit(WRONG) from problem


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
