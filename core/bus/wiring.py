"""The shape of the wiring: which room handles which command, reacts to which event, knows which facts."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.commands.command import COMMANDS, Command
from core.engine.access import Actor, Policy, Subject
from core.events.event import Event
from core.store.reading import Dated
from core.store.sealing import Row
from core.store.unit import UnitOfWork

# The second argument is the Deed (core.bus.deed), which knows the wiring; naming it here would close a circle.
Handler = Callable[[Any, Any], Any]
Reaction = Callable[[Any, Any], Iterable[Command]]
FactSource = Callable[[Dated, Row, frozenset[str], Actor], Mapping[str, object]]
SubjectSource = Callable[[UnitOfWork, int], Subject | None]
Recorder = Callable[[Event, Any], None]


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the hall puts together. `everything_is_wired` runs at start-up."""

    policy: Policy
    handlers: Mapping[type[Command], Handler]
    reactions: Sequence[tuple[type[Event], Reaction]]
    facts: Mapping[str, FactSource]  # name prefix -> loader, e.g. "contract"
    subjects: Mapping[str, SubjectSource]  # kind -> loader
    case_of: Callable[[UnitOfWork, str, int], int | None]  # the case that a subject belongs to, for its lock
    record: Recorder
    tools: Mapping[str, Any] = field(default_factory=dict)

    def everything_is_wired(self) -> None:
        """Raises RuntimeError for a command without handler, subject source or known permission: default is no."""
        problems = [f"{name} has no handler" for name, kind in COMMANDS.items() if kind not in self.handlers]
        for name, kind in COMMANDS.items():
            if kind.about is not None and kind.about[0] not in self.subjects:
                problems.append(f"{name} is about {kind.about[0]}, which nobody can load")
        used = {kind.permission for kind in COMMANDS.values()}
        policy = self.policy
        granted = {*policy.client, *policy.system, *(name for grants in policy.grants.values() for name in grants)}
        problems += [f"nobody is granted {permission}" for permission in sorted(used - granted)]
        if problems:
            raise RuntimeError("; ".join(problems))


def gathered(
    sources: Mapping[str, FactSource], lookup: Dated, case: Row, names: Collection[str], actor: Actor
) -> dict[str, object]:
    """Those facts about a case and no others; a fact that is empty is left out."""
    wanted: dict[str, set[str]] = {}
    for name in names:
        wanted.setdefault(name.split(".", 1)[0], set()).add(name)
    found: dict[str, object] = {}
    for prefix, of_prefix in wanted.items():
        source = sources.get(prefix)
        if source is not None:
            found.update(source(lookup, case, frozenset(of_prefix), actor))
    return {name: found[name] for name in names if found.get(name) is not None}
