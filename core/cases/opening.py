"""Opening a case: number, team, applicants, checklist, first stage."""

from collections.abc import Sequence

from core.bus.deed import Deed
from core.cases.checklist import sync_checklist
from core.cases.computed import compute_again
from core.cases.fields import keep_traveller
from core.cases.numbers import next_number
from core.cases.stages import compiled_of, enter
from core.cases.tables import case
from core.commands.cases import OpenCase
from core.commands.contracts import Traveller
from core.engine.forms import check_fields, check_kinds
from core.engine.machine import CompiledFlow
from core.events.happened import CaseOpened
from core.kit.ids import new_id
from core.staff.tables import staff
from core.store.locks import case_key
from core.store.sealing import Row


def open_case(command: OpenCase, deed: Deed) -> int:
    """Returns the case's id. Raises NotFound for an unknown flow, Invalid for applicants or fields that do not fit.

    1. Pin the newest published version. 2. Make the case with its number. 3. One applicant per traveller.
    4. The computed fields. 5. The checklist from the applicants' types and the fields. 6. Enter the first stage.
    """
    version_id, compiled = deed.tool("catalogue").latest(deed.uow, command.flow)
    row = new_case(command, version_id, compiled, deed)
    begin(row, command.travellers, command.contract_id, deed)
    return int(row["id"])


def new_case(command: OpenCase, version_id: int, compiled: CompiledFlow, deed: Deed) -> Row:
    """The case as such, with its number; nothing follows as yet. Raises as open_case."""
    uow, flow = deed.uow, compiled.flow
    check_kinds(flow, [each.kind for each in command.travellers])
    check_fields(deed.tool("tables").filled(uow, flow), command.fields)
    number, case_id = next_number(uow, flow.kind), new_id()
    if uow.held is not None:
        uow.held = {*uow.held, case_key(case_id)}  # nobody else can know this case before the commit
    return uow.add(
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


def begin(row: Row, travellers: Sequence[Traveller], contract_id: int | None, deed: Deed) -> None:
    """Its people, its fields, its checklist, its first stage. ``contract_id``: of the contract that asked for it."""
    for position, traveller in enumerate(travellers):
        keep_traveller(row, traveller, position, deed)
    opened = CaseOpened(
        case_id=row["id"],
        client_id=row["client_id"],
        flow=row["flow"],
        number=row["number"],
        contract_id=contract_id,
    )
    deed.emit(opened)
    compute_again(row, deed)
    sync_checklist(row, deed)
    enter(row, deed, compiled_of(deed, row), "")


def _department(team: dict[str, int], deed: Deed) -> int | None:
    """The department that answers for the case: the one of the first of its team."""
    for staff_id in team.values():
        found: int | None = deed.uow.get(staff, staff_id)["department_id"]
        return found
    return None
