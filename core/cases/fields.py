"""Fields and travellers of a running case: what they say decides what is on the checklist."""

from core.bus.deed import Deed
from core.cases.checklist import sync_checklist
from core.cases.stages import compiled_of
from core.cases.tables import applicant, case
from core.commands.cases import AddTraveller, SetFields
from core.commands.contracts import Traveller
from core.engine.forms import check_fields, check_kinds
from core.events.happened import FieldSet, TravellerAdded
from core.kit.errors import NotPossibleNow
from core.store.sealing import Row


def set_fields(command: SetFields, deed: Deed) -> None:
    """Raises Invalid with every wrong field at once; nothing is kept then."""
    row = _open_case(command.case_id, deed)
    flow = compiled_of(deed, row).flow
    check_fields(flow, command.fields)
    deed.uow.change(case, row["id"], fields={**row["fields"], **command.fields})
    deed.emit(FieldSet(case_id=row["id"], fields=tuple(command.fields)))
    sync_checklist(row, deed)


def add_traveller(command: AddTraveller, deed: Deed) -> int:
    """Returns the applicant's id; his own items join the checklist, shared ones stay single."""
    row = _open_case(command.case_id, deed)
    check_kinds(compiled_of(deed, row).flow, [command.traveller.kind])
    position = len(deed.uow.find(applicant, case_id=row["id"]))
    added = keep_traveller(row, command.traveller, position, deed)
    deed.emit(TravellerAdded(case_id=row["id"], applicant_id=added["id"]))
    sync_checklist(row, deed)
    return int(added["id"])


def keep_traveller(row: Row, traveller: Traveller, position: int, deed: Deed) -> Row:
    return deed.uow.add(applicant, case_id=row["id"], position=position, name=traveller.name, kind=traveller.kind)


def _open_case(case_id: int, deed: Deed) -> Row:
    row = deed.uow.get(case, case_id)
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    return row
