"""A small agency on a Banli of its own: one small flow, three members of staff who may all review, one client."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.loopback.channel import LoopbackChannel
from bot.app import Banli, build
from core.bus.deed import SYSTEM, Cause
from core.commands.cases import OpenCase
from core.commands.command import Command
from core.commands.contracts import Traveller
from core.commands.documents import KeepFile, SubmitDocument
from core.commands.people import AddStaff, BindClientIdentity, BindStaffIdentity, RegisterClient
from core.commands.work import PublishFlow
from core.engine.access import Actor
from core.files.inspection import Inspection
from core.kit.clock import Clock, ManualClock
from core.kit.crypto import generate_key
from core.kit.ids import new_id
from core.kit.settings import Settings
from core.staff.service import actor_of
from core.store.unit import UnitOfWork

FLOW = Path(__file__).parent / "small_flow.yaml"
STAFF = {"复核丙": "reviewer", "顾问甲": "consultant", "文案乙": "copywriter", "主管丁": "supervisor"}
OK = Inspection(size=10, seen="pdf", kind="pdf", pages=1)


def small_banli(url: str, folder: Path, keys: str, clock: Clock) -> Banli:
    """Built, with a loopback channel, not started. What shares a database shares the keys."""
    settings = Settings(database_url=url, files_dir=folder, keys=keys, demo=False)  # type: ignore[arg-type]  # secrets
    banli = build(settings, clock=clock)
    banli.add(LoopbackChannel())
    return banli


@dataclass
class SmallAgency:
    banli: Banli
    staff: dict[str, int] = field(default_factory=dict)  # role -> id
    names: dict[int, str] = field(default_factory=dict)
    client: int = 0

    def do(self, command: Command, actor: Actor = SYSTEM, door: str = "api") -> Any:
        return self.banli.store.run(lambda uow: self.execute(uow, command, actor, door))

    def execute(self, uow: UnitOfWork, command: Command, actor: Actor = SYSTEM, door: str = "api") -> Any:
        return self.banli.bus.execute(uow, command, Cause(actor, door, new_id()))

    def actor(self, role: str) -> Actor:
        found = self.banli.store.run(lambda uow: actor_of(uow, self.staff[role]))
        assert isinstance(found, Actor)
        return found

    def found(self) -> "SmallAgency":
        """Publish the flow, take on the staff and the client, everybody with a chat."""
        self.do(PublishFlow(source=FLOW.read_text("utf-8")))
        for name, role in STAFF.items():
            staff_id = self.staff[role] = self.do(AddStaff(name=name, roles=(role,)))
            self.names[staff_id] = name
            self.do(
                BindStaffIdentity(staff_id=staff_id, channel="loopback", account="test", external_id=f"staff-{role}")
            )
        self.client = self.do(RegisterClient(name="张三"))
        bind = BindClientIdentity(client_id=self.client, channel="loopback", account="test", external_id="client")
        self.do(bind)
        return self

    def case(
        self, uow: UnitOfWork, kinds: Sequence[str] = ("grown_up",), fields: Mapping[str, Any] | None = None
    ) -> int:
        """A new case, opened in this unit."""
        travellers = tuple(Traveller(name=f"旅客{n}", kind=kind) for n, kind in enumerate(kinds))
        command = OpenCase(
            client_id=self.client,
            flow="small_matter",
            travellers=travellers,
            team=self.staff,
            fields=dict(fields or {}),
        )
        return int(self.execute(uow, command))

    def hand_in(self, uow: UnitOfWork, item_id: int, content: str) -> int:
        """A new file for an item. Returns the version's id."""
        keep = KeepFile(
            name=f"{content}.pdf",
            media_type="application/pdf",
            size=10,
            sha256=hashlib.sha256(content.encode()).hexdigest(),
            handle=content,
            client_id=self.client,
            inspection=OK.to_json(),
        )
        file_id = self.execute(uow, keep)
        return int(self.execute(uow, SubmitDocument(item_id=item_id, file_id=file_id)))


@contextmanager
def open_agency(url: str, folder: Path, clock: ManualClock, keys: str | None = None) -> Iterator[SmallAgency]:
    banli = small_banli(url, folder, keys or generate_key(), clock)
    banli.start()
    try:
        yield SmallAgency(banli).found()
    finally:
        banli.stop()
