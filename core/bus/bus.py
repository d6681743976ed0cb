"""The bus: may this actor do it, handle, events, consequences, audit. The caller's unit commits."""

from collections import deque
from dataclasses import replace
from typing import Any

import structlog

from core.bus.deed import Cause, Deed, Outcome
from core.bus.wiring import Wiring
from core.commands.command import Command
from core.engine.access import Actor, Subject
from core.events.event import Event
from core.events.happened import FollowUpRefused
from core.kit.errors import NotAllowed, NotFound, Refusal
from core.kit.log import bound
from core.ledger import audit
from core.store.locks import case_key
from core.store.unit import UnitOfWork

MAX_DEPTH = 10  # consequences of consequences; further ones are refused and recorded

log = structlog.get_logger(__name__)


class Bus:
    """Carries commands out. Chat, card, clock, rule and API all come this way."""

    def __init__(self, wiring: Wiring) -> None:
        wiring.everything_is_wired()
        self.wiring = wiring
        self._by_event: dict[str, list[Any]] = {}
        for kind, reaction in wiring.reactions:
            self._by_event.setdefault(kind.__name__, []).append(reaction)

    def execute(self, uow: UnitOfWork, command: Command, cause: Cause) -> Any:
        """Carry out one command and its consequences. Raises Refusal; then nothing of it remains.

        1. Load the subject, take its case's lock, ask the policy. 2. Run the handler inside a step. 3. Note the audit.
        4. Its events wait in a queue: each is answered by its reactions before a later one is, so that a reaction sees
        the state that its event speaks of. A follow-up is a step of its own; a refused one is recorded and taken back
        without harm to the deed.
        """
        self.wiring.policy.catch_up(uow, uow.now)
        if uow.cause is None:
            uow.cause = cause.correlation
        result, events, cause = self._carry_out(uow, command, cause)
        queue = deque((event, cause) for event in events)
        while queue:
            event, its_cause = queue.popleft()
            deed = Deed(uow, its_cause, self.wiring)
            for reaction in self._by_event.get(type(event).__name__, ()):
                for follow_up in reaction(event, deed):
                    following = its_cause.follow()
                    deed.came = self._follow(uow, follow_up, following, event.case_id)
                    queue.extend((each, following) for each in deed.came.events)
            queue.extend((each, its_cause.follow()) for each in deed.events)
        return result

    def _carry_out(self, uow: UnitOfWork, command: Command, cause: Cause) -> tuple[Any, list[Event], Cause]:
        """One command without its consequences: its result, its events, and as whom it was done.

        Whoever stands in for a colleague acts for the one whose work it is; what is not that one's either (a step of
        another role, a chat that a third one holds) he tries in his own name, or the other way round.
        """
        case_id, actors = self._permit(uow, command, cause)
        with bound(case=case_id):
            for actor in actors[:-1]:
                try:
                    return self._as(uow, command, replace(cause, actor=actor), case_id)
                except Refusal as refusal:
                    if not refusal.not_yours:
                        raise
            return self._as(uow, command, replace(cause, actor=actors[-1]), case_id)

    def _as(
        self, uow: UnitOfWork, command: Command, cause: Cause, case_id: int | None
    ) -> tuple[Any, list[Event], Cause]:
        deed = Deed(uow, cause, self.wiring)
        with uow.step():
            result = self.wiring.handlers[type(command)](command, deed)
        self._note(uow, command, cause, case_id)
        return result, deed.events, cause

    def attempt(self, uow: UnitOfWork, command: Command, cause: Cause) -> tuple[Any, Refusal | None]:
        """As execute, but a refusal is noted in the audit and returned: for doors whose unit must still commit."""
        try:
            with uow.step():
                return self.execute(uow, command, cause), None
        except Refusal as refusal:
            self.refused(uow, command, cause, refusal)
            return None, refusal

    def refused(self, uow: UnitOfWork, command: Command, cause: Cause, refusal: Refusal) -> None:
        """Note a refused attempt."""
        self._note(uow, command, cause, None, refused=refusal.code)

    def _follow(self, uow: UnitOfWork, command: Command, cause: Cause, case_id: int | None) -> Outcome:
        """A consequence, in a step of its own."""
        try:
            if cause.depth > MAX_DEPTH:
                raise NotAllowed("consequences go too deep", reason="too_deep")
            with uow.step():
                return Outcome(events=self._carry_out(uow, command, cause)[1])
        except Refusal as refusal:
            self._record_refused(uow, command, cause, case_id, refusal)
            return Outcome(refusal=refusal)

    def _record_refused(
        self, uow: UnitOfWork, command: Command, cause: Cause, case_id: int | None, refusal: Refusal
    ) -> None:
        """In the audit, and in the case's log if there is a case."""
        name = type(command).__name__
        log.info("follow_up_refused", command=name, code=refusal.code, case=case_id)
        audit.note(
            uow, cause.actor, cause.door, name, correlation=cause.correlation, case_id=case_id, refused=refusal.code
        )
        if case_id is not None:
            why = str(refusal.params.get("reason", refusal.text))[:300]
            event = FollowUpRefused(case_id=case_id, command=name, code=refusal.code, why=why)
            self.wiring.record(event, Deed(uow, cause, self.wiring))

    def _permit(self, uow: UnitOfWork, command: Command, cause: Cause) -> tuple[int | None, list[Actor]]:
        """The case whose lock was taken, and as whom the actor may do it, the likeliest first; standing in reaches what
        is assigned to somebody, so what is about nobody in particular he does as himself.

        Raises NotFound for what the actor cannot reach (as if it did not exist), NotAllowed without the right.
        """
        policy, actor = self.wiring.policy, cause.actor
        if command.about is None:
            himself = actor if command.asks or not actor.stands_for else replace(actor, stands_for=())
            if not policy.may(himself, command.permission, None):
                raise NotAllowed(permission=command.permission)
            return getattr(command, "case_id", None), [himself]
        kind, field = command.about
        if not policy.may(actor, command.permission):
            raise NotAllowed(permission=command.permission)
        subject_id: int = getattr(command, field)
        case_id = self.wiring.case_of(uow, kind, subject_id)
        if case_id is not None:
            uow.need(case_key(case_id))
        subject: Subject | None = self.wiring.subjects[kind](uow, subject_id)
        actors = [] if subject is None else policy.acting(actor, command.permission, subject)
        if not actors:
            raise NotFound(thing=kind, id=subject_id)
        return case_id, actors

    def _note(
        self, uow: UnitOfWork, command: Command, cause: Cause, case_id: int | None, refused: str | None = None
    ) -> None:
        subject = None
        if command.about is not None:
            subject = f"{command.about[0]}:{getattr(command, command.about[1])}"
        audit.note(
            uow,
            cause.actor,
            cause.door,
            type(command).__name__,
            correlation=cause.correlation,
            subject=subject,
            case_id=case_id,
            refused=refused,
        )
