"""Reach: where a person can be told something. A notice that reaches nobody is recorded, never dropped in silence."""

from core.channel.inbound import Address
from core.clients.tables import client, client_identity
from core.conversations.tables import conversation
from core.staff.tables import staff_identity
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork

SMS_ACCOUNT = "default"
MAIL_ACCOUNT = "default"
GATEWAYS = frozenset({"sms", "mail"})  # channels that carry a message through others' hands


def chat_of(uow: UnitOfWork, kind: str, person_id: int) -> Row | None:
    """The conversation in which this person wrote last; one that is bound but never wrote is opened."""
    found = uow.find(conversation, **{f"{kind}_id": person_id})
    if found:
        return max(found, key=lambda row: (row["last_in_at"] is not None, row["last_in_at"] or uow.now, row["id"]))
    return _first_chat(uow, kind, person_id)


def has_chat(lookup: Lookup, client_id: int) -> bool:
    """Whether a client can be told something in a chat; nothing is opened."""
    if lookup.first(conversation, client_id=client_id) is not None:
        return True
    return lookup.first(client_identity, client_id=client_id) is not None


def _first_chat(uow: UnitOfWork, kind: str, person_id: int) -> Row | None:
    """A chat that only its identity tells of: in a private chat the platform's chat id is the person's id."""
    if kind == "client":
        identity = uow.first(client_identity, client_id=person_id)
    else:
        identity = uow.first(staff_identity, staff_id=person_id, ended_at=None)
    if identity is None:
        return None
    address = Address(channel=identity["channel"], account=identity["account"], chat=identity["external_id"])
    row = uow.first(conversation, key=address.key)
    if row is not None:
        return row
    person: dict[str, int] = {"client_id": person_id} if kind == "client" else {"staff_id": person_id}
    return uow.add(
        conversation,
        key=address.key,
        channel=address.channel,
        account=address.account,
        chat=address.chat,
        language="zh-CN",
        **person,
    )


def gateway_of(uow: UnitOfWork, client_id: int, via: str) -> Address | None:
    """The client's phone or mail box as an address of the gateway; None when the file holds none."""
    person = uow.get(client, client_id)
    if via == "sms" and person["phone"]:
        return Address(channel="sms", account=SMS_ACCOUNT, chat=f"client:{client_id}")
    if via == "mail" and person["email"]:
        return Address(channel="mail", account=MAIL_ACCOUNT, chat=f"client:{client_id}")
    return None


def address_of(row: dict[str, object]) -> Address:
    return Address(channel=str(row["channel"]), account=str(row["account"]), chat=str(row["chat"]))
