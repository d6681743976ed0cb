"""Cases as the API writes them: the board, a list, and one case with everything about it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from admin_api.masked import name_under, value_under
from admin_api.paging import Next
from admin_api.schemas.documents import ChecklistItem, FileOut
from admin_api.schemas.handovers import Handover, TimeSpent
from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Moment
from core.cases.pausing import paused_since
from core.engine.access import Mask
from core.engine.flow import Stage
from core.engine.text import Words
from core.store.sealing import Row
from core.views.case_view import CaseView

FieldOut = str | int | bool | list[str] | list[dict[str, str]] | None


class StageName(Given):
    """A stage of the case's flow."""

    key: str
    name: Words


class CaseLine(Given):
    """A case in a list."""

    id: IdOut
    number: str
    client_id: IdOut
    client_name: str
    flow: str
    stage: StageName
    substate: str | None
    state: str = Field(description="open or closed")
    outcome: str | None
    due: Moment | None
    paused_since: Moment | None = Field(description="Since when the limit stands still; `due` is empty then.")
    overdue: bool
    opened_at: Moment


class CaseList(Given):
    """Cases that the caller reaches, newest first."""

    cases: list[CaseLine]
    next: Next


class Column(Given):
    """One stage of one flow and the cases in it."""

    flow: str
    flow_name: Words
    stage: StageName
    count: int
    cases: list[CaseLine]


class ClientLine(Given):
    """A client without a case; a hidden name is empty."""

    id: IdOut
    name: str


class FoundList(CaseList):
    """What was found, as far as the caller reaches it."""

    clients: list[ClientLine] = Field(description="Clients who have no case; with the first page only, at most 10.")
    unseen: list[str] = Field(description="What the caller may not look by: name, phone.", examples=[["phone"]])


class Board(Given):
    """Every case that the caller reaches, by stage, in the flows' order."""

    columns: list[Column]


class StageMark(Given):
    """A stage as the client sees it."""

    key: str
    name: Words
    state: str = Field(description="done, current or todo")
    since: Moment | None


class Step(Given):
    """A step that the caller's roles may try now; guards are asked when he tries."""

    trigger: str
    label: Words
    to: str


class Member(Given):
    """Who does a role's work on the case."""

    role: str
    id: IdOut
    name: str


class Person(Given):
    """The client or a traveller; a hidden name is empty."""

    id: IdOut
    name: str


class Traveller(Person):
    """One person that the case is for."""

    kind: str


class CaseState(Given):
    """Where a case is after what was done to it."""

    id: IdOut
    number: str
    state: str
    stage: StageName
    substate: str | None
    outcome: str | None
    due: Moment | None
    paused_since: Moment | None = Field(description="Since when the limit stands still; `due` is empty then.")
    done: int = Field(description="Items settled.")
    total: int = Field(description="Items asked for.")
    percent: int
    version: int


class Case(CaseState):
    """One case with everything about it, as far as the reader may see it."""

    flow: str
    flow_version: int
    flow_name: Words
    client: Person
    contract_id: IdOut | None
    department_id: IdOut | None
    overdue: bool
    opened_at: Moment
    closed_at: Moment | None
    stages: list[StageMark]
    steps: list[Step]
    team: list[Member]
    travellers: list[Traveller]
    fields: dict[str, FieldOut]
    computed: list[str] = Field(description="Keys of the fields that follow from the others: nobody can set them.")
    items: list[ChecklistItem]
    handovers: list[Handover] = Field(description="From department to department, oldest first.")
    times: list[TimeSpent] = Field(description="Every stay in a stage with its person and department, oldest first.")
    unplaced: list[FileOut] = Field(description="The client's files that are on no item, for who may read documents.")


def stage_name(stage: Stage) -> StageName:
    return StageName(key=stage.key, name=dict(stage.name))


def line_of(row: Row, stage: Stage, client_name: str, now: datetime) -> CaseLine:
    return CaseLine(
        id=row["id"],
        number=row["number"],
        client_id=row["client_id"],
        client_name=client_name,
        flow=row["flow"],
        stage=stage_name(stage),
        substate=row["substate"],
        state=row["state"],
        outcome=row["outcome"],
        due=row["due"],
        paused_since=paused_since(row),
        overdue=_overdue(row, now),
        opened_at=row["opened_at"],
    )


def state_of(view: CaseView) -> dict[str, Any]:
    """The members of a CaseState."""
    row = view.row
    return {
        "id": row["id"],
        "number": row["number"],
        "state": row["state"],
        "stage": stage_name(view.stage),
        "substate": row["substate"],
        "outcome": row["outcome"],
        "due": row["due"],
        "paused_since": paused_since(row),
        "done": view.completion.done,
        "total": view.completion.total,
        "percent": view.percent,
        "version": row["version"],
    }


def about_case(view: CaseView, client_masks: Mapping[str, Mask], now: datetime) -> dict[str, Any]:
    """The members of a Case that stand in its own row and flow."""
    row, flow = view.row, view.compiled.flow
    return {
        **state_of(view),
        "flow": flow.key,
        "flow_version": flow.version,
        "flow_name": dict(flow.name),
        "client": Person(id=view.client["id"], name=name_under(client_masks, view.client["name"])),
        "contract_id": row["contract_id"],
        "department_id": row["department_id"],
        "overdue": _overdue(row, now),
        "opened_at": row["opened_at"],
        "closed_at": row["closed_at"],
        "stages": [
            StageMark(key=each.stage.key, name=dict(each.stage.name), state=each.state, since=each.since)
            for each in view.stages
        ],
    }


def fields_under(values: Row, masks: Mapping[str, Mask], forms: Mapping[str, str]) -> dict[str, FieldOut]:
    """The case's fields as far as they may be seen; ``forms``: field -> the pattern by which it is masked."""
    return {
        key: value_under(masks[key], value, forms.get(key, ""))
        for key, value in values.items()
        if masks.get(key, Mask.HIDDEN) is not Mask.HIDDEN
    }


def _overdue(row: Row, now: datetime) -> bool:
    return row["state"] == "open" and row["due"] is not None and row["due"] <= now
