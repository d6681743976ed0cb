"""Child cases: which a case has, and opening one."""

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.names import names_of
from admin_api.need import does, reaches
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.routes.cases import CASE
from admin_api.schemas.cases import stage_name
from admin_api.schemas.children import Family, NewChild, Opened, Parent, child_of, parent_of
from admin_api.schemas.ids import IdIn
from core.cases.tables import case
from core.commands.children import StartChild
from core.kit.errors import NotFound
from core.store.reading import Reader
from core.store.sealing import Row
from core.views import family
from core.wiring.subjects import of_case

CHILDREN = section("cases")


@CHILDREN.operation("GET", "/cases/{case_id}/children", reaches("case.read", "case", "case_id"))
def read_children(desk: AtDesk, case_id: IdIn, cursor: Cursor = None, limit: Limit = USUAL) -> Family:
    """The child cases of a case, oldest first, with where each of them is; and the case that started this one."""
    with desk.look() as reader:
        row = reader.peek(case, case_id)
        if row is None:
            raise NotFound(thing="case")
        names = names_of(reader, {("client", row["client_id"])}, desk.masks("client"))
        name, now = names.get(("client", row["client_id"]), ""), desk.parts.clock.now()
        there = family.relatives(reader, desk.parts.catalogue, desk.parts.bus.wiring.tools["tables"], row)
        lines = [child_of(each, name, now) for each in there if _may(desk, each.row)]
        page, following = page_of(lines, lambda each: (int(each.id),), cursor, limit)
        parent = _parent(desk, reader, family.parent_of(reader, row))
        return Family(case_id=case_id, parent=parent, children=page, next=following)


@CHILDREN.operation("POST", "/cases/{case_id}/children", does(StartChild), status=201, errors=[409], tagged=CASE)
def start_child(desk: AtDesk, case_id: IdIn, body: NewChild) -> Opened:
    """Open a child case as the flow describes it: one that is there is not opened again.

    409 says why not: the case is closed, there are as many as the flow allows, or the one before is still open.
    """
    return Opened(ids=desk.do(command_of(StartChild, {"case_id": case_id, **body.model_dump()})))


def _parent(desk: Desk, reader: Reader, row: Row | None) -> Parent | None:
    """Where the caller reaches it."""
    if row is None or not _may(desk, row):
        return None
    flow = desk.parts.catalogue.compiled(reader, row["flow_version_id"]).flow
    return parent_of(row, stage_name(flow.stage(row["stage"])))


def _may(desk: Desk, row: Row) -> bool:
    return desk.parts.policy.may(desk.actor, "case.read", of_case(row))
