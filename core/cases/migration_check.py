"""Whether a declared map carries the open cases of a flow: which versions it is about, and where their cases stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, func, select

from core.cases.tables import case
from core.catalog.catalogue import Catalogue
from core.catalog.tables import flow_version
from core.engine.flow_map import FlowMap, Occupied, map_problems
from core.engine.pointer import join
from core.kit.errors import NotFound, Problem
from core.ledger.tables import in_state
from core.store.reading import Lookup
from core.store.sealing import Row


class Counting(Lookup, Protocol):
    """A look-up that can also be asked to count."""

    @property
    def connection(self) -> Connection: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """``sources``: id -> number of the versions that cases come from; pointers of the problems go into the request."""

    target: Row
    sources: dict[int, int]
    occupied: tuple[Occupied, ...]
    problems: tuple[Problem, ...]


def check_map(
    lookup: Counting, catalogue: Catalogue, flow: str, to: int, versions: Sequence[int], declared: FlowMap
) -> Checked:
    """Raises NotFound for a flow or target version that is not published. Without ``versions``: every other version
    on which cases are open."""
    rows = lookup.find(flow_version, flow=flow, order=flow_version.c.version)
    target = next((row for row in rows if row["version"] == to), None)
    if target is None:
        raise NotFound(thing="flow")
    counted = _count(lookup, flow)
    wanted = set(versions) or {row["version"] for row in rows if row["id"] in counted and row["id"] != target["id"]}
    sources = {row["id"]: row["version"] for row in rows if row["version"] in wanted and row["version"] != to}
    occupied = tuple(
        Occupied(number, stage, cases)
        for version_id, number in sources.items()
        for stage, cases in counted.get(version_id, {}).items()
    )
    flows = {number: catalogue.compiled(lookup, version_id).flow for version_id, number in sources.items()}
    problems = [*_versions(versions, to, {row["version"] for row in rows})]
    problems += map_problems(declared, flows, catalogue.compiled(lookup, target["id"]).flow, occupied)
    return Checked(target, sources, occupied, tuple(problems))


def _versions(versions: Sequence[int], to: int, known: set[Any]) -> list[Problem]:
    problems = []
    for position, version in enumerate(versions):
        if version == to:
            words = {
                "zh-CN": f"版本 {to} 就是目标版本，请删去",
                "en": f"version {to} is the target itself: take it out",
            }
            problems.append(Problem(join("", "versions", position), "map.target", words))
        elif version not in known:
            words = {
                "zh-CN": f"没有已发布的版本 {version}",
                "en": f"version {version} is not published: mend the number",
            }
            problems.append(Problem(join("", "versions", position), "map.version", words))
    return problems


def _count(lookup: Counting, flow: str) -> dict[int, dict[str, int]]:
    """Version -> stage -> open cases, the fullest stage first."""
    columns, many = (case.c.flow_version_id, case.c.stage), func.count()
    question = select(*columns, many).where(case.c.flow == flow, in_state(case, "open")).group_by(*columns)
    found: dict[int, dict[str, int]] = {}
    for version_id, stage, cases in lookup.connection.execute(question.order_by(many.desc(), *columns)):
        found.setdefault(version_id, {})[stage] = cases
    return found
