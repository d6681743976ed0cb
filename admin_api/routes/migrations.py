"""Running cases move to another version of their flow: check the map, look at each case, start, follow, undo."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.language import language_of
from admin_api.need import does, may
from admin_api.paging import USUAL, Cursor, Limit, cut, id_after
from admin_api.problem import entries
from admin_api.route import section
from admin_api.schemas.drafts import Mistake
from admin_api.schemas.ids import IdIn
from admin_api.schemas.migrations import (
    CaseOutcomes,
    FlowMigration,
    FlowMove,
    MoveChecked,
    MovePreview,
    checked_of,
    migration_of,
    moved_case_of,
    outcome_of,
)
from admin_api.schemas.model import Created
from core.cases.migration_check import Checked, check_map
from core.catalog.tables import flow_migration
from core.commands.migrating import MigrateFlow, UndoMigration
from core.engine.flow_map import FlowMap
from core.kit.errors import Invalid, NotFound
from core.store.reading import Reader
from core.store.sealing import Row
from core.views.migration import outcomes, preview, status

MIGRATIONS = section("moves of running cases")
MOST_SHOWN = 100  # cases of one page of the preview: each is reckoned anew

Few = Annotated[int, Query(ge=1, le=MOST_SHOWN, description="How many at most.", examples=[20])]


@MIGRATIONS.operation("POST", "/flow-migrations/check", may("flow.publish"), errors=[404], asks=True)
def check_migration(desk: AtDesk, request: Request, body: FlowMove) -> MoveChecked:
    """Everything that is wrong with a map at once, and where the open cases stand; nothing is changed."""
    with desk.look() as reader:
        checked = _checked(desk, reader, body)
    told = entries(checked.problems, language_of(request.headers))
    return checked_of(checked.occupied, [Mistake(line=None, **each) for each in told])


@MIGRATIONS.operation("POST", "/flow-migrations/preview", may("flow.publish"), errors=[404], asks=True)
def preview_migration(desk: AtDesk, body: FlowMove, cursor: Cursor = None, limit: Few = 20) -> MovePreview:
    """What would become of each case; nothing is changed. 422 tells everything that is wrong with the map."""
    with desk.look() as reader:
        checked = _checked(desk, reader, body)
        if checked.problems:
            raise Invalid(problems=checked.problems)
        wiring, now, after = desk.parts.bus.wiring, desk.parts.clock.now(), id_after(cursor)
        found = preview(reader, wiring, checked, _map(body), now, after=after, limit=limit + 1)
    page, following = cut(found, lambda each: (int(each.row["id"]),), limit)
    return MovePreview(cases=[moved_case_of(each) for each in page], next=following)


@MIGRATIONS.operation("POST", "/flow-migrations", does(MigrateFlow), status=201, errors=[404])
def start_migration(desk: AtDesk, body: FlowMove) -> Created:
    """Take the cases over, each in a unit of its own. 422 tells everything that is wrong with the map.

    A client hears of it if what he is to send changes, and only then.
    """
    return Created(id=desk.do(command_of(MigrateFlow, body.model_dump())))


@MIGRATIONS.operation("GET", "/flow-migrations/{batch_id}", may("flow.publish"), errors=[404])
def read_migration(desk: AtDesk, batch_id: IdIn) -> FlowMigration:
    """How far a batch is."""
    with desk.look() as reader:
        return migration_of(status(reader, _batch(reader, batch_id)))


@MIGRATIONS.operation("GET", "/flow-migrations/{batch_id}/cases", may("flow.publish"), errors=[404])
def list_migrated_cases(desk: AtDesk, batch_id: IdIn, cursor: Cursor = None, limit: Limit = USUAL) -> CaseOutcomes:
    """What became of each case of a batch, and why one was refused or not taken back."""
    with desk.look() as reader:
        rows = outcomes(reader, _batch(reader, batch_id)["id"], (), after=id_after(cursor), limit=limit + 1)
    page, following = cut(rows, lambda row: (int(row["id"]),), limit)
    return CaseOutcomes(cases=[outcome_of(row) for row in page], next=following)


@MIGRATIONS.operation("POST", "/flow-migrations/{batch_id}/undo", does(UndoMigration), status=204, errors=[404])
def undo_migration(desk: AtDesk, batch_id: IdIn) -> None:
    """Every case of the batch returns to what it was, but those that have moved on since."""
    desk.do(UndoMigration(batch_id=batch_id))


def _checked(desk: Desk, reader: Reader, body: FlowMove) -> Checked:
    return check_map(reader, desk.parts.catalogue, body.flow, body.to, body.versions, _map(body))


def _map(body: FlowMove) -> FlowMap:
    return FlowMap(stages=body.stages, items=body.items, fields=body.fields)


def _batch(reader: Reader, batch_id: int) -> Row:
    row = reader.peek(flow_migration, batch_id)
    if row is None:
        raise NotFound(thing="batch")
    return row
