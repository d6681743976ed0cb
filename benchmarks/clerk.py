"""Prepares a client: contract, case, two documents that wait for a verdict, two files that wait for an item."""

import hashlib
from dataclasses import dataclass
from typing import Any

from core.bus.bus import Bus
from core.bus.deed import SYSTEM, Cause
from core.cases.checklist import items_of
from core.cases.tables import case
from core.commands.command import Command
from core.commands.contracts import ActivateContract, DraftContract, FieldValue, RecordDeposit, Traveller
from core.commands.documents import KeepFile, SubmitDocument
from core.commands.identity import RecordPaperConsent
from core.commands.people import AddDepartment, AddStaff, BindClientIdentity, BindStaffIdentity, RegisterClient
from core.engine.access import Actor
from core.files.inspection import Inspection
from core.kit.ids import new_id
from core.ledger.tables import button
from core.store.unit import UnitOfWork

CHANNEL = "loopback"
ROLES = ("sales", "consultant", "service", "copywriter", "reviewer", "supervisor", "finance")
HANDED_IN = ("retire", "id_card")  # items without a tick: one press approves them
COMING = ("白底证件照", "户口簿整本")  # items 2 and 4 of the checklist, as the captions of the kept files name them
FIELDS: dict[str, FieldValue] = {
    "residence_province": "shanghai",
    "hukou_province": "shanghai",
    "entry_type": "single",
    "has_old_passport": False,
    "refused_before": False,
    "own_itinerary": False,
}


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A member of staff who answers for a few cases in every role."""

    id: int
    chat: str


@dataclass(frozen=True, slots=True)
class Desk:
    """One client's case and what will be sent about it."""

    chat: str
    reviewer: str  # his chat
    tokens: tuple[str, ...]  # buttons that approve what was handed in
    files: tuple[tuple[int, str], ...]  # kept file, caption


@dataclass(frozen=True, slots=True)
class Clerk:
    """Speaks the commands; every method is the work of one unit."""

    bus: Bus
    account: str

    def department(self, uow: UnitOfWork) -> int:
        return int(self._do(uow, AddDepartment(name="签证部")))

    def reviewer(self, uow: UnitOfWork, number: int, department: int) -> Reviewer:
        chat = f"staff{number}"
        staff_id = int(self._do(uow, AddStaff(name=f"复核{number}", roles=ROLES, department_id=department)))
        self._do(
            uow,
            BindStaffIdentity(staff_id=staff_id, channel=CHANNEL, account=self.account, external_id=chat),
        )
        return Reviewer(staff_id, chat)

    def desk(self, uow: UnitOfWork, number: int, client_id: int, reviewer: Reviewer) -> Desk:
        """A case that collects documents, as far as the traffic needs it."""
        contract_id = self._do(
            uow,
            DraftContract(
                client_id=client_id,
                flow="visa_jp_tourist",
                number=f"HT-{number:06}",
                package="标准",
                amount=128_000,
                signed_on=uow.now.date(),
                travellers=(Traveller(name=f"客户{number}", kind="retired"),),
                team=dict.fromkeys(ROLES, reviewer.id),
                fields=FIELDS,
            ),
        )
        self._do(uow, RecordDeposit(contract_id=contract_id))
        self._do(uow, ActivateContract(contract_id=contract_id))
        row = uow.find(case, case.c.contract_id == contract_id)[0]
        items = {each["key"]: each["id"] for each in items_of(uow, row["id"])}
        for key in HANDED_IN:
            command = SubmitDocument(item_id=items[key], file_id=self._file(uow, client_id, f"{key}.jpg"))
            self._do(uow, command, Actor(kind="client", id=client_id))
        files = tuple((self._file(uow, client_id, f"{words}.jpg"), words) for words in COMING)
        return Desk(_chat(number), reviewer.chat, self._tokens(uow, row["id"]), files)

    def client(self, uow: UnitOfWork, number: int) -> int:
        """A client and his chat. Returns his id."""
        register = RegisterClient(name=f"客户{number}", phone=f"138{number:08}", email=f"c{number}@example.com")
        client_id = int(self._do(uow, register))
        bind = BindClientIdentity(client_id=client_id, channel=CHANNEL, account=self.account, external_id=_chat(number))
        self._do(uow, bind)
        self._do(uow, RecordPaperConsent(client_id=client_id, signed_on=uow.now.date()))
        return client_id

    def _file(self, uow: UnitOfWork, client_id: int, name: str) -> int:
        found = Inspection(size=400_000, seen="jpg", kind="jpg", width=2480, height=3508, sharpness=900.0)
        keep = KeepFile(
            name=name,
            media_type="image/jpeg",
            size=400_000,
            sha256=hashlib.sha256(f"{client_id}/{name}".encode()).hexdigest(),
            handle=f"bench/{client_id}/{name}",
            client_id=client_id,
            inspection=found.to_json(),
        )
        return int(self._do(uow, keep))

    def _tokens(self, uow: UnitOfWork, case_id: int) -> tuple[str, ...]:
        waiting = uow.find(button, button.c.case_id == case_id, button.c.state == "open")
        return tuple(row["token"] for row in waiting if row["command"]["args"].get("decision") == "approved")

    def _do(self, uow: UnitOfWork, command: Command, actor: Actor = SYSTEM) -> Any:
        return self.bus.execute(uow, command, Cause(actor, "chat", new_id(), CHANNEL))


def _chat(number: int) -> str:
    return f"client{number}"
