"""Who calls: an API key or a session names the member of staff as whom it acts, with the roles that he has at this
moment."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Table

from core.engine.access import Actor
from core.kit.errors import Refusal
from core.staff import keys, sessions
from core.staff.credentials import must_change
from core.staff.service import actor_at
from core.staff.tables import api_key, session
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

NOBODY = Actor(kind="client", id=0)
"""Who calls before he has signed in."""


class Unauthenticated(Refusal):
    """Send ``Authorization: Bearer bk_...`` with a key that is not revoked, or sign in; an admin issues keys."""

    code, status = "unauthenticated", 401


class PasswordChangeNeeded(Refusal):
    """Take a password of your own (``POST /me/password``): an admin knows the one that he gave you."""

    code, status = "password_change_needed", 403


@dataclass(frozen=True, slots=True)
class Caller:
    """The member behind a request, and the row that showed it."""

    actor: Actor
    table: Table
    proof: Row
    must_change: bool = False  # his password first, by this session

    @property
    def session_id(self) -> int | None:
        return int(self.proof["id"]) if self.table is session else None

    def unnoted(self, now: datetime) -> bool:
        """Whether its last use was noted long enough ago to be noted again."""
        last = self.proof["seen_at" if self.table is session else "used_at"]
        return last is None or now - last >= keys.SELDOM

    def note(self, uow: UnitOfWork) -> None:
        """Keep when it was used last; nothing of the business changes."""
        column = "seen_at" if self.table is session else "used_at"
        uow.change(self.table, self.proof["id"], **{column: uow.now})


def caller_of(reader: Reader, authorization: str | None, now: datetime) -> Caller:
    """The member of staff behind an Authorization header. Raises Unauthenticated, always with the same words."""
    scheme, _, secret = (authorization or "").partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret:
        raise Unauthenticated
    is_session = secret.startswith(sessions.PREFIX)
    proof = sessions.session_of(reader, secret, now) if is_session else keys.key_of(reader, secret, now)
    actor = None if proof is None else actor_at(reader, proof["staff_id"], now)
    if proof is None or actor is None:
        raise Unauthenticated
    if is_session:
        return Caller(actor, session, proof, must_change(reader, actor.id))
    scopes = proof["scopes"]
    return Caller(actor if scopes is None else replace(actor, only=frozenset(scopes)), api_key, proof)
