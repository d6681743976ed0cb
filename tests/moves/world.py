"""A small agency with running cases: made once in a process, copied for every run; and what is done to it."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import make_url

from adapters.loopback.channel import LoopbackChannel, Sent
from core.cases.tables import case, item
from core.channel.inbound import Address, ButtonPress, FileRef, InboundMessage
from core.commands.cases import AdvanceCase, OpenCase, SetFields, SetSubstate
from core.commands.command import Command
from core.commands.contracts import Traveller
from core.commands.documents import WaiveItem
from core.commands.handovers import ProposeHandover
from core.commands.tables import ImportTable
from core.commands.work import PublishFlow
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.errors import Invalid
from core.reactions import migration
from tests.model.host import Host, settings_for
from tests.model.inline import Death
from tests.model.world import CLIENTS, START, hire
from tests.moves.edits import next_version
from tests.moves.flows import KEY, Version, first
from tests.moves.pieces import ROWS, TABLE
from tests.services import schema
from tests.services.databases import Kind, address, create_database, drop_database, server_url

RAM: Final = Path("/dev/shm")
APART: Final = timedelta(seconds=20)  # between two files, so that the second one is no straggler of the first
TEAM: Final = {"consultant": "甲", "copywriter": "乙", "reviewer": "丙", "supervisor": "丙"}
BEGUN: Final[tuple[tuple[tuple[str, ...], dict[str, Any]], ...]] = (
    (("grown_up",), {}),
    (("grown_up", "child"), {"travels_far": True, "amount": 3, "wishes": ["hz", "west"]}),
    (("grown_up",), {"travels_far": True, "leaves": "2026-03-20", "returns": "2026-03-24", "home": "sh"}),
    (("child",), {"travels_far": False}),
)


class Wrong(AssertionError):
    """The product did what it must not do."""


@dataclass
class World:
    """One agency. `versions` by their numbers; `born`: case -> number of the version on which it was opened."""

    host: Host
    people: dict[str, tuple[str, int]]
    versions: dict[int, Version] = field(default_factory=dict)
    born: dict[int, int] = field(default_factory=dict)
    made: int = 1000
    sent: int = 0
    saw: Counter[str] = field(default_factory=Counter)
    died: list[str] = field(default_factory=list)

    @property
    def latest(self) -> Version:
        return self.versions[max(self.versions)]

    def do(self, name: str, who: str, commands: Any) -> tuple[bool | None, Any]:
        """An act by the API (`who` empty: the system), then everybody's work. None: nobody heard whether it was done.
        What is neither done nor refused, but fails, is the caller's exception."""
        done, result, died = self.host.act(commands, self.people[who][1] if who else 0)
        self.saw[f"{name} {'refused' if done is False else 'done'}"] += 1
        self._note(died)
        self.rest()
        return done, result

    def rest(self) -> None:
        self._note(self.host.rest())

    def pass_time(self, span: timedelta) -> None:
        self.host.clock.advance(span)
        self.rest()

    def publish(self, edits: int, seed: int) -> bool:
        """The next version, if it passes; what does not pass must be refused with every problem at a place."""
        draft = next_version(self.latest, len(self.versions) + 1, edits, Random(seed), self.made)
        self.made = draft.made
        done, _ = self.do("publish", "", PublishFlow(source=draft.version.source))
        if done is False:
            refusal = self.host.refusal
            if not isinstance(refusal, Invalid) or not refusal.problems:
                raise Wrong(f"a flow is refused without a problem: {refusal!r}")
            return False
        self.versions[draft.version.number] = draft.version
        self.saw.update(f"edit {name}" for name in draft.done)
        return True

    def open_case(self, number: int) -> None:
        kinds, fields = BEGUN[number % len(BEGUN)]
        client = CLIENTS[number % len(CLIENTS)]
        known = set(self.latest.keys("fields"))
        command = OpenCase(
            client_id=self.people[client][1],
            flow=KEY,
            travellers=tuple(Traveller(name=f"{client}{n}", kind=kind) for n, kind in enumerate(kinds)),
            team={role: self.people[name][1] for role, name in TEAM.items()},
            fields={key: value for key, value in fields.items() if key in known},
        )
        self.do("open", "", command)
        with self.host.looking() as reader:  # whoever opened it may have died before he heard of it
            self.note_births(row["id"] for row in reader.find(case))

    def note_births(self, cases: Iterable[int]) -> None:
        """Those that were not there before are on the newest version: a case that was opened, a child."""
        self.born = {case_id: self.born.get(case_id, max(self.versions)) for case_id in cases}

    # -- what arrives ----------------------------------------------------------------------------------------------

    def deliver(self, who: str, **said: Any) -> None:
        address = Address(channel="loopback", account="test", chat=f"chat-{who}")
        kind = ButtonPress if "token" in said else InboundMessage
        self.sent += 1
        self._note(self.host.deliver(f"u{self.sent}", kind(address=address, sender=address.chat, **said)))
        self.rest()

    def send(self, who: str, case_id: int, item_id: int) -> None:
        """A client's file for one item, by the page that was opened for it."""
        self.host.clock.advance(APART)
        handle = f"f{self.sent}"
        self.host.channel.files[handle] = f"file {self.sent}".encode()
        self.deliver(who, file=FileRef(handle=handle, name="a.jpg"), case_id=case_id, item_id=item_id)

    def _note(self, died: list[str]) -> None:
        self.died += died
        self.saw.update(f"died at {point}" for point in died)


def parts_of(cases: int) -> None:
    """How many cases one step of a batch hands on, so that few cases are several parts."""
    migration.PART = cases  # type: ignore[misc]  # the product never changes it


def _under_way(world: World) -> None:
    """People decide on the first case, the second one stands still, the last one is offered to somebody else."""
    with world.host.looking() as reader:
        cases = [row["id"] for row in reader.find(case, order=case.c.id)]
        asked = [row for row in reader.find(item, required=True) if row["case_id"] in (cases[0], cases[3])]
    steps: list[tuple[str, Command]] = [("丙", WaiveItem(item_id=row["id"], reason="不需要")) for row in asked]
    steps += [
        ("甲", AdvanceCase(case_id=cases[0], trigger="ask")),
        ("甲", SetSubstate(case_id=cases[1], substate="waiting")),
        ("甲", SetFields(case_id=cases[3], fields={"amount": 7})),
        ("甲", ProposeHandover(case_id=cases[3])),
    ]
    for who, command in steps:
        if not world.do("begin", who, command)[0]:
            raise Wrong(repr(world.host.refusal))


@dataclass
class Worlds:
    """The agency as every run begins with it: SQLite in memory, or a database of PostgreSQL of which each run's is a
    copy."""

    kind: Kind = "sqlite"
    _stack: ExitStack = field(default_factory=ExitStack)
    _sent: tuple[Sent, ...] = ()

    def __enter__(self) -> "Worlds":
        folder = tempfile.TemporaryDirectory(prefix="banli-moves-", dir=RAM if RAM.is_dir() else None)
        self.folder, self.key = Path(self._stack.enter_context(folder)), generate_key()
        url = self._url = self._stack.enter_context(self._fresh())
        schema.install(url)
        with Death() as death:
            host = Host(
                settings_for(url, self.folder / "files", self.key), ManualClock(START), LoopbackChannel(), death
            )
            world = World(host, hire(host))
            if not world.do("import", "", ImportTable.of(TABLE, ROWS.encode(), "2026-03-01", "test"))[0]:
                raise Wrong(repr(host.refusal))
            flow = first()
            if not world.do("publish", "", PublishFlow(source=flow.source))[0]:
                raise Wrong(repr(host.refusal))
            world.versions[1] = flow
            for number in range(len(BEGUN)):
                world.open_case(number)
            _under_way(world)
            world.saw.clear()
            host.close()
        self._sent, self._world = tuple(host.channel.sent), world
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def opened(self) -> Iterator[World]:
        """A run's own copy."""
        old = self._world
        with self._copy() as url, Death() as death:
            settings = settings_for(url, self.folder / "files", self.key)
            channel = LoopbackChannel(sent=[replace(each) for each in self._sent])
            host, part = Host(settings, ManualClock(old.host.clock.now()), channel, death), migration.PART
            try:
                yield World(host, old.people, deepcopy(old.versions), dict(old.born), sent=old.sent)
            finally:
                death.over()
                host.close()
                parts_of(part)

    @contextmanager
    def _fresh(self) -> Iterator[str]:
        if self.kind == "sqlite":
            yield f"sqlite:///{self.folder}/banli.db"
            return
        with _database("template0") as url:
            yield url

    @contextmanager
    def _copy(self) -> Iterator[str]:
        if self.kind == "postgres":
            with _database(str(make_url(self._url).database)) as url:
                yield url
            return
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            shutil.copyfile(self.folder / "banli.db", f"{folder}/banli.db")
            yield f"sqlite:///{folder}/banli.db"


@contextmanager
def _database(like: str) -> Iterator[str]:
    """One of PostgreSQL's for a while."""
    server, name = server_url(), f"banli_moves_{uuid4().hex}"
    create_database(server, name, like)
    try:
        yield address(server, name)
    finally:
        drop_database(server, name)
