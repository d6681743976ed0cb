"""Handlers of the contracts' room: draft, deposit, activate; and the facts that guards ask of a contract."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.bus.deed import Deed
from core.commands.contracts import ActivateContract, AttachCase, DraftContract, RecordDeposit
from core.contracts.tables import contract
from core.engine.access import Actor
from core.engine.forms import check_fields, check_kinds
from core.events.happened import ContractActivated, ContractDrafted, DepositRecorded
from core.kit.errors import AlreadyDecided, Invalid, Problem, Refusal
from core.staff.tables import staff
from core.store.reading import Dated, Lookup
from core.store.sealing import Row


class NumberTaken(Refusal):
    """A contract with this number exists: look it up, or give another number."""

    code, status = "number_taken", 409


def draft_contract(command: DraftContract, deed: Deed) -> int:
    """Returns the contract's id. Raises NotFound for an unknown flow, NumberTaken, Invalid for what no case can use."""
    flow = _flow(command, deed)
    _, compiled = deed.tool("catalogue").latest(deed.uow, flow)
    check_kinds(compiled.flow, [each.kind for each in command.travellers])
    check_fields(deed.tool("tables").filled(deed.uow, compiled.flow), command.fields)
    _check_team(command, deed)
    if deed.uow.first(contract, number=command.number) is not None:
        raise NumberTaken(number=command.number)
    row = deed.uow.add(
        contract,
        client_id=command.client_id,
        number=command.number,
        flow=flow,
        package=command.package,
        amount=command.amount,
        currency=command.currency,
        signed_on=command.signed_on.isoformat(),
        team=dict(command.team),
        travellers=[traveller.model_dump() for traveller in command.travellers],
        fields=dict(command.fields),
    )
    deed.emit(ContractDrafted(contract_id=row["id"], client_id=command.client_id))
    return int(row["id"])


def _flow(command: DraftContract, deed: Deed) -> str:
    """Key of the contract's flow. Raises Invalid unless exactly one of `flow` and `meta` says which."""
    if bool(command.flow) == bool(command.meta):
        words = {"zh-CN": "flow 和 meta 须填其中一个", "en": "give either flow or meta"}
        raise Invalid(problems=[Problem("/flow", "contract.flow", words)])
    return command.flow or str(deed.tool("catalogue").by_meta(deed.uow, command.meta))


def _check_team(command: DraftContract, deed: Deed) -> None:
    """Raises Invalid for a role that nobody knows or a person who is not there: the case could not be opened."""
    problems = []
    for role, person in command.team.items():
        member = deed.uow.peek(staff, person)
        if role not in deed.wiring.policy.roles:
            words = {"zh-CN": f"未知角色 {role}", "en": f"unknown role {role}"}
            problems.append(Problem(f"/team/{role}", "staff.role", words))
        elif member is None or not member["active"]:
            words = {"zh-CN": f"没有编号为 {person} 的在职员工", "en": f"there is no active member of staff {person}"}
            problems.append(Problem(f"/team/{role}", "staff.unknown", words))
    if problems:
        raise Invalid(problems=problems)


def record_deposit(command: RecordDeposit, deed: Deed) -> None:
    """Raises AlreadyDecided when it has been recorded before."""
    row = deed.uow.get(contract, command.contract_id)
    if row["deposit_paid_at"] is not None:
        raise deposited(row)
    deed.uow.change(contract, row["id"], deposit_paid_at=deed.now, deposit_by=_staff(deed))
    deed.emit(DepositRecorded(case_id=row["case_id"], contract_id=row["id"], client_id=row["client_id"]))


def activate_contract(command: ActivateContract, deed: Deed) -> None:
    """The contract takes effect; a case is opened as a consequence. Raises AlreadyDecided, and Invalid where the flow
    does not know an applicant's type any more: no case could be opened."""
    row = deed.uow.get(contract, command.contract_id)
    if row["status"] != "draft":
        raise activated(row)
    _, compiled = deed.tool("catalogue").latest(deed.uow, row["flow"])
    check_kinds(compiled.flow, [each["kind"] for each in row["travellers"]])
    deed.uow.change(contract, row["id"], status="effective", effective_at=deed.now, effective_by=_staff(deed))
    deed.emit(ContractActivated(contract_id=row["id"], client_id=row["client_id"]))


def deposited(row: Row) -> AlreadyDecided:
    """Who recorded the deposit, and when."""
    return AlreadyDecided(reason="deposit", when=row["deposit_paid_at"], **_by(row["deposit_by"]))


def activated(row: Row) -> AlreadyDecided:
    """Who said that the contract takes effect, and when."""
    return AlreadyDecided(reason="effective", when=row["effective_at"], **_by(row["effective_by"]))


def _by(staff_id: int | None) -> dict[str, Any]:
    return {"who_kind": "system"} if staff_id is None else {"who_kind": "staff", "who": staff_id}


def _staff(deed: Deed) -> int | None:
    return deed.actor.id if deed.actor.kind == "staff" else None


def attach_case(command: AttachCase, deed: Deed) -> None:
    """Remember the case; from now on what the contract does is on that case's log and starts its rules."""
    row = deed.uow.change(contract, command.contract_id, case_id=command.case_id)
    deed.emit(ContractActivated(case_id=command.case_id, contract_id=row["id"], client_id=row["client_id"]))


def effective_since(lookup: Lookup, case: Row) -> datetime | None:
    """When the contract of a case took effect; None if it has none, or not yet."""
    row = lookup.peek(contract, case["contract_id"]) if case["contract_id"] is not None else None
    return None if row is None else row["effective_at"]


def facts(lookup: Dated, case: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
    """``contract.*`` of a case."""
    row = lookup.peek(contract, case["contract_id"]) if case["contract_id"] is not None else None
    if row is None:
        return {"contract.effective": False, "contract.deposit_paid": False}
    return {
        "contract.status": row["status"],
        "contract.effective": row["status"] == "effective",
        "contract.deposit_paid": row["deposit_paid_at"] is not None,
    }
