"""Opening a case: number, team, applicants, checklist, first stage."""

from core.bus.deed import Deed
from core.cases.checklist import sync_checklist
from core.cases.computed import compute_again
from core.cases.fields import keep_traveller
from core.cases.numbers import next_number
from core.cases.stages import enter
from core.cases.tables import case
from core.commands.cases import OpenCase
from core.engine.forms import check_fields, check_kinds
from core.events.happened import CaseOpened
from core.kit.ids import new_id
from core.staff.tables import staff
from core.store.locks import case_key


def open_case(command: OpenCase, deed: Deed) -> int:
    """Returns the case's id. Raises NotFound for an unknown flow, Invalid for applicants or fields that do not fit.

    1. Pin the newest published version. 2. Make the case with its number. 3. One applicant per traveller.
    4. The computed fields. 5. The checklist from the applicants' types and the fields. 6. Enter the first stage.
    """
    uow = deed.uow
    version_id, compiled = deed.tool("catalogue").latest(uow, command.flow)
    flow = compiled.flow
    check_kinds(flow, [each.kind for each in command.travellers])
    check_fields(deed.tool("tables").filled(uow, flow), command.fields)
    number, case_id = next_number(uow, flow.kind), new_id()
    if uow.held is not None:
        uow.held = {*uow.held, case_key(case_id)}  # nobody else can know this case before the commit
    row = uow.add(
        case,
        id=case_id,
        number=number,
        client_id=command.client_id,
        contract_id=command.contract_id,
        flow=flow.key,
        flow_version_id=version_id,
        stage=flow.initial,
        entered_at=deed.now,
        team=dict(command.team),
        department_id=_department(command.team, deed),
        fields=dict(command.fields),
        opened_at=deed.now,
    )
    for position, traveller in enumerate(command.travellers):
        keep_traveller(row, traveller, position, deed)
    opened = CaseOpened(
        case_id=row["id"],
        client_id=command.client_id,
        flow=flow.key,
        number=number,
        contract_id=command.contract_id,
    )
    deed.emit(opened)
    compute_again(row, deed)
    sync_checklist(row, deed)
    enter(row, deed, compiled, "")
    return int(row["id"])


def _department(team: dict[str, int], deed: Deed) -> int | None:
    """The department that answers for the case: the one of the first of its team."""
    for staff_id in team.values():
        found: int | None = deed.uow.get(staff, staff_id)["department_id"]
        return found
    return None
