"""Handlers of the clients' room: register a client, bind an account, set a language."""

from zoneinfo import available_timezones

from core.bus.deed import Deed
from core.clients.basics import basics
from core.clients.tables import client, client_identity
from core.commands.people import BindClientIdentity, RegisterClient, SetClientLanguage
from core.commands.reminders import SetClientZone
from core.events.reminders import ClientMoved
from core.kit.crypto import Vault
from core.kit.errors import Invalid, Problem, Refusal
from core.store.reading import Lookup
from core.store.sealing import Row


class IdentityTaken(Refusal):
    """This account already belongs to another person: unbind it there first."""

    code, status = "identity_taken", 409


def register_client(command: RegisterClient, deed: Deed) -> int:
    """Returns the client's id. Raises Invalid naming every wrong field at once."""
    given = command.model_dump(exclude={"name", "language", "source"})
    kept = basics({name: value or "" for name, value in given.items()}, deed)
    row = deed.uow.add(
        client, name=command.name, language=command.language, source=command.source, created_at=deed.now, **kept
    )
    return int(row["id"])


def blinds_of(vault: Vault, phone: str | None, email: str | None) -> dict[str, bytes | None]:
    """The blind indexes of a client, from phone and e-mail as they are kept."""
    return {
        "phone_index": vault.blind_index("client.phone", phone) if phone else None,
        "email_index": vault.blind_index("client.email", email.lower()) if email else None,
    }


def bind_client_identity(command: BindClientIdentity, deed: Deed) -> None:
    """Binding the same account to the same client again changes nothing. Raises IdentityTaken."""
    known = identity_of(deed.uow, command.channel, command.account, command.external_id)
    if known is not None:
        if known["client_id"] != command.client_id:
            raise IdentityTaken
        return
    deed.uow.add(
        client_identity,
        client_id=command.client_id,
        channel=command.channel,
        account=command.account,
        external_id=command.external_id,
        bound_at=deed.now,
    )


def set_client_language(command: SetClientLanguage, deed: Deed) -> None:
    deed.uow.change(client, command.client_id, language=command.language)


def set_client_zone(command: SetClientZone, deed: Deed) -> None:
    """Raises Invalid for a zone that nobody knows."""
    deed.uow.change(client, command.client_id, zone=known_zone(command.zone))
    deed.emit(ClientMoved(client_id=command.client_id))


def known_zone(zone: str) -> str | None:
    """The zone's name, None for the agency's own. Raises Invalid."""
    if zone and zone not in available_timezones():
        zh, en = "时区应写成 Asia/Shanghai 这样的名称", "a time zone is written like Asia/Shanghai"
        raise Invalid(problems=[Problem("/zone", "client.zone", {"zh-CN": zh, "en": en})])
    return zone or None


def identity_of(lookup: Lookup, channel: str, account: str, external_id: str) -> Row | None:
    """The client's identity behind an account of a channel."""
    return lookup.first(client_identity, channel=channel, account=account, external_id=external_id)
