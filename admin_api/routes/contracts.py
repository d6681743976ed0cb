"""Contracts: what was sold; one that takes effect opens its case."""

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.entity_tag import of_row
from admin_api.masked import shown
from admin_api.need import does, reaches
from admin_api.route import section
from admin_api.schemas.contracts import Contract, NewContract
from admin_api.schemas.ids import IdIn
from admin_api.schemas.model import Created
from core.commands.contracts import ActivateContract, DraftContract, RecordDeposit
from core.contracts.tables import contract
from core.kit.errors import NotFound

CONTRACTS = section("contracts")
CONTRACT = of_row(contract, "contract_id")


@CONTRACTS.operation("POST", "/contracts", does(DraftContract), status=201, errors=[404, 409])
def draft_contract(desk: AtDesk, body: NewContract) -> Created:
    """Draft a contract with a client."""
    return Created(id=desk.do(command_of(DraftContract, body.model_dump())))


@CONTRACTS.operation(
    "GET", "/contracts/{contract_id}", reaches("contract.read", "contract", "contract_id"), tagged=CONTRACT
)
def read_contract(desk: AtDesk, contract_id: IdIn) -> Contract:
    """A contract, as far as the caller may see it."""
    return _contract(desk, contract_id)


@CONTRACTS.operation("POST", "/contracts/{contract_id}/deposit", does(RecordDeposit), errors=[409], tagged=CONTRACT)
def record_deposit(desk: AtDesk, contract_id: IdIn) -> Contract:
    """Record that the deposit has arrived."""
    desk.do(RecordDeposit(contract_id=contract_id))
    return _contract(desk, contract_id)


@CONTRACTS.operation("POST", "/contracts/{contract_id}/activate", does(ActivateContract), errors=[409], tagged=CONTRACT)
def activate_contract(desk: AtDesk, contract_id: IdIn) -> Contract:
    """Let a contract take effect (已生效): its case opens with a checklist of its own."""
    desk.do(ActivateContract(contract_id=contract_id))
    return _contract(desk, contract_id)


def _contract(desk: Desk, contract_id: int) -> Contract:
    with desk.look() as reader:
        row = reader.peek(contract, contract_id)
    if row is None:
        raise NotFound(thing="contract")
    return Contract(**shown(row, desk.masks("contract")))
