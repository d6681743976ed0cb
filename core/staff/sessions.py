"""Sessions of people who have signed in: an opaque secret, kept as a digest, that ends when nobody uses it, on its last
hour, or when somebody signs out."""

from datetime import datetime, timedelta
from typing import Final

from core.bus.deed import Deed
from core.commands.accounts import SignOut, SignOutEverywhere
from core.kit.ids import new_secret
from core.staff.keys import digest_of
from core.staff.tables import session
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork

PREFIX: Final = "bs_"
IDLE: Final = timedelta(hours=2)
LONGEST: Final = timedelta(hours=12)


def open_session(uow: UnitOfWork, staff_id: int) -> str:
    """Returns the secret, which is kept nowhere."""
    secret = PREFIX + new_secret()
    uow.add(
        session,
        staff_id=staff_id,
        digest=digest_of(secret),
        created_at=uow.now,
        seen_at=uow.now,
        expires_at=uow.now + LONGEST,
    )
    return secret


def session_of(lookup: Lookup, secret: str, now: datetime) -> Row | None:
    """The session that is still open."""
    row = lookup.first(session, digest=digest_of(secret), ended_at=None)
    return row if row is not None and _open(row, now) else None


def open_sessions(lookup: Lookup, staff_id: int, now: datetime) -> list[Row]:
    """Where this member is signed in, the first to begin first."""
    return [row for row in lookup.find(session, staff_id=staff_id, ended_at=None) if _open(row, now)]


def end_sessions(uow: UnitOfWork, staff_id: int, but: int | None = None) -> None:
    """Sign a member out, everywhere or everywhere else."""
    for row in uow.find(session, staff_id=staff_id, ended_at=None):
        if row["id"] != but:
            uow.change(session, row["id"], ended_at=uow.now)


def sign_out(command: SignOut, deed: Deed) -> None:
    """From the next request on. Ending what has ended changes nothing."""
    row = deed.uow.get(session, command.session_id)
    if row["ended_at"] is None:
        deed.uow.change(session, row["id"], ended_at=deed.now)


def sign_out_everywhere(command: SignOutEverywhere, deed: Deed) -> None:
    end_sessions(deed.uow, command.staff_id)


def _open(row: Row, now: datetime) -> bool:
    return bool(now < row["expires_at"] and now < row["seen_at"] + IDLE)
