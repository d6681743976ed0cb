"""A case at a glance: where it is, how far, whose turn it is, who cares for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.cases.checklist import completion_of
from core.cases.tables import applicant, case, stage_span
from core.catalog.catalogue import Catalogue
from core.clients.tables import client
from core.engine.checklist import Completion, progress
from core.engine.flow import Stage
from core.engine.machine import CompiledFlow
from core.kit.errors import NotFound
from core.staff.tables import staff
from core.store.reading import Lookup
from core.store.sealing import Row


@dataclass(frozen=True, slots=True)
class StageMark:
    """A stage as the client sees it."""

    stage: Stage
    state: Literal["done", "current", "todo"]
    since: datetime | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """What every card about a case starts from."""

    row: Row
    compiled: CompiledFlow
    client: Row
    shown: Stage  # the stage that the client sees
    stage: Stage  # the stage where it truly is
    stages: tuple[StageMark, ...]
    completion: Completion
    percent: int
    applicants: int  # how many people it is for
    owner: Row | None  # the member of staff who answers for the present stage

    @property
    def substate(self) -> dict[str, str] | None:
        """The sub-status in words, if there is one."""
        found = next((each.name for each in self.stage.substates if each.key == self.row["substate"]), None)
        return None if found is None else dict(found)


def case_view(lookup: Lookup, catalogue: Catalogue, case_id: int) -> CaseView:
    """Raises NotFound."""
    row = lookup.peek(case, case_id)
    if row is None:
        raise NotFound(thing="case", id=case_id)
    compiled = catalogue.compiled(lookup, row["flow_version_id"])
    flow = compiled.flow
    person = lookup.peek(client, row["client_id"])
    if person is None:
        raise NotFound(thing="client", id=row["client_id"])
    state = completion_of(compiled, lookup, row)
    stage = flow.stage(row["stage"])
    owner_id = row["team"].get(stage.owner) or next(iter(row["team"].values()), None)
    return CaseView(
        row=row,
        compiled=compiled,
        client=person,
        shown=flow.shown(row["stage"]),
        stage=stage,
        stages=_marks(lookup, row, compiled),
        completion=state,
        percent=progress(flow.stages, row["stage"], state.done, state.total),
        applicants=len(lookup.find(applicant, case_id=row["id"])),
        owner=None if owner_id is None else lookup.peek(staff, owner_id),
    )


def _marks(lookup: Lookup, row: Row, compiled: CompiledFlow) -> tuple[StageMark, ...]:
    flow = compiled.flow
    current = flow.shown(row["stage"]).key
    order = [stage.key for stage in flow.client_stages]
    here = order.index(current)
    known = {stage.key for stage in flow.stages}  # of spans that another version of the flow calls otherwise: none
    spans = [span for span in lookup.find(stage_span, case_id=row["id"]) if span["stage"] in known]
    since = {flow.shown(span["stage"]).key: span["entered"] for span in spans}
    closed = row["state"] == "closed"
    return tuple(
        StageMark(
            stage,
            "done" if position < here or closed else "current" if position == here else "todo",
            since.get(stage.key) if position <= here else None,
        )
        for position, stage in enumerate(flow.client_stages)
    )


def case_by_number(lookup: Lookup, number: str) -> Row | None:
    return lookup.first(case, number=number.upper())


def cases_of_client(lookup: Lookup, client_id: int) -> list[Row]:
    """Newest first."""
    return lookup.find(case, client_id=client_id, order=case.c.id.desc())
