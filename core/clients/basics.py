"""What stands in a client's file about himself: checked by one rule, kept with the digests by which he is found."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from core.bus.deed import Deed
from core.clients.tables import client
from core.commands.people import EditClient
from core.engine.access import Mask
from core.engine.formats import (
    EMAIL,
    PASSPORT,
    PHONE,
    is_email,
    is_passport,
    is_phone,
    plain_passport,
    plain_phone,
)
from core.engine.text import Words
from core.kit.crypto import Vault
from core.kit.errors import Invalid, NotAllowed, Problem
from core.store.reading import Lookup

OLDEST: Final = date(1900, 1, 1)
BORN: Final[Words] = {
    "zh-CN": "出生日期应在 1900 年之后、今天之前",
    "en": "a date of birth lies after 1900 and before today",
}
INDEXES: Final[Mapping[str, str]] = {"phone": "phone_index", "email": "email_index", "passport_no": "passport_index"}
PURPOSES: Final[Mapping[str, str]] = {
    "phone": "client.phone",
    "email": "client.email",
    "passport_no": "client.passport",
}


def basics(given: Mapping[str, Any], deed: Deed) -> dict[str, Any]:
    """The columns for what is given; an empty text takes a value away. Raises Invalid with every wrong field."""
    problems = []
    for name, rule, words in (
        ("phone", is_phone, PHONE),
        ("email", is_email, EMAIL),
        ("passport_no", is_passport, PASSPORT),
    ):
        if given.get(name) and not rule(given[name]):
            problems.append(Problem(f"/{name}", f"client.{name}", words))
    born = given.get("birth_date")
    if born and not OLDEST <= born < deed.now.date():
        problems.append(Problem("/birth_date", "client.birth_date", BORN))
    if problems:
        raise Invalid(problems=problems)
    kept = {name: normal(name, value) or None for name, value in given.items()}
    return kept | blinds_of(deed.uow.pending.sealing.vault, kept)


def blinds_of(vault: Vault, kept: Mapping[str, Any]) -> dict[str, bytes | None]:
    """The blind indexes of those of these values that have one; the values are as they are kept."""
    return {
        index: vault.blind_index(PURPOSES[name], _folded(name, kept[name])) if kept[name] else None
        for name, index in INDEXES.items()
        if name in kept
    }


def edit_client(command: EditClient, deed: Deed) -> None:
    """Raises Invalid with every wrong field, NotAllowed for a field that is masked or hidden from whoever edits."""
    given = {name: value for name, value in command.model_dump(exclude={"client_id"}).items() if value is not None}
    seen = deed.wiring.policy.fields(deed.actor, "client")
    if any(seen.get(name, Mask.HIDDEN) < Mask.READ for name in given):
        raise NotAllowed(permission=command.permission, reason="field")
    before = deed.uow.get(client, command.client_id)
    deed.uow.change(client, before["id"], edition=before["edition"] + 1, **basics(given, deed))


def of_exact(lookup: Lookup, vault: Vault, words: str, names: Iterable[str]) -> list[int]:
    """Ids of clients of whom one of these fields (keys of INDEXES) is exactly this, also under an older key."""
    found = []
    for name in names:
        column, plain = client.c[INDEXES[name]], _folded(name, normal(name, words))
        digests = vault.blind_candidates(PURPOSES[name], plain) if plain else []
        found += [int(row["id"]) for row in lookup.find(client, column.in_(digests))]
    return list(dict.fromkeys(found))


def normal(name: str, value: Any) -> str:
    """A value as it is kept."""
    if name == "phone":
        return plain_phone(value)
    if name == "passport_no":
        return plain_passport(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _folded(name: str, value: str) -> str:
    return value.lower() if name == "email" else value
