"""A deed: one command being carried out, with its actor, its cause and the events that it emits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from core.bus.wiring import Wiring, gathered
from core.engine.access import Actor
from core.events.event import Event
from core.kit.errors import Refusal
from core.store.sealing import Row
from core.store.unit import UnitOfWork

SYSTEM = Actor(kind="system", id=0, roles=frozenset({"system"}))


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a command is carried out: who asked, through which door, as a consequence of what."""

    actor: Actor
    door: str  # chat, api, timer, rule, cli
    correlation: int  # the same for everything that follows from one update, press, timer or request
    channel: str = ""
    depth: int = 0

    def follow(self) -> "Cause":
        """The cause of a consequence: the system acts, one step further from the deed."""
        return replace(self, actor=SYSTEM, door="rule", depth=self.depth + 1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a consequence: the events that it emitted, or why it was refused."""

    events: Sequence[Event] = ()
    refusal: Refusal | None = None


@dataclass(slots=True)
class Deed:
    """What a handler or reaction is given. It reads through `uow`, speaks through `emit`, and asks for facts."""

    uow: UnitOfWork
    cause: Cause
    wiring: Wiring
    events: list[Event] = field(default_factory=list)
    came: Outcome = field(default_factory=Outcome)  # of the command that a reaction has yielded last

    @property
    def actor(self) -> Actor:
        return self.cause.actor

    @property
    def now(self) -> datetime:
        return self.uow.now

    def emit(self, event: Event) -> None:
        """Say that something has happened; it is recorded at once, its consequences follow after the handler."""
        self.wiring.record(event, self)
        self.events.append(event)

    def facts(self, case: Row, names: Collection[str], actor: Actor | None = None) -> dict[str, object]:
        """Those facts about a case and no others; a fact that is empty is left out."""
        return gathered(self.wiring.facts, self.uow, case, names, actor or self.actor)

    def tool(self, name: str) -> Any:
        """A part that the hall gave: catalogue, calendars, texts."""
        return self.wiring.tools[name]


def about(case_id: int | None, **more: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of an event that concerns a case."""
    return {"case_id": case_id, **more}
