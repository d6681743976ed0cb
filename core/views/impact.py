"""What publishing a flow would mean: what it changes against the newest version, and which cases stay on which."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from core.cases.tables import case
from core.catalog.catalogue import Catalogue
from core.catalog.tables import flow_version
from core.engine.flow import Flow
from core.store.reading import Reader
from core.tasks.tables import task

PARTS = ("stages", "transitions", "fields", "items", "groups", "rules")


@dataclass(frozen=True, slots=True)
class Staying:
    """A published version, and the work that stays on it."""

    version_id: int
    version: int
    open_cases: int
    open_tasks: int


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
    changes: tuple[Change, ...]


def impact(reader: Reader, catalogue: Catalogue, key: str, flow: Flow | None) -> Impact:
    """`flow` as it would be published; None where it is not right yet: then its changes are not known."""
    rows = reader.find(flow_version, flow=key, order=flow_version.c.version.desc())
    cases = _count(reader, select(case.c.flow_version_id, func.count()).select_from(case), key)
    open_tasks = select(case.c.flow_version_id, func.count()).select_from(task.join(case, task.c.case_id == case.c.id))
    tasks = _count(reader, open_tasks.where(task.c.state == "open"), key)
    staying = tuple(
        Staying(row["id"], row["version"], cases.get(row["id"], 0), tasks.get(row["id"], 0)) for row in rows
    )
    if flow is None:
        return Impact(rows[0]["version"] if rows else None, staying, ())
    before = catalogue.compiled(reader, rows[0]["id"]).flow if rows else None
    changes = (_change(part, before, flow) for part in PARTS)
    return Impact(
        rows[0]["version"] if rows else None,
        staying,
        tuple(each for each in changes if each.added or each.removed or each.changed),
    )


def _count(reader: Reader, question: Select[tuple[Any, int]], key: str) -> dict[int, int]:
    found = question.where(case.c.flow == key, case.c.state == "open").group_by(case.c.flow_version_id)
    return {int(row[0]): int(row[1]) for row in reader.connection.execute(found)}


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
