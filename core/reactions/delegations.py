"""What follows from a delegation: both are told, and at its end the deputy has nothing left of it."""

from collections.abc import Iterator
from typing import Any

from core.bus.asking import may
from core.bus.deed import Deed
from core.commands.command import Command
from core.commands.handoffs import FreeHandoff
from core.commands.work import Notify, RedrawCard
from core.conversations.handoffs import held_by
from core.events.delegations import DelegationEnded, WorkDelegated
from core.kit.words import on_day, said
from core.ledger.buttons import close_copy, open_to
from core.staff.delegation import last_day
from core.staff.service import actor_at
from core.staff.tables import delegation, staff


def tell_both(event: WorkDelegated, deed: Deed) -> Iterator[Command]:
    """The colleague reads what he is asked; the member too, when somebody else did it for him."""
    row, told = _told(event.delegation_id, deed)
    yield _say(row["delegate_id"], "delegation.yours", told)
    if row["staff_id"] != deed.actor.id:
        yield _say(row["staff_id"], "delegation.made", told)


def tell_ended(event: DelegationEnded, deed: Deed) -> Iterator[Command]:
    """One that ran to its last day needs no words."""
    row, told = _told(event.delegation_id, deed)
    for person in (row["delegate_id"], row["staff_id"]) if event.early else ():
        yield _say(person, "delegation.ended", told)


def free_chats(event: DelegationEnded, deed: Deed) -> Iterator[Command]:
    """What the deputy holds for somebody waits for that one."""
    for row in held_by(deed.uow, deed.uow.get(delegation, event.delegation_id)["delegate_id"]):
        yield FreeHandoff(handoff_id=row["id"])


def end_buttons(event: DelegationEnded, deed: Deed) -> Iterator[Command]:
    """Cards of work that was his in those days lose their buttons, and say that it is somebody else's."""
    person = deed.uow.get(delegation, event.delegation_id)["delegate_id"]
    actor = actor_at(deed.uow, person, deed.now)
    for card, commands in open_to(deed.uow, person).items():
        if actor is None or not all(may(deed, actor, each) for each in commands):
            close_copy(deed.uow, card, person)
            yield RedrawCard(card=card)


def _told(delegation_id: int, deed: Deed) -> tuple[dict[str, Any], dict[str, Any]]:
    """The row, and what is said of it."""
    row, zone = deed.uow.get(delegation, delegation_id), deed.tool("zone")
    return row, {
        "whom": deed.uow.get(staff, row["staff_id"])["name"],
        "name": deed.uow.get(staff, row["delegate_id"])["name"],
        "first": on_day(row["starts"].astimezone(zone).date().isoformat()),
        "last": on_day(last_day(row, zone)),
        "role": said("delegation.all") if row["role"] is None else deed.wiring.policy.named(row["role"]),
    }


def _say(person: int, key: str, told: dict[str, Any]) -> Notify:
    return Notify(to="staff", person_id=person, notice="say", params={"key": key, "params": told})
