"""The fluent test house: a whole Banli on a real database, a loopback channel, a clock moved by hand, and people."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.loopback.channel import LoopbackChannel, Sent
from bot.app import FLOWS, Banli, build
from bot.cli.story_house import children
from bot.demo.seed import publish_flows
from core.bus.deed import SYSTEM, Cause
from core.channel.inbound import Address, ButtonPress, ContactEvent, FileRef, InboundMessage, Update
from core.commands.command import Command
from core.commands.contracts import DraftContract, Traveller
from core.commands.identity import RecordPaperConsent
from core.commands.people import AddDepartment, AddStaff, BindClientIdentity, BindStaffIdentity, RegisterClient
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.ids import new_id
from core.kit.settings import Limits, Settings
from core.ledger import inbox
from core.store.reading import Reader
from tests.services.databases import Databases, Kind

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
PAUSE = 20.0  # between two files that somebody sends one by one: more than a straggler's
PATIENT = Limits(check_seconds=60)  # a busy machine must not make a good file look too heavy
TEAM_ROLES = ("sales", "consultant", "service", "copywriter", "reviewer", "supervisor")
FIELDS: dict[str, Any] = {
    "residence_province": "shanghai",
    "hukou_province": "shanghai",
    "entry_type": "single",
    "has_old_passport": False,
    "refused_before": False,
    "own_itinerary": False,
}


@dataclass
class Person:
    """Somebody at a chat of the loopback channel."""

    house: "TestHouse"
    id: int
    chat: str
    kind: str
    seen: int = 0

    def says(self, text: str) -> "Person":
        self.house.arrives(self, InboundMessage(address=self.address, sender=self.chat, text=text))
        return self

    def sends(self, name: str, data: bytes, caption: str = "", *, after: float = PAUSE, album: str = "") -> "Person":
        """A file, `after` seconds: less than a straggler's for files of one burst."""
        self.house.clock.advance(timedelta(seconds=after))
        handle = f"f{new_id()}"
        self.house.channel.files[handle] = data
        ref = FileRef(handle=handle, name=name, size=len(data))
        said = InboundMessage(address=self.address, sender=self.chat, text=caption, file=ref, album=album)
        self.house.arrives(self, said)
        return self

    def presses(self, label: str, *, card: str | None = None) -> "Person":
        """Press the newest button with this label; raises AssertionError when there is none."""
        for sent in reversed(self.messages):
            for button in sent.message.card.buttons:
                if label in button.label and (card is None or card in sent.message.card.title + sent.message.card.text):
                    self.house.arrives(
                        self,
                        ButtonPress(
                            address=self.address, sender=self.chat, token=button.token, message_id=sent.external_id
                        ),
                    )
                    return self
        raise AssertionError(f"{self.chat} sees no button {label!r}; last: {self.words[-3:]}")

    def press_token(self, token: str) -> "Person":
        self.house.arrives(self, ButtonPress(address=self.address, sender=self.chat, token=token))
        return self

    def does(self, kind: str) -> "Person":
        """A message that carries neither words nor a file."""
        self.house.arrives(self, InboundMessage(address=self.address, sender=self.chat, other=kind))
        return self

    def enters(self) -> "Person":
        self.house.arrives(self, ContactEvent(address=self.address, sender=self.chat, event="entered"))
        return self

    @property
    def address(self) -> Address:
        return Address(channel="loopback", account="test", chat=self.chat)

    @property
    def messages(self) -> list[Sent]:
        return [each for each in self.house.channel.sent if each.to.chat == self.chat]

    @property
    def words(self) -> list[str]:
        """Every message of this chat as plain text, as it looks now."""
        return [_text(each) for each in self.messages]

    @property
    def last(self) -> str:
        return self.words[-1] if self.words else ""

    def new(self) -> list[str]:
        """What was said since the last call."""
        fresh, self.seen = self.words[self.seen :], len(self.words)
        return fresh

    def button_labels(self) -> list[str]:
        return [button.label for each in self.messages for button in each.message.card.buttons]


@dataclass
class TestHouse:
    """Everything of one agency under test. After every act the loops run until they rest."""

    __test__ = False

    banli: Banli
    clock: ManualClock
    channel: LoopbackChannel
    runner: asyncio.Runner | None = None  # one event loop for the whole test: making one is dear
    people: dict[str, Person] = field(default_factory=dict)
    quiet: bool = True
    _ids: int = 0

    def do(self, command: Command, actor: Any = SYSTEM, door: str = "api") -> Any:
        """Carry out a command in a unit of its own, then let the loops rest."""
        done = self.banli.store.run(lambda uow: self.banli.bus.execute(uow, command, Cause(actor, door, new_id())))
        self.rest()
        return done

    def arrives(self, person: Person, inbound: Any, platform_id: str | None = None) -> None:
        self._ids += 1
        update = Update(
            channel="loopback",
            account="test",
            platform_id=platform_id or f"{person.chat}-{self._ids}",
            conversation=person.address.key,
            raw=inbound.model_dump_json().encode(),
        )
        self.banli.store.run(lambda uow: inbox.append(uow, update))
        if self.quiet:
            self.rest()

    def rest(self) -> None:
        work = self.banli.work_until_quiet()
        asyncio.run(work) if self.runner is None else self.runner.run(work)

    def move_to(self, moment: datetime) -> None:
        self.clock.move_to(moment)
        self.rest()

    @contextmanager
    def looking(self) -> Iterator[Reader]:
        with self.banli.reading.open() as reader:
            yield reader

    # -- people ----------------------------------------------------------------------------------------------------

    def client(self, name: str = "张三", *, consent: bool = True, **more: Any) -> Person:
        """With his consent on paper, unless it is what the test is about."""
        language = more.pop("language", "zh-CN")
        command = RegisterClient(
            name=name, phone=more.pop("phone", "13800001234"), email="c@example.com", language=language
        )
        client_id = self.do(command)
        chat = f"chat-{name}"
        self.do(BindClientIdentity(client_id=client_id, channel="loopback", account="test", external_id=chat))
        if consent:
            self.do(RecordPaperConsent(client_id=client_id, signed_on=self.clock.now().date()))
        return self._person(name, client_id, chat, "client")

    def staff(self, name: str, *roles: str, department: int | None = None, language: str = "zh-CN") -> Person:
        staff_id = self.do(AddStaff(name=name, roles=roles, department_id=department, language=language))  # type: ignore[arg-type]
        chat = f"staff-{name}"
        self.do(BindStaffIdentity(staff_id=staff_id, channel="loopback", account="test", external_id=chat))
        return self._person(name, staff_id, chat, "staff")

    def department(self, name: str = "签证部", parent: int | None = None) -> int:
        return int(self.do(AddDepartment(name=name, parent_id=parent)))

    def _person(self, name: str, person_id: int, chat: str, kind: str) -> Person:
        self.people[name] = Person(self, person_id, chat, kind)
        return self.people[name]

    # -- an agency with a contract ---------------------------------------------------------------------------------

    def agency(self, language: str = "zh-CN", flows: Path | None = FLOWS) -> "TestHouse":
        """Flows of a folder, one department, three members of staff who hold every role, one client."""
        if flows is not None:
            publish_flows(self.banli.store, self.banli.bus, flows)
        department = self.department()
        self.staff("顾问甲", "sales", "consultant", "service", "finance", department=department, language=language)
        self.staff("文案乙", "copywriter", department=department, language=language)
        self.staff("复核丙", "reviewer", "supervisor", department=department, language=language)
        self.client(language=language)
        return self

    @property
    def team(self) -> dict[str, int]:
        consultant, copywriter, reviewer = (self.people[name].id for name in ("顾问甲", "文案乙", "复核丙"))
        return {
            "sales": consultant,
            "consultant": consultant,
            "service": consultant,
            "copywriter": copywriter,
            "reviewer": reviewer,
            "supervisor": reviewer,
        }

    def contract(
        self, kind: str = "retired", flow: str = "visa_jp_tourist", client: str = "张三", **fields: Any
    ) -> int:
        command = DraftContract(
            client_id=self.people[client].id,
            flow=flow,
            number=f"HT-{new_id()}",
            package="标准",
            amount=128_000,
            signed_on=self.clock.now().date(),
            travellers=(Traveller(name=client, kind=kind),),
            team=self.team,
            fields=FIELDS | fields if flow == "visa_jp_tourist" else fields,
        )
        return int(self.do(command))


@contextmanager
def open_house(
    url: str, folder: Path, start: datetime = START, channel: LoopbackChannel | None = None
) -> Iterator[TestHouse]:
    """A house on this database (with tables), its files below `folder`; its people sit at this channel."""
    settings = Settings(
        database_url=SecretStr(url),
        files_dir=folder / "files",
        keys=SecretStr(generate_key()),
        demo=False,
        limits=PATIENT,
    )
    clock = ManualClock(start)
    banli = build(settings, clock=clock, children=children())
    there = channel or LoopbackChannel()
    banli.add(there)
    banli.start()
    try:
        with asyncio.Runner() as runner:
            yield TestHouse(banli, clock, there, runner)
    finally:
        banli.stop()


@contextmanager
def fresh_house(kind: Kind, databases: Databases, folders: pytest.TempPathFactory) -> Iterator[TestHouse]:
    """A house on a database of this kind that nobody else has: for what is made once per file of tests."""
    with databases.fresh(kind) as url, open_house(url, folders.mktemp("house")) as house:
        yield house


def _text(sent: Sent) -> str:
    card = sent.message.card
    facts = [f"{label}: {value}" for label, value in card.facts]
    return "\n".join(part for part in (card.title, card.text, *facts, card.footer) if part)
