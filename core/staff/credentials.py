"""Handlers of passwords: kept as the hash that the door made, and a new one signs out whoever used the old one."""

from core.bus.deed import Deed
from core.commands.accounts import ChangePassword, ResetPassword
from core.kit.errors import NotAllowed, Stale
from core.staff.sessions import end_sessions
from core.staff.tables import credential, staff
from core.store.reading import Lookup


def change_password(command: ChangePassword, deed: Deed) -> None:
    """Raises Stale when it was changed since the old one was compared."""
    row = deed.uow.first(credential, staff_id=command.staff_id)
    if row is None or row["password"] != command.checked:
        raise Stale
    _keep(deed, command.staff_id, command.hashed, own=True)
    end_sessions(deed.uow, command.staff_id, but=command.session_id)


def reset_password(command: ResetPassword, deed: Deed) -> None:
    """By an admin. Raises NotAllowed about somebody who may more than the admin himself."""
    refuse_higher(command.staff_id, deed)
    _keep(deed, command.staff_id, command.hashed, own=command.own)
    end_sessions(deed.uow, command.staff_id)


def must_change(lookup: Lookup, staff_id: int) -> bool:
    """Whether somebody else has given him the password that he has."""
    row = lookup.first(credential, staff_id=staff_id)
    return row is not None and bool(row["must_change"])


def refuse_higher(staff_id: int, deed: Deed) -> None:
    """Whoever could give himself another's account would have that one's rights. Raises NotAllowed, NotFound."""
    if deed.wiring.policy.exceeds(deed.uow.get(staff, staff_id)["roles"], deed.actor):
        raise NotAllowed(reason="more_than_yours")


def _keep(deed: Deed, staff_id: int, hashed: str, *, own: bool) -> None:
    kept = {"password": hashed, "password_at": deed.now, "must_change": not own}
    row = deed.uow.first(credential, staff_id=staff_id)
    if row is None:
        deed.uow.add(credential, staff_id=staff_id, **kept)
    else:
        deed.uow.change(credential, row["id"], **kept)
