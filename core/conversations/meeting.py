"""Who is it? The conversation of an address, and the actor on its other side."""

from core.channel.inbound import Address
from core.clients import service as clients
from core.clients.tables import client
from core.conversations.burst import kept
from core.conversations.tables import conversation
from core.engine.access import Actor
from core.staff import service as staff_room
from core.staff.tables import staff
from core.store.sealing import Row
from core.store.unit import UnitOfWork

STRANGER = Actor(kind="client", id=0)
"""Somebody whose account is bound to nobody yet: reaches nothing, and is answered politely."""


def meet(uow: UnitOfWork, address: Address, language: str) -> Row:
    """The conversation at this address; the first message of a chat opens it."""
    row = uow.first(conversation, key=address.key)
    if row is not None:
        return row
    return uow.add(
        conversation,
        key=address.key,
        channel=address.channel,
        account=address.account,
        chat=address.chat,
        language=language,
    )


def actor_at(uow: UnitOfWork, row: Row, sender: str) -> Actor:
    """Who the sender is now: staff, client or stranger. The person counts, not the chat he writes in.

    The conversation remembers the person whom it was with last, so that notices find their way back.
    """
    mine = staff_room.identity_of(uow, row["channel"], row["account"], sender)
    if mine is not None:
        actor = staff_room.actor_at(uow, mine["staff_id"], uow.now)
        if actor is None:
            return STRANGER
        _remember(uow, row, sender, staff_id=actor.id, language=uow.get(staff, actor.id)["language"])
        return actor
    identity = clients.identity_of(uow, row["channel"], row["account"], sender)
    if identity is None:
        return STRANGER
    person = uow.get(client, identity["client_id"])
    _remember(uow, row, sender, client_id=person["id"], language=person["language"])
    return Actor(kind="client", id=person["id"], name=person["name"])


def go_on(uow: UnitOfWork, row: Row, client_id: int) -> Row | None:
    """A client who writes in another of his chats than the last time goes on with the same case and question there.

    Returns the chat that he comes from, as it was; None when he has not moved.
    """
    chats = [each for each in uow.find(conversation, client_id=client_id) if each["last_in_at"] is not None]
    last = max(chats, key=lambda each: (each["last_in_at"], each["id"]), default=None)
    if last is None or last["id"] == row["id"] or last["last_in_at"] == row["last_in_at"]:
        return None
    before = dict(last)
    taken = {"dialog": last["dialog"], "case_id": last["case_id"]}
    asked = kept(last)
    if asked is not None and asked.asks:
        taken["burst"] = last["burst"]
    if any(row[name] != value for name, value in taken.items()):
        uow.change(conversation, row["id"], **taken)
    return before


def _remember(uow: UnitOfWork, row: Row, sender: str, **values: object) -> None:
    """Only in his own chat: somebody who writes in another's must not draw that one's notices to it."""
    changed = {name: value for name, value in values.items() if row[name] != value}
    if changed and sender == row["chat"]:
        uow.change(conversation, row["id"], **changed)
