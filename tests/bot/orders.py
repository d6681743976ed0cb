"""One client sends files, captions and words in a random order, takes back and chooses: where has every file gone?"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from core.bus.deed import SYSTEM, Cause
from core.cases.tables import case, document_file, document_version
from core.channel.inbound import ButtonPress, FileRef, InboundMessage
from core.commands.command import Command
from core.commands.contracts import ActivateContract, DraftContract, RecordDeposit, Traveller
from core.commands.documents import ReviewDocument
from core.commands.identity import RecordPaperConsent
from core.commands.people import AddStaff, BindClientIdentity, BindStaffIdentity, RegisterClient
from core.files.inspection import Inspected, Inspection
from core.files.limits import FileLimits
from core.files.sniff import FileKind
from core.files.tables import file
from core.files.verdicts import OK
from core.kit.ids import new_id
from core.ledger.tables import inbox
from core.store.sealing import Row
from core.store.unit import UnitOfWork
from tests.house import FIELDS, TEAM_ROLES, Person, TestHouse

NAMES = ("IMG_0001", "photo", "scan", "护照", "银行流水", "退休证", "户口簿整本", "身份证正反面", "完税证明", "x" * 90)
CAPTIONS = ("", "", "", "", "护照首页", "流水", "退休证", "户口簿整本", "给您的材料", "身份证正反面", "白底证件照")
WORDS = ("进度", "材料", "1", "3", "5", "99", "撤回", "改 2", "帮助", "什么意思", "上传链接", "切换语言", "undo")
GAPS = (0.2, 0.2, 0.5, 1.0, 4.0, 8.0, 20.0, 40.0)  # seconds between two things
KINDS: tuple[FileKind, ...] = ("jpg", "jpg", "png", "pdf", "pdf", "docx", "heic")
REFUSED = ("damaged", "encrypted", "virus", "too_heavy")


class Glance:
    """Stands in for the child process: the file itself says what would have been found, so that thousands are quick."""

    limits = FileLimits()

    def inspect(self, data: bytes) -> Inspected:
        kind, verdict, words, _ = data.decode().split("|")
        found: Any = kind
        taken = verdict == OK
        return Inspected(Inspection(len(data), kind, verdict, kind=found if taken else None, text=words, pages=1))

    def close(self) -> None:
        """Nothing runs."""


@dataclass
class Order:
    """One client's afternoon; `told` is what a failing test prints."""

    house: TestHouse
    seed: int
    rng: random.Random
    client: Person
    adviser: Person
    case_id: int
    number: str
    sent: list[str] = field(default_factory=list)  # names, each its own
    told: list[str] = field(default_factory=list)

    def act(self) -> None:
        """One thing, or none: so everybody has pauses of his own."""
        choice = self.rng.random()
        if choice < 0.45:
            self.file()
        elif choice < 0.6:
            self.words(self.rng.choice(WORDS))
        elif choice < 0.76:
            self.press()
        elif choice < 0.82:
            self.review()

    def file(self) -> None:
        """Sometimes the very same bytes as before; one in twelve is refused; one in ten is delivered twice."""
        name = f"{self.rng.choice(NAMES)}#{len(self.sent)}.{self.rng.choice(KINDS)}"
        kind = name.rsplit(".", 1)[1]
        verdict = self.rng.choice(REFUSED) if self.rng.random() < 0.08 else OK
        salt = self.rng.randrange(4) if self.rng.random() < 0.1 else f"{self.seed}-{len(self.sent)}"
        words = self.rng.choice(("", "", "", "公民身份号码", "居民户口簿"))
        handle = f"order-{new_id()}"
        self.house.channel.files[handle] = f"{kind}|{verdict}|{words}|{salt}".encode()
        ref = FileRef(handle=handle, name=name)
        caption = self.rng.choice(CAPTIONS)
        self.told.append(f"file {name} {verdict} {caption!r}")
        said = InboundMessage(address=self.client.address, sender=self.client.chat, text=caption, file=ref)
        for _ in range(2 if self.rng.random() < 0.1 else 1):
            self.house.arrives(self.client, said, platform_id=handle)
        self.sent.append(name)

    def words(self, words: str) -> None:
        self.told.append(f"says {words}")
        self.client.says(words)

    def press(self) -> None:
        """Any button that was ever seen: questions, taking back, old and new ones."""
        buttons = [(each, button) for each in self.client.messages[-6:] for button in each.message.card.buttons]
        if not buttons:
            return
        sent, button = self.rng.choice(buttons)
        self.told.append(f"presses {button.label}")
        press = ButtonPress(
            address=self.client.address, sender=self.client.chat, token=button.token, message_id=sent.external_id
        )
        self.house.arrives(self.client, press)

    def review(self) -> None:
        """A reviewer sends back, which opens the item again; who decides too late is told so and nothing happens."""
        with self.house.looking() as reader:
            waiting = reader.find(document_version, case_id=self.case_id, status="submitted")
        if waiting:
            version = self.rng.choice(waiting)
            self.told.append(f"sent back version {version['id']}")
            command = ReviewDocument(version_id=version["id"], decision="rejected", reason="blur")
            bus, cause = self.house.banli.bus, Cause(SYSTEM, "api", new_id())
            self.house.banli.store.run(lambda uow: bus.attempt(uow, command, cause))

    # -- what must hold --------------------------------------------------------------------------------------------

    def faults(self) -> list[str]:
        """Every file exactly once: on one item, known to be the same as one there, refused, or in the list."""
        with self.house.looking() as reader:
            kept = reader.find(file, client_id=self.client.id)
            versions = reader.find(document_version, case_id=self.case_id)
            more = reader.find(document_file, case_id=self.case_id)
            entries = reader.find(inbox, conversation=self.client.address.key)
        items = {row["id"]: row["item_id"] for row in versions}
        places: dict[int, list[int]] = {row["id"]: [] for row in kept}
        for row in versions:
            places[row["file_id"]].append(row["item_id"])
        for row in more:
            places[row["file_id"]].append(items[row["version_id"]])
        contents = {row["sha256"] for row in (*versions, *more)}
        found = [f"{row['name']}: {why}" for row in kept if (why := _fault(row, places[row["id"]], contents))]
        if sorted(row["name"] for row in kept) != sorted(self.sent):
            found.append(f"kept {len(kept)} of {len(self.sent)}")
        found += [f"update {row['id']} is {row['state']}: {row['error']}" for row in entries if row["state"] != "done"]
        return [*found, *self._unseen(kept)]

    def _unseen(self, kept: list[Row]) -> list[str]:
        """What waits to be sorted stands on the client's list and on the staff's card of the case."""
        waiting = [row["name"] for row in kept if row["unplaced"]][:20]
        mine = next(each for each in reversed(self.client.messages) if each.message.card.kind == "checklist")
        theirs = next(each for each in reversed(self.adviser.messages) if each.message.card.kind == "case")
        missing = [f"{name}: the client does not see it" for name in waiting if name not in mine.message.card.text]
        shown = " ".join(value for _, value in theirs.message.card.facts)
        return missing + [f"{name}: staff do not see it" for name in waiting if name not in shown]


def _fault(row: Row, items: list[int], contents: set[str]) -> str:
    if row["inspection"]["verdict"] != OK:
        return "" if not items and not row["unplaced"] else "refused, and yet used"
    if len(items) > 1:
        return f"on {len(items)} places"
    if row["unplaced"]:
        return "" if not items else "on an item and in the list"
    return "" if items or row["sha256"] in contents else "nowhere"


@dataclass
class Crowd:
    """Clients who all send at the same time: what the house does for one costs as much as for all."""

    house: TestHouse
    orders: list[Order]
    rng: random.Random

    def run(self, acts: int) -> None:
        """Nobody waits for an answer: the house comes to rest now and then, in the middle of somebody's burst."""
        for _ in range(acts):
            self.house.clock.advance(timedelta(seconds=self.rng.choice(GAPS)))
            for order in self.orders:
                order.act()
            if self.rng.random() < 0.6:
                self.house.rest()
        self.house.clock.advance(timedelta(minutes=2))
        self.house.rest()

    def look(self) -> None:
        """Everybody asks for his list, and the adviser for every case."""
        for order in self.orders:
            order.client.says("材料")
            order.adviser.says(f"案 {order.number}")
        self.house.rest()

    def faults(self) -> dict[str, list[str]]:
        """What each did, with what became wrong."""
        self.look()
        found = {f"order {each.seed}: {'; '.join(each.told)}": each.faults() for each in self.orders}
        return {told: wrong for told, wrong in found.items() if wrong}


def open_crowd(house: TestHouse, seeds: Sequence[int]) -> Crowd:
    """For each seed a new client with a case that has begun to collect, and an adviser of his own."""
    house.quiet = False
    house.channel.sent.clear()  # it looks through everything that was ever sent
    made = house.banli.store.run(lambda uow: {seed: _contract(uow, house, f"{seed}-{new_id()}") for seed in seeds})

    def begin(uow: UnitOfWork) -> None:
        for _, _, contract_id in made.values():
            _do(uow, house, RecordDeposit(contract_id=contract_id))
            _do(uow, house, ActivateContract(contract_id=contract_id))

    house.banli.store.run(begin)
    house.rest()
    orders = []
    with house.looking() as reader:
        for seed, (client, adviser, _) in made.items():
            row = reader.find(case, client_id=client.id)[0]
            orders.append(Order(house, seed, random.Random(seed), client, adviser, row["id"], row["number"]))
    return Crowd(house, orders, random.Random(seeds[0]))


def _contract(uow: UnitOfWork, house: TestHouse, name: str) -> tuple[Person, Person, int]:
    client = Person(house, _do(uow, house, RegisterClient(name=name)), f"chat-{name}", "client")
    hired = AddStaff(name=f"顾问{name}", roles=TEAM_ROLES)
    adviser = Person(house, _do(uow, house, hired), f"staff-{name}", "staff")
    here = {"channel": "loopback", "account": "test"}
    _do(uow, house, BindClientIdentity(client_id=client.id, external_id=client.chat, **here))
    _do(uow, house, RecordPaperConsent(client_id=client.id, signed_on=uow.now.date()))
    _do(uow, house, BindStaffIdentity(staff_id=adviser.id, external_id=adviser.chat, **here))
    draft = DraftContract(
        client_id=client.id,
        flow="visa_jp_tourist",
        number=f"HT-{name}",
        package="标准",
        amount=1,
        signed_on=uow.now.date(),
        travellers=(Traveller(name=name, kind="retired"),),
        team=dict.fromkeys(TEAM_ROLES, adviser.id),
        fields=FIELDS,
    )
    return client, adviser, _do(uow, house, draft)


def _do(uow: UnitOfWork, house: TestHouse, command: Command) -> int:
    done: int = house.banli.bus.execute(uow, command, Cause(SYSTEM, "api", new_id()))
    return done
