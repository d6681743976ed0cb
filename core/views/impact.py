"""What publishing a flow would mean: what it changes against the newest version, and which cases stay on which.

Nothing is written. Every question is counted by the database over open cases of one flow, by their indexes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Select, Table, func, select
from sqlalchemy import case as either

from core.cases.tables import case
from core.catalog.catalogue import Catalogue
from core.catalog.tables import flow_version
from core.engine.flow import Flow
from core.engine.param_changes import ParamChange, param_changes
from core.engine.text import Words
from core.ledger.tables import in_state, timer
from core.store.reading import Reader
from core.tasks.tables import task

PARTS = ("stages", "transitions", "fields", "items", "groups", "rules")
MOST_VERSIONS: Final = 200  # newest published versions of the flow that are told
MOST_COMPARED: Final = 20  # versions with open cases whose rules are compared, newest first
MOST_STAGES: Final = 500  # occupied stages that are told, the fullest first
MOST_RULES: Final = 100  # rules whose tasks and timers are counted, in the order of the versions


@dataclass(frozen=True, slots=True)
class Staying:
    """A published version, and the work that stays on it."""

    version_id: int
    version: int
    open_cases: int
    open_tasks: int


@dataclass(frozen=True, slots=True)
class Occupied:
    """A stage of a published version in which open cases stand. ``gone``: the flow has no such stage; None while the
    flow is not right yet."""

    version_id: int
    version: int
    stage: str
    name: Words
    open_cases: int
    gone: bool | None


@dataclass(frozen=True, slots=True)
class Touched:
    """A rule of a published version that is not in the flow or says something else there, and what it left open."""

    version_id: int
    version: int
    rule: str
    name: Words
    change: Literal["removed", "changed"]
    open_tasks: int
    open_timers: int


@dataclass(frozen=True, slots=True)
class Change:
    """Keys of one part of the flow."""

    part: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """`newest` is the version that cases begin with until now, None for a flow that is new."""

    newest: int | None
    staying: tuple[Staying, ...]  # newest first
    occupied: tuple[Occupied, ...]  # the fullest first
    rules: tuple[Touched, ...]  # those with open tasks or timers
    changes: tuple[Change, ...]
    params: tuple[ParamChange, ...] = ()  # against the newest version


def impact(reader: Reader, catalogue: Catalogue, key: str, flow: Flow | None, source: bytes) -> Impact:
    """`flow` as it would be published, and what it was read from; None where it is not right yet: then its changes are
    not known."""
    published = select(flow_version.c.id, flow_version.c.version).where(flow_version.c.flow == key)
    rows = reader.rows(published.order_by(flow_version.c.version.desc()).limit(MOST_VERSIONS))
    versions = {int(row["id"]): int(row["version"]) for row in rows}
    cases = _count(reader, select(case.c.flow_version_id, func.count()).select_from(case), key)
    open_tasks = select(case.c.flow_version_id, func.count()).select_from(case.join(task, task.c.case_id == case.c.id))
    tasks = _count(reader, open_tasks.where(in_state(task, "open")), key)
    staying = tuple(Staying(each, number, cases.get(each, 0), tasks.get(each, 0)) for each, number in versions.items())
    newest = next(iter(versions), None)
    occupied = _occupied(reader, catalogue, key, versions, flow)
    if flow is None:
        return Impact(None if newest is None else versions[newest], staying, occupied, (), ())
    before = None if newest is None else catalogue.compiled(reader, newest).flow
    changes = (_change(part, before, flow) for part in PARTS)
    return Impact(
        None if newest is None else versions[newest],
        staying,
        occupied,
        _touched(reader, catalogue, key, {each: number for each, number in versions.items() if each in cases}, flow),
        tuple(each for each in changes if each.added or each.removed or each.changed),
        () if newest is None or before is None else _params(reader, newest, before, flow, source),
    )


def _params(reader: Reader, newest: int, before: Flow, flow: Flow, source: bytes) -> tuple[ParamChange, ...]:
    row = reader.peek(flow_version, newest)
    return () if row is None else param_changes(before, bytes(row["source"]), flow, source)


def _open_of(key: str) -> tuple[ColumnElement[bool], ...]:
    return case.c.flow == key, in_state(case, "open")


def _count(reader: Reader, question: Select[tuple[Any, int]], key: str) -> dict[int, int]:
    found = question.where(*_open_of(key)).group_by(case.c.flow_version_id)
    return {int(row[0]): int(row[1]) for row in reader.connection.execute(found)}


def _occupied(
    reader: Reader, catalogue: Catalogue, key: str, versions: Mapping[int, int], flow: Flow | None
) -> tuple[Occupied, ...]:
    columns, many = (case.c.flow_version_id, case.c.stage), func.count()
    question = select(*columns, many).where(*_open_of(key)).group_by(*columns)
    rows = reader.connection.execute(question.order_by(many.desc(), *columns).limit(MOST_STAGES))
    there = None if flow is None else {stage.key for stage in flow.stages}
    return tuple(
        Occupied(
            version_id,
            versions[version_id],
            stage,
            dict(catalogue.compiled(reader, version_id).flow.stage(stage).name),
            count,
            None if there is None else stage not in there,
        )
        for version_id, stage, count in rows
        if version_id in versions
    )


def _touched(
    reader: Reader, catalogue: Catalogue, key: str, versions: Mapping[int, int], flow: Flow
) -> tuple[Touched, ...]:
    """Of the versions that cases are on: those rules on which a task or a timer still hangs."""
    new = {rule.key: rule for rule in flow.rules}
    others = [
        (version_id, rule)
        for version_id in list(versions)[:MOST_COMPARED]
        for rule in catalogue.compiled(reader, version_id).flow.rules
        if new.get(rule.key) != rule
    ]
    keys = list(dict.fromkeys(rule.key for _, rule in others))[:MOST_RULES]
    if not keys:
        return ()
    # The keys are given by core.reactions: `<rule>:<case>:...` of a task, `rule:<case>:<rule>:...` of a timer.
    tasks = _by_rule(
        reader, key, task, "open", {each: task.c.key.startswith(f"{each}:", autoescape=True) for each in keys}
    )
    planned = timer.c.key.startswith("rule:")
    timers = _by_rule(
        reader,
        key,
        timer,
        "waiting",
        {each: planned & timer.c.key.contains(f":{each}:", autoescape=True) for each in keys},
    )
    found = (
        Touched(
            version_id,
            versions[version_id],
            rule.key,
            dict(rule.name),
            "changed" if rule.key in new else "removed",
            tasks.get((version_id, rule.key), 0),
            timers.get((version_id, rule.key), 0),
        )
        for version_id, rule in others
    )
    return tuple(each for each in found if each.open_tasks or each.open_timers)


def _by_rule(
    reader: Reader, key: str, table: Table, state: str, whose: Mapping[str, ColumnElement[bool]]
) -> dict[tuple[int, str], int]:
    """How many rows of open cases each rule left behind, by version and rule."""
    rule = either(*((of_it, each) for each, of_it in whose.items()))
    joined = case.join(table, table.c.case_id == case.c.id)
    open_ones = select(case.c.flow_version_id.label("version_id"), rule.label("rule")).select_from(joined)
    rows = open_ones.where(*_open_of(key), in_state(table, state)).subquery()
    columns = rows.c.version_id, rows.c.rule
    counted = select(*columns, func.count()).where(rows.c.rule.is_not(None)).group_by(*columns)
    return {(version_id, found): count for version_id, found, count in reader.connection.execute(counted)}


def _change(part: str, before: Flow | None, after: Flow) -> Change:
    old = {} if before is None else _by_key(getattr(before, part))
    new = _by_key(getattr(after, part))
    return Change(
        part,
        added=tuple(key for key in new if key not in old),
        removed=tuple(key for key in old if key not in new),
        changed=tuple(key for key in new if key in old and new[key] != old[key]),
    )


def _by_key(pieces: Iterable[object]) -> dict[str, object]:
    return {piece.key: piece for piece in pieces}  # type: ignore[attr-defined]  # every piece of a flow has a key
