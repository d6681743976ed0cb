"""What a failure of the database means for the units that met it: wait, run again, or tell the caller."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from core.kit.errors import Busy
from core.store.pending import LostUpdate

_DOWN = ("connection", "unable to open database", "database is locked", "disk i/o error")
_FULL = ("disk is full", "no space", "could not extend")
_COLLISIONS = ("40001", "40P01", "23505")  # SQLSTATE: serialization failure, deadlock, a unique key just taken


def is_down(failure: BaseException) -> bool:
    """Whether the database does not answer at all: no unit of the group can do anything now."""
    if not isinstance(failure, OperationalError | InterfaceError):
        return False
    words = str(failure.orig).lower()
    return failure.connection_invalidated or any(sign in words for sign in _DOWN)


def is_collision(failure: BaseException) -> bool:
    """Whether another process was in the way: the same unit may well succeed a moment later."""
    if isinstance(failure, LostUpdate):
        return True
    return isinstance(failure, DBAPIError) and getattr(failure.orig, "sqlstate", None) in _COLLISIONS


def as_refusal(failure: BaseException) -> BaseException:
    """A full disk is no fault of the unit: the sender may send it again. Anything else is told as it is."""
    words = str(getattr(failure, "orig", failure)).lower()
    if isinstance(failure, DBAPIError) and any(sign in words for sign in _FULL):
        return Busy("the disk is full", retry_after=30)
    return failure
