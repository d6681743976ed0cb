"""A small house that has lived for some days: every case in it was made and moved by the product's own commands.

Its rows are the templates of the loader (benchmarks.growth.template): what is loaded is what could have come about.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.agency import ACCOUNT, Silent, open_with
from benchmarks.clerk import CHANNEL
from bot.app import Banli
from core.bus.deed import SYSTEM, Cause
from core.cases.checklist import items_of
from core.cases.tables import case, document_version
from core.channel.inbound import Address, InboundMessage, Update
from core.channel.outbound import OutboundMessage, Receipt
from core.commands.cases import AdvanceCase
from core.commands.command import Command
from core.commands.contracts import ActivateContract, DraftContract, RecordDeposit, Traveller
from core.commands.documents import KeepFile, ReviewDocument, SubmitDocument
from core.commands.identity import RecordPaperConsent
from core.commands.people import AddDepartment, AddStaff, BindClientIdentity, BindStaffIdentity, RegisterClient
from core.commands.work import PublishFlow
from core.engine.access import Actor
from core.files.inspection import Inspection
from core.kit import migrate
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.ids import new_id
from core.ledger import inbox
from core.store.unit import UnitOfWork

FLOW: Final = Path(__file__).with_name("flow.yaml")
DAYS: Final = 9  # that the house has lived for
FATES: Final = ("idle", "dropped", "handed", "approved", "printed", "sent")  # how far its cases have come
ROUND: Final = timedelta(hours=3)  # between two looks of the loops
HANDED_OVER: Final = {"handed": 1, "approved": 2, "printed": 3, "sent": 4}


@dataclass
class Recording(Silent):
    """Keeps what was shown, by its digest: a loaded copy must show what its card would show."""

    shown: dict[str, str] = field(default_factory=dict)

    async def send(self, to: Address, message: OutboundMessage) -> Receipt:
        self._note(message)
        return await super().send(to, message)

    async def redraw(self, to: Address, external_id: str, message: OutboundMessage) -> None:
        self._note(message)
        await super().redraw(to, external_id, message)

    def _note(self, message: OutboundMessage) -> None:
        said = message.model_dump_json(exclude={"idempotency_key"})
        self.shown[hashlib.sha256(said.encode()).hexdigest()] = said


@dataclass(frozen=True, slots=True)
class Person:
    """A client of the small house: what is written in his rows and differs from client to client."""

    name: str
    chat: str
    phone: str
    email: str
    contract: str
    fate: str

    @property
    def marks(self) -> tuple[str, ...]:
        return (self.name, self.chat, self.phone, self.email, self.contract)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works there: one admin of the house, the lead of a department, and a member who does all of its work."""

    admin: int
    department: int
    lead: int
    member: int


NOBODY: Final = Staff(0, 0, 0, 0)


@dataclass
class Life:
    """The house after its days, and which rows came with whom."""

    url: str
    key: str
    now: datetime
    staff: Staff
    shown: dict[str, str]
    office: list[str] = field(default_factory=list)  # marks of the department's people
    people: list[Person] = field(default_factory=list)
    clients: list[int] = field(default_factory=list)  # ids, as `people`


def live(url: str, folder: Path, now: datetime, days: int = DAYS) -> Life:
    """Let a house live for so long, until `now`, in an empty database."""
    migrate.upgrade(url)
    key, channel = generate_key(), Recording(account=ACCOUNT)
    clock = ManualClock(now - timedelta(days=days))
    banli = open_with(channel, url, folder, key, clock)
    banli.start()
    try:
        return asyncio.run(_live(_Hand(banli, clock), Life(url, key, now, NOBODY, channel.shown), days))
    finally:
        banli.stop()


async def _live(hand: "_Hand", life: Life, days: int) -> Life:
    hand.do(PublishFlow(source=FLOW.read_text("utf-8")))
    staff, now = hand.staffed(), life.now
    life.staff, life.office = staff, ["office-lead", "office-member"]
    for chat in life.office:
        hand.say(chat, "help")
    await hand.rest()
    for day in range(days):
        for fate in FATES:
            number = len(life.people)
            person = Person(f"客户模板{number:03}", f"mould{number:03}", f"1380000{number:04}",
                            f"mould{number:03}@example.com", f"HT-MOULD-{number:03}", fate)  # fmt: skip
            life.people.append(person)
            life.clients.append(hand.comes(person, staff))
        end = min(hand.clock.now() + timedelta(days=1), now)
        while hand.clock.now() < end:
            await hand.rest()
            hand.acts(life, day)
            await hand.rest()
            hand.clock.move_to(min(hand.clock.now() + ROUND, end))
    await hand.rest()
    while await hand.banli.sealer.work_once():
        pass
    return life


class _Hand:
    """Does what people do."""

    def __init__(self, banli: Banli, clock: ManualClock) -> None:
        self.banli = banli
        self.clock = clock
        self._files = iter(range(10**6))

    def do(self, command: Command, actor: Actor = SYSTEM) -> Any:
        cause = Cause(actor, "chat", new_id(), CHANNEL)
        return self.banli.store.run(lambda uow: self.banli.bus.execute(uow, command, cause))

    async def rest(self) -> None:
        """All loops, and looks at the copies, until nothing is left to do."""
        await self.banli.work_until_quiet()
        while await self.banli.reconciler.work_once():
            await self.banli.work_until_quiet()

    def staffed(self) -> Staff:
        admin = int(self.do(AddStaff(name="管理员", roles=("admin",), login="growth-admin")))
        self._bind(admin, "admin")
        department = int(self.do(AddDepartment(name="贺卡部")))
        people = []
        for chat, roles in (("office-lead", ("supervisor",)), ("office-member", ("service", "reviewer"))):
            people.append(int(self.do(AddStaff(name=chat, roles=roles, department_id=department))))
            self._bind(people[-1], chat)
        return Staff(admin, department, *people)

    def _bind(self, staff_id: int, chat: str) -> None:
        self.do(BindStaffIdentity(staff_id=staff_id, channel=CHANNEL, account=ACCOUNT, external_id=chat))

    def comes(self, person: Person, staff: Staff) -> int:
        client = int(self.do(RegisterClient(name=person.name, phone=person.phone, email=person.email)))
        self.do(BindClientIdentity(client_id=client, channel=CHANNEL, account=ACCOUNT, external_id=person.chat))
        self.do(RecordPaperConsent(client_id=client, signed_on=self.clock.now().date()))
        draft = DraftContract(
            client_id=client, flow="greeting_card", number=person.contract, package="标准", amount=8_800,
            signed_on=self.clock.now().date(), travellers=(Traveller(name=person.name, kind="person"),),
            team={"service": staff.member, "reviewer": staff.member}, fields={},
        )  # fmt: skip
        contract = self.do(draft)
        self.do(RecordDeposit(contract_id=contract))
        self.do(ActivateContract(contract_id=contract))
        self.say(person.chat, "进度")
        return client

    def acts(self, life: Life, day: int) -> None:
        """Everybody whose hour has come does the next thing, as far as his fate goes."""
        member = Actor("staff", life.staff.member, roles=frozenset({"service", "reviewer"}))
        for person, client in zip(life.people[day * len(FATES) :], life.clients[day * len(FATES) :], strict=True):
            far = HANDED_OVER.get(person.fate, 0)
            [row] = self._find(case, client_id=client)
            if person.fate == "dropped" and row["state"] == "open":
                self.do(AdvanceCase(case_id=row["id"], trigger="drop"), member)
            version = next(iter(self._find(document_version, case_id=row["id"])), None)
            if far >= 1 and version is None:
                self._hands_in(row["id"], client)
            elif far >= 2 and version is not None and version["status"] == "submitted":
                self.do(ReviewDocument(version_id=version["id"], decision="approved"), member)
            elif far >= 3 and row["stage"] == "collect":
                self.do(AdvanceCase(case_id=row["id"], trigger="print"), member)
            elif far >= 4 and row["stage"] == "printing":
                self.do(AdvanceCase(case_id=row["id"], trigger="send"), member)

    def _hands_in(self, case_id: int, client: int) -> None:
        found = Inspection(size=400_000, seen="jpg", kind="jpg", width=2480, height=3508, sharpness=900.0)
        keep = KeepFile(
            name="photo.jpg", media_type="image/jpeg", size=400_000, handle=f"growth/{client}/photo.jpg",
            sha256=hashlib.sha256(str(client).encode()).hexdigest(), client_id=client, inspection=found.to_json(),
        )  # fmt: skip
        file_id = self.do(keep)
        item = next(row for row in self._items(case_id) if row["key"] == "picture")
        self.do(SubmitDocument(item_id=item["id"], file_id=file_id), Actor(kind="client", id=client))

    def _items(self, case_id: int) -> list[Any]:
        return list(self.banli.store.run(lambda uow: items_of(uow, case_id)))

    def _find(self, table: Any, **equal: Any) -> list[Any]:
        with self.banli.reading.open() as reader:
            return reader.find(table, **equal)

    def say(self, chat: str, words: str) -> None:
        address = Address(channel=CHANNEL, account=ACCOUNT, chat=chat)
        said = InboundMessage(address=address, sender=chat, text=words)
        update = Update(
            channel=CHANNEL, account=ACCOUNT, platform_id=f"{chat}-{next(self._files)}", conversation=address.key,
            raw=said.model_dump_json().encode(),
        )  # fmt: skip

        def append(uow: UnitOfWork) -> None:
            inbox.append(uow, update)

        self.banli.store.run(append)
