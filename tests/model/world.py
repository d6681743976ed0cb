"""The agency that every run begins with: played once in a process, in product and model, then copied for each run."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from adapters.loopback.channel import LoopbackChannel, Sent
from bot.app import FLOWS
from core.commands.command import Command
from core.commands.identity import RecordPaperConsent
from core.commands.people import AddDepartment, AddStaff, BindClientIdentity, BindStaffIdentity, RegisterClient
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from tests.model.host import Host, settings_for
from tests.model.inline import Death
from tests.model.look import Lens
from tests.model.model import Model
from tests.model.play import Play
from tests.model.probe import PROBE, source

START: Final = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
STAFF: Final = {
    "甲": {"sales", "consultant", "service", "finance"},
    "乙": {"copywriter"},
    "丙": {"reviewer", "supervisor"},
    "丁": {"consultant", "copywriter"},  # works on no case
}
CLIENTS: Final = ("张三", "李四")
JAPAN: Final = "visa_jp_tourist"
JAPAN_FIELDS: Final = {
    "residence_province": "shanghai",
    "hukou_province": "shanghai",
    "has_old_passport": False,
    "refused_before": False,
    "own_itinerary": False,
}
TRAVELLER: Final = {JAPAN: ("retired", JAPAN_FIELDS), PROBE: ("person", {})}


@dataclass(frozen=True)
class Prepared:
    """A database with what the model knows of it."""

    address: str
    folder: Path
    key: str
    model: Model
    lens: Lens
    sent: tuple[Sent, ...]
    people: dict[str, tuple[str, int]]
    play: Play  # as it was: its counters, and what was delivered


def prepare(address: str, folder: Path, *, visas: bool) -> Prepared:
    """Fill a database that has its tables. With visas: one that is being collected, one at the authority, a small case
    and a contract that nobody has activated; else small cases alone, which cost a third."""
    key = generate_key()
    host = Host(settings_for(address, folder / "files", key), ManualClock(START), LoopbackChannel(), Death())
    people = hire(host)
    lens = Lens({each: name for name, each in people.items()})
    play = Play(host, Model(START, {name: set(roles) for name, roles in STAFF.items()}), lens, people)
    play.publish(source(1))
    if visas:
        play.publish((FLOWS / JAPAN / "v1.yaml").read_text("utf-8"))
    flows = (JAPAN, JAPAN, PROBE, PROBE) if visas else (PROBE, PROBE, PROBE)
    for position, flow in enumerate(flows):
        play.draft(CLIENTS[position % 2], flow, *TRAVELLER[flow])
    play.settle()
    for number in range(len(flows) - 1):
        play.deposit(number, "甲")
        play.activate(number, "甲")
    play.settle()
    if visas:
        _collected(play, 0, leave=2)
        _collected(play, 1, leave=0)
        _at_the_authority(play, 1)
    play.seal()
    play.saw.clear()
    host.close()
    return Prepared(address, folder, key, play.model, lens, tuple(host.channel.sent), people, play)


def hire(host: Host) -> dict[str, tuple[str, int]]:
    def do(command: Command) -> int:
        done, result, _ = host.act(command, 0)
        assert done
        return int(result or 0)

    found, department = {}, do(AddDepartment(name="签证部"))
    for name, roles in STAFF.items():
        found[name] = "staff", do(AddStaff(name=name, roles=tuple(sorted(roles)), department_id=department))
        do(BindStaffIdentity(staff_id=found[name][1], channel="loopback", account="test", external_id=f"chat-{name}"))
    for name in CLIENTS:
        client_id = do(RegisterClient(name=name, phone="13800001234", email="c@example.com"))
        found[name] = "client", client_id
        do(BindClientIdentity(client_id=client_id, channel="loopback", account="test", external_id=f"chat-{name}"))
        do(RecordPaperConsent(client_id=client_id, signed_on=host.clock.now().date()))
    return found


def _collected(play: Play, number: int, leave: int) -> None:
    """All documents but so many are sent and approved."""
    case = play.case(number)
    wanted = list(play.model.missing(case))
    for key in wanted[: len(wanted) - leave]:
        play.send(number, key, case.client)
        play.settle()
        play.review(number, key, 0, "approved", "丙")
    play.settle()


def _at_the_authority(play: Play, number: int) -> None:
    for name in ("form_filled", "itinerary_made", "consistency_ok"):
        play.fill(number, {name: True}, "乙")
    play.advance(number, "hand_in", "乙")
    play.advance(number, "confirm_review", "丙")
    play.upload(number, "receipt", "甲")
    play.advance(number, "file", "甲")
    play.settle()


@contextmanager
def fresh_play(prepared: Prepared, address: str, death: Death) -> Iterator[Play]:
    """A run of its own on a database that is a copy of the prepared one."""
    clock = ManualClock(prepared.model.now)
    channel = LoopbackChannel(sent=[replace(each) for each in prepared.sent])
    host = Host(settings_for(address, prepared.folder / "files", prepared.key), clock, channel, death)
    lens = deepcopy(prepared.lens)
    old = prepared.play
    play = Play(host, deepcopy(prepared.model), lens, prepared.people, old.spent, old.serial)
    play.dead, play.delivered = set(old.dead), list(old.delivered)
    channel.files.update(old.host.channel.files)
    try:
        yield play
    finally:
        death.over()
        play.host.close()
