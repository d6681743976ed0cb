"""Handlers of the staff room, and the Actor that a member of staff is."""

from dataclasses import replace
from datetime import datetime

from core.bus.deed import Deed
from core.commands.people import BindStaffIdentity, SetStaffLanguage
from core.engine.access import Actor
from core.staff.credentials import refuse_higher
from core.staff.delegation import narrowed, principals
from core.staff.departments import below
from core.staff.tables import staff, staff_identity
from core.store.reading import Lookup
from core.store.sealing import Row


def bind_staff_identity(command: BindStaffIdentity, deed: Deed) -> None:
    """An account belongs to one member; binding it anew moves it. Raises NotAllowed about somebody who may more than
    the actor."""
    refuse_higher(command.staff_id, deed)
    at = {"channel": command.channel, "account": command.account, "external_id": command.external_id}
    known = deed.uow.first(staff_identity, **at)
    if known is not None:
        deed.uow.change(staff_identity, known["id"], staff_id=command.staff_id, bound_at=deed.now, ended_at=None)
        return
    deed.uow.add(
        staff_identity,
        staff_id=command.staff_id,
        channel=command.channel,
        account=command.account,
        external_id=command.external_id,
        bound_at=deed.now,
    )


def set_staff_language(command: SetStaffLanguage, deed: Deed) -> None:
    deed.uow.change(staff, command.staff_id, language=command.language)


def identity_of(lookup: Lookup, channel: str, account: str, external_id: str) -> Row | None:
    """The member's identity behind an account of a channel."""
    return lookup.first(staff_identity, channel=channel, account=account, external_id=external_id, ended_at=None)


def actor_at(lookup: Lookup, staff_id: int, now: datetime) -> Actor | None:
    """As actor_of, with the colleagues for whom he stands in at this moment: their own work, never what they in turn
    were given."""
    actor = actor_of(lookup, staff_id)
    if actor is None:
        return None
    found = [(actor_of(lookup, each), role) for each, role in principals(lookup, staff_id, now)]
    stands_for = tuple(narrowed(each, role) for each, role in found if each is not None)
    return replace(actor, stands_for=stands_for) if stands_for else actor


def actor_of(lookup: Lookup, staff_id: int) -> Actor | None:
    """The actor that this member is by himself, with the departments below his own; None when he has left."""
    row = lookup.peek(staff, staff_id)
    if row is None or not row["active"]:
        return None
    return Actor(
        kind="staff",
        id=staff_id,
        roles=frozenset(row["roles"]),
        department=row["department_id"],
        below=below(lookup, row["department_id"]),
        name=row["name"],
    )
