"""One request of one member of staff: what he may do it with, and the two ways on, a command or a look."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Event
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from pydantic import ValidationError
from starlette.requests import Request

from admin_api.entity_tag import Match
from admin_api.once import Once
from admin_api.parts import Parts
from core.bus.deed import Cause
from core.commands.command import Command
from core.engine.access import Actor, Mask, Pii
from core.engine.spec_problems import problems_of
from core.kit.errors import Busy, Invalid, Refusal
from core.kit.fail_points import reach
from core.kit.ids import new_id
from core.kit.log import bound
from core.ledger import audit
from core.store.locks import case_key
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork
from core.wiring.subjects import case_of, of_case

CHANNEL = "api"
SECONDS = 30.0  # how long a request waits for the store before it is told to come again

Kind = TypeVar("Kind", bound=Command)


@dataclass(frozen=True, slots=True)
class Desk:
    """Made by the route once the caller is known and his right to the operation was looked at."""

    parts: Parts
    actor: Actor
    correlation: int  # the same for everything that follows from this request
    session_id: int | None = None  # None: he came with a key
    once: Once | None = None  # the request has a key: it is carried out once, however often it is sent
    match: Match | None = None  # the state that the caller has seen

    @property
    def cause(self) -> Cause:
        return Cause(actor=self.actor, door="api", correlation=self.correlation, channel=CHANNEL)

    def do(self, command: Command) -> Any:
        """Carry out a command. Raises its Refusal, after the refused attempt stands in the audit for good."""
        done, refusal = self.unit(lambda uow: self.parts.bus.attempt(uow, command, self.cause), *_keys(command))
        if refusal is not None:
            raise refusal
        return done

    def unit(self, work: Callable[[UnitOfWork], tuple[Any, Refusal | None]], *keys: str) -> tuple[Any, Refusal | None]:
        """Run a unit that returns its refusal instead of raising it.

        Raises Busy when its turn does not come in time; then it is not carried out later either. Raises Outdated
        when the thing is not in the state that the caller has seen.
        """
        given_up = Event()
        for condition in (self.match, self.once):
            if condition is not None:
                work, keys = condition.around(work), (*keys, *condition.keys())

        def unless_given_up(uow: UnitOfWork) -> tuple[Any, Refusal | None]:
            if given_up.is_set():
                raise Busy
            with bound(request=self.correlation):
                return work(uow)

        try:
            answer: tuple[Any, Refusal | None] = self.parts.store.run(unless_given_up, *keys, timeout=SECONDS)
        except Busy:
            given_up.set()
            raise
        reach("api.done")
        return answer

    def note(self, command: str, subject: str | None, code: str) -> None:
        """Audit an attempt that was refused before it became a command; ``subject`` as in "item:123"."""

        def work(uow: UnitOfWork) -> None:
            audit.note(uow, self.actor, "api", command, correlation=self.correlation, subject=subject, refused=code)

        self.parts.store.run(work, timeout=SECONDS)

    def note_look(self, operation: str, subject: tuple[str, int] | None) -> None:
        """Audit that somebody is shown something; ``operation`` by its id, ``subject`` as kind and id."""

        def work(uow: UnitOfWork) -> None:
            case_id = None if subject is None else case_of(uow, *subject)
            named = None if subject is None else f"{subject[0]}:{subject[1]}"
            audit.note(uow, self.actor, "api", operation, correlation=self.correlation, subject=named, case_id=case_id)

        self.parts.store.run(work, timeout=SECONDS)

    def look(self) -> AbstractContextManager[Reader]:
        """A reader of the committed state."""
        return self.parts.reading.open()

    def reads_case(self, row: Row) -> bool:
        """Whether this member may look at a case."""
        return self.parts.policy.may(self.actor, "case.read", of_case(row))

    def masks(self, kind: str, extra: Mapping[str, Pii] | None = None) -> Mapping[str, Mask]:
        """What this member sees of the fields of such a row."""
        return self.parts.policy.fields(self.actor, kind, extra)


def command_of(kind: type[Kind], values: Mapping[str, Any]) -> Kind:
    """The command from checked values. Raises Invalid where the command is stricter than the form was."""
    try:
        return kind.model_validate(dict(values))
    except ValidationError as error:
        raise Invalid(problems=problems_of(error, dict(values))) from error


def open_desk(parts: Parts, actor: Actor, session_id: int | None = None, request_id: int | None = None) -> Desk:
    """``request_id``: under which the web application knows the request; its log and the audit then name one id."""
    return Desk(parts, actor, request_id or new_id(), session_id)


def _desk_of(request: Request) -> Desk:
    desk: Desk = request.state.desk
    return desk


def _keys(command: Command) -> tuple[str, ...]:
    """The lock that is known from the start; others are discovered on the way."""
    if command.about is not None and command.about[0] == "case":
        return (case_key(getattr(command, command.about[1])),)
    return ()


AtDesk = Annotated[Desk, Depends(_desk_of)]
