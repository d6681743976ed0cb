"""What follows from a contract: a card for whoever sold it, and a case once it takes effect."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.tables import case
from core.commands.cases import OpenCase
from core.commands.command import Command
from core.commands.contracts import ActivateContract, AttachCase, RecordDeposit, Traveller
from core.commands.work import CreateTask, Notify, RedrawCard
from core.contracts.tables import contract
from core.engine.forms import taken
from core.engine.text import LANGUAGES
from core.events.happened import CaseOpened, ContractActivated, ContractDrafted, DepositRecorded
from core.kit.words import said
from core.ledger.buttons import offer
from core.staff.service import actor_of

_DEPOSIT = said("button.deposit")
_ACTIVATE = said("button.activate")


def offer_activation(event: ContractDrafted, deed: Deed) -> Iterator[Command]:
    """Everybody of the team who may act on the contract gets the card, with the buttons that are his."""
    row = deed.uow.get(contract, event.contract_id)
    steps: list[tuple[Command, dict[str, str], bool]] = [
        (RecordDeposit(contract_id=row["id"]), _DEPOSIT, True),
        (ActivateContract(contract_id=row["id"]), _ACTIVATE, False),
    ]
    for staff_id in dict.fromkeys(row["team"].values()):
        actor = actor_of(deed.uow, staff_id)
        allowed = [each for each in steps if actor is not None and deed.wiring.policy.may(actor, each[0].permission)]
        if not allowed:
            continue
        yield Notify(
            to="staff",
            person_id=staff_id,
            notice="contract",
            subject={"contract": row["id"], "client": row["client_id"]},
            as_=tuple(role for role, person in row["team"].items() if person == staff_id),
            card=f"contract:{row['id']}",
            buttons=tuple(
                offer(step, label, "plain" if keeps else "primary", keeps=keeps) for step, label, keeps in allowed
            ),
        )


def open_its_case(event: ContractActivated, deed: Deed) -> Iterator[Command]:
    """The first of the two events of an activation asks for the case. What was written into the contract for an older
    version of the flow, and this one does not take, stays in the contract."""
    yield RedrawCard(card=f"contract:{event.contract_id}")
    if event.case_id is not None:
        return
    row = deed.uow.get(contract, event.contract_id)
    _, compiled = deed.tool("catalogue").latest(deed.uow, row["flow"])
    yield OpenCase(
        client_id=row["client_id"],
        flow=row["flow"],
        contract_id=row["id"],
        travellers=tuple(Traveller.model_validate(each) for each in row["travellers"]),
        team=row["team"],
        fields=taken(deed.tool("tables").filled(deed.uow, compiled.flow), row["fields"]),
    )


def attach(event: CaseOpened, deed: Deed) -> Iterator[Command]:
    """A case that a contract asked for is told to the contract. Somebody of its team gets a task about what the case
    did not take."""
    if event.case_id is None or event.contract_id is None:
        return
    yield AttachCase(contract_id=event.contract_id, case_id=event.case_id)
    row, there = deed.uow.get(contract, event.contract_id), deed.uow.get(case, event.case_id)["fields"]
    if left := ", ".join(sorted(row["fields"].keys() - there.keys())):
        sayings = deed.tool("sayings")
        title = {language: sayings.say(language, "contract.left", {"fields": left}) for language in LANGUAGES}
        yield CreateTask(case_id=event.case_id, role=next(iter(row["team"]), "supervisor"), title=title)


def redraw(event: DepositRecorded, deed: Deed) -> Iterator[Command]:
    yield RedrawCard(card=f"contract:{event.contract_id}")
