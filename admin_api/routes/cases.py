"""Looking at cases: the board, the list, one case, its timeline."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Literal

from fastapi import Query

from admin_api.case_file import read_file
from admin_api.case_lines import case_lines
from admin_api.desk import AtDesk, Desk
from admin_api.entity_tag import of_row
from admin_api.masked import name_under
from admin_api.need import lists, reaches
from admin_api.paging import MOST as MOST_EVENTS
from admin_api.paging import USUAL, Cursor, Limit, Place, cursor_at, cut, id_before, page_of
from admin_api.route import section
from admin_api.schemas.asked import Words
from admin_api.schemas.cases import Board, Case, CaseList, ClientLine, Column, FoundList, stage_name
from admin_api.schemas.ids import IdIn
from admin_api.schemas.timeline import Timeline
from admin_api.story import tell
from core.cases.tables import case
from core.engine.access import Reach
from core.store.reading import Reader
from core.store.sealing import Row
from core.views.board import board, his_alone, reachable_cases
from core.views.finding import MOST, Search
from core.wiring.subjects import client_subject, of_case

CASES = section("cases")
CASE = of_row(case, "case_id")  # its state has the number of its last event
CHUNK = 200  # cases that are asked for at once

State = Literal["open", "closed"]


@CASES.operation("GET", "/cases", lists("case.read"))
def list_cases(
    desk: AtDesk,
    group_by: Annotated[Literal["stage"] | None, Query()] = None,
    state: State = "open",
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> Board | CaseList:
    """Cases that the caller reaches: a list, or the board.

    With `group_by=stage` every stage of the flows concerned is there, also an empty one. Without it, a page of the
    list, newest first.
    """
    with desk.look() as reader:
        if group_by == "stage":
            return _board(desk, reader, reachable_cases(reader, desk.actor, desk.parts.policy, of_case, state=state))
        rows = list(islice(_reached(desk, reader, state, id_before(cursor)), limit + 1))
        page, following = cut(rows, _newest_first, limit)
        return CaseList(cases=case_lines(desk, reader, page), next=following)


@CASES.operation("GET", "/find", lists("case.read"))
def find(
    desk: AtDesk,
    q: Annotated[
        Words,
        Query(min_length=1, max_length=200, description="A number, name, phone or tag; `tag:` first: tags alone."),
    ],
    cursor: Cursor = None,
    limit: Limit = MOST,
) -> FoundList:
    """Find cases, newest first, and clients without one: only what the caller reaches, by what he may see."""
    with desk.look() as reader:
        search = Search(reader, desk.actor, desk.parts.policy, of_case, client_subject, reader.sealing.vault)
        found = search.find(q, limit=limit, before=id_before(cursor))
        page, following = list(found.cases), cursor_at(_newest_first(found.cases[-1])) if found.more else None
        masks = desk.masks("client")
        return FoundList(
            cases=case_lines(desk, reader, page),
            next=following,
            clients=[ClientLine(id=row["id"], name=name_under(masks, row["name"])) for row in found.clients],
            unseen=list(found.unseen),
        )


@CASES.operation("GET", "/cases/{case_id}", reaches("case.read", "case", "case_id"), tagged=CASE)
def read_case(desk: AtDesk, case_id: IdIn) -> Case:
    """One case: stages, checklist with versions, team, fields, how far it is and what may be done next."""
    with desk.look() as reader:
        return read_file(desk, reader, case_id)


@CASES.operation("GET", "/cases/{case_id}/timeline", reaches("case.read", "case", "case_id"))
def read_timeline(
    desk: AtDesk,
    case_id: IdIn,
    item_id: Annotated[IdIn | None, Query(description="Only what happened to this item.")] = None,
    everything: Annotated[bool, Query(description="Also what the machinery did: rules, notices.")] = False,
    cursor: Cursor = None,
    limit: Limit = MOST_EVENTS,
) -> Timeline:
    """Everything that happened to a case, oldest first: who, when, from what to what, why, through which channel."""
    with desk.look() as reader:
        events = tell(desk, reader, case_id, item_id=item_id, everything=everything)
    page, following = page_of(events, lambda each: (each.seq,), cursor, limit)
    return Timeline(case_id=case_id, events=page, next=following)


def _reached(desk: Desk, reader: Reader, state: State, before: int | None) -> Iterator[Row]:
    """Every case that the caller reaches, newest first, asked for as far as it is read."""
    reach = desk.parts.policy.rows(desk.actor, "case.read")
    if reach is Reach.NONE:
        return
    his = his_alone(desk.actor, reach, state)
    while rows := reader.find(
        case, *his, *([] if before is None else [case.c.id < before]), state=state, order=case.c.id.desc(), limit=CHUNK
    ):
        yield from (row for row in rows if desk.parts.policy.may(desk.actor, "case.read", of_case(row)))
        before = int(rows[-1]["id"])


def _newest_first(row: Row) -> Place:
    return (-int(row["id"]),)


def _board(desk: Desk, reader: Reader, rows: list[Row]) -> Board:
    lines = {line.id: line for line in case_lines(desk, reader, rows)}
    return Board(
        columns=[
            Column(
                flow=column.flow,
                flow_name=column.flow_name,
                stage=stage_name(column.stage),
                count=len(column.cases),
                cases=[lines[row["id"]] for row in column.cases],
            )
            for column in board(reader, desk.parts.catalogue, rows)
        ]
    )
