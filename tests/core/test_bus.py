"""The bus: permission, handler, events, consequences, audit; a refused consequence never undoes the deed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from core.bus.bus import MAX_DEPTH, Bus
from core.bus.deed import SYSTEM, Cause, Deed
from core.bus.wiring import Wiring
from core.commands.command import COMMANDS, Command, from_json, to_json
from core.engine.access import Actor, Policy, Reach, Subject
from core.events.event import EVENTS, Event
from core.events.happened import FollowUpRefused
from core.kit.clock import ManualClock
from core.kit.errors import NotAllowed, NotFound, NotPossibleNow
from core.ledger.tables import audit
from core.store.sealing import Row
from core.store.store import Store
from core.store.unit import UnitOfWork
from core.tasks.tables import task
from tests.core.small_agency import open_agency
from tests.core.stores import NOON, open_store


@pytest.fixture
def own_words() -> Iterator[None]:
    """Commands and events that a test makes are gone afterwards; meanwhile there are no others."""
    commands, events = dict(COMMANDS), dict(EVENTS)
    COMMANDS.clear()
    EVENTS.clear()
    yield
    for known, before in ((COMMANDS, commands), (EVENTS, events)):
        known.clear()
        known.update(before)  # type: ignore[arg-type]  # each its own kind


class Play:
    """A bus with three commands: Write, which emits Written; Refuse; Answer, what follows from Written."""

    def __init__(self, **more: Any) -> None:
        class Written(Event):
            words: str

        class Write(Command):
            permission: ClassVar[str] = "write"
            words: str
            fail: bool = False
            case: int | None = None

        class Own(Command):
            permission: ClassVar[str] = "write"
            about: ClassVar[tuple[str, str] | None] = ("thing", "thing_id")
            thing_id: int

        self.write, self.written, self.own = Write, Written, Own
        self.log: list[str] = []
        self.follow: dict[str, list[Command]] = {}
        self.recorded: list[Event] = []
        grants = {"writer": {"write": Reach.OWN}}
        self.policy = Policy(grants=grants, client={"write": Reach.OWN}, system=frozenset({"write"}))
        values: dict[str, Any] = {
            "policy": self.policy,
            "handlers": {Write: self._handle, Own: lambda command, deed: command.thing_id},
            "reactions": [(Written, self._react)],
            "facts": {},
            "subjects": {"thing": lambda uow, n: None if n > 5 else Subject("thing", n, client_id=n)},
            "case_of": lambda uow, kind, n: None,
            "record": lambda event, deed: self.recorded.append(event),
        }
        self.wiring = Wiring(**{**values, **more})

    def _handle(self, command: Any, deed: Deed) -> str:
        deed.uow.add(task, case_id=1, role="x", title={"en": command.words}, created_at=deed.now)
        if command.fail:
            raise NotPossibleNow(reason="no")
        deed.emit(self.written(words=command.words, case_id=command.case))
        return str(command.words).upper()

    def _react(self, event: Any, deed: Deed) -> Iterator[Command]:
        rows = deed.uow.find(task)
        self.log.append(f"{event.words} of {len(rows)}")
        yield from self.follow.get(event.words, [])


@pytest.fixture
def play(own_words: None) -> Play:
    return Play()


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with open_store(database, ManualClock(NOON)) as opened:
        yield opened


def titles(store: Store) -> list[str]:
    return [row["title"]["en"] for row in store.run(lambda uow: uow.find(task))]


def audited(store: Store) -> list[tuple[str, str, str, str | None]]:
    rows = store.run(lambda uow: uow.find(audit))
    return [(row["actor_kind"], row["door"], row["outcome"], row["code"]) for row in rows]


def execute(store: Store, play: Play, command: Command, actor: Actor = SYSTEM, door: str = "api") -> Any:
    bus = Bus(play.wiring)
    return store.run(lambda uow: bus.execute(uow, command, Cause(actor, door, 77)))


# -- start-up ------------------------------------------------------------------------------------------------------


def test_a_command_without_a_permission_cannot_be_declared(own_words: None) -> None:
    with pytest.raises(TypeError, match="declares no permission"):
        type("Naked", (Command,), {"__module__": __name__})


def test_what_is_not_wired_stops_the_start(own_words: None) -> None:
    for gap, words in (
        ({"handlers": {}}, "Write has no handler"),
        ({"subjects": {}}, "Own is about thing, which nobody can load"),
        ({"policy": Policy(grants={})}, "nobody is granted write"),
    ):
        with pytest.raises(RuntimeError, match=words):
            Bus(Play(**gap).wiring)


def test_a_waiting_command_comes_back_as_it_was(play: Play) -> None:
    command = play.write(words="a")
    assert from_json(to_json(command)) == command
    with pytest.raises(KeyError):
        from_json({"command": "Unknown", "args": {}})


# -- rights ----------------------------------------------------------------------------------------------------------


def test_default_is_no_and_what_is_not_yours_does_not_exist(store: Store, play: Play) -> None:
    mine = play.own(thing_id=3)
    assert execute(store, play, mine, Actor("client", 3)) == 3
    for foreign in (mine, play.own(thing_id=9)):
        with pytest.raises(NotFound):
            execute(store, play, foreign, Actor("client", 4))
    for stranger in (Actor("staff", 1), Actor("staff", 1, frozenset({"reader"}))):
        with pytest.raises(NotAllowed):
            execute(store, play, mine, stranger)


# -- deeds and what follows ------------------------------------------------------------------------------------------


def test_a_refused_consequence_is_recorded_and_the_deed_stands(store: Store, play: Play) -> None:
    write = play.write
    play.follow["deed"] = [
        write(words="refused", fail=True),
        write(words="second"),
    ]
    assert execute(store, play, write(words="deed"), Actor("client", 3), "chat") == "DEED"
    assert titles(store) == ["deed", "second"]
    assert audited(store) == [
        ("client", "chat", "done", None),
        ("system", "rule", "refused", "not_possible_now"),
        ("system", "rule", "done", None),
    ]
    assert {row["correlation"] for row in store.run(lambda uow: uow.find(audit))} == {77}


def test_the_refusal_of_a_consequence_is_written_into_the_case_s_log(store: Store, play: Play) -> None:
    play.follow["deed"] = [play.write(words="refused", fail=True)]
    execute(store, play, play.write(words="deed", case=5))
    refused = FollowUpRefused(case_id=5, command="Write", code="not_possible_now", why="no")
    assert play.recorded == [play.written(words="deed", case_id=5), refused]


def test_a_refused_deed_leaves_only_its_audit(store: Store, play: Play) -> None:
    bus = Bus(play.wiring)
    command = play.write(words="no", fail=True)
    result, refusal = store.run(lambda uow: bus.attempt(uow, command, Cause(Actor("client", 3), "chat", 78)))
    assert (result, type(refusal)) == (None, NotPossibleNow)
    assert titles(store) == []
    assert audited(store) == [("client", "chat", "refused", "not_possible_now")]
    _, refusal = store.run(lambda uow: bus.attempt(uow, command, Cause(Actor("staff", 3), "chat", 79)))
    assert isinstance(refusal, NotAllowed)
    assert audited(store)[1] == ("staff", "chat", "refused", "not_allowed")


def test_consequences_that_never_end_are_cut_off_and_recorded(store: Store, play: Play) -> None:
    play.follow["again"] = [play.write(words="again")]
    execute(store, play, play.write(words="again"))
    assert titles(store) == ["again"] * (MAX_DEPTH + 1)
    assert [outcome for *_, outcome, _ in audited(store)].count("refused") == 1
    assert audited(store)[-1][3] == "not_allowed"


def test_events_are_answered_in_the_order_in_which_they_happened(store: Store, play: Play) -> None:
    """What follows from a consequence comes after what follows from the deed's other events."""
    write = play.write
    play.follow["a"] = [write(words="b"), write(words="c")]
    play.follow["b"] = [write(words="d")]
    execute(store, play, write(words="a"))
    assert [entry.split()[0] for entry in play.log] == ["a", "b", "c", "d"]
    assert [event.words for event in play.recorded] == ["a", "b", "c", "d"]  # type: ignore[attr-defined]  # Written


def test_a_crash_of_a_consequence_is_no_refusal(store: Store, play: Play) -> None:
    """The whole unit is taken back, so that it can be tried again; nothing half done is kept."""

    def broken(uow: UnitOfWork, row: int) -> Row:
        raise ZeroDivisionError

    play.follow["deed"] = [play.own(thing_id=1)]
    object.__setattr__(play.wiring, "subjects", {"thing": broken})
    with pytest.raises(ZeroDivisionError):
        execute(store, play, play.write(words="deed"))
    assert titles(store) == []
    assert audited(store) == []


def test_one_correlation_and_one_unit_over_all_consequences(database: str, tmp_path: Path) -> None:
    """In the product: an opened case with its plans, cards and checklist is one correlation in log and audit."""
    with open_agency(database, tmp_path, ManualClock(NOON)) as agency:
        before = agency.banli.store.run(lambda uow: len(uow.find(audit)))
        agency.banli.store.run(agency.case)
        rows = agency.banli.store.run(lambda uow: uow.find(audit))[before:]
        assert {row["command"] for row in rows} >= {"OpenCase", "PlanRules", "Notify"}
        assert len({row["correlation"] for row in rows}) == 1
        assert {row["outcome"] for row in rows} == {"done"}
