"""The board: every case that the reader reaches, by stage."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from core.cases.tables import case
from core.cases.team import on_team
from core.catalog.catalogue import Catalogue
from core.engine.access import Actor, Policy, Reach, Subject
from core.engine.flow import Stage
from core.store.reading import Lookup
from core.store.sealing import Row

MAX_ROWS = 500


@dataclass(frozen=True, slots=True)
class Column:
    """One stage of one flow and the cases in it."""

    flow: str
    flow_name: dict[str, str]
    stage: Stage
    cases: tuple[Row, ...]


def reachable_cases(
    lookup: Lookup, actor: Actor, policy: Policy, subject_of: Callable[[Row], Subject], *, state: str = "open"
) -> list[Row]:
    """Cases that the actor may read, newest first: the same question as for one case, asked of every row."""
    reach = policy.rows(actor, "case.read")
    if reach is Reach.NONE:
        return []
    rows = lookup.find(case, *his_alone(actor, reach, state), state=state, order=case.c.id.desc(), limit=MAX_ROWS * 4)
    return [row for row in rows if policy.may(actor, "case.read", subject_of(row))][:MAX_ROWS]


def his_alone(actor: Actor, reach: Reach, state: str) -> list[ColumnElement[bool]]:
    """Where to look for whoever reaches his own open cases only; the policy decides about what is found."""
    return [on_team(actor.works_for)] if actor.kind == "staff" and reach <= Reach.ASSIGNED and state == "open" else []


def board(lookup: Lookup, catalogue: Catalogue, rows: list[Row]) -> list[Column]:
    """The rows grouped by flow and stage, in the flows' order; empty stages are shown too."""
    versions = {row["flow"]: row["flow_version_id"] for row in sorted(rows, key=lambda row: row["id"])}
    columns = []
    for flow_key, version_id in sorted(versions.items()):
        flow = catalogue.compiled(lookup, version_id).flow
        for stage in flow.stages:
            inside = tuple(row for row in rows if row["flow"] == flow_key and row["stage"] == stage.key)
            columns.append(Column(flow_key, dict(flow.name), stage, inside))
    return columns
