"""Blind indexes from the row that they belong to: a rotation of keys makes them anew."""

from typing import Final

from core.clients.basics import blinds_of
from core.clients.tags import blind_of as blind_of_tag
from core.files.service import blind_of as blind_of_file
from core.kit.crypto import Vault
from core.staff.logins import blind_of as blind_of_login
from core.store.rekeying import Blinds
from core.store.sealing import Row


def _client(vault: Vault, row: Row) -> dict[str, bytes | None]:
    return blinds_of(vault, row)


def _tag(vault: Vault, row: Row) -> dict[str, bytes | None]:
    return {"tag_index": blind_of_tag(vault, row["tag"])}


def _file(vault: Vault, row: Row) -> dict[str, bytes | None]:
    if row["digest"] is None:  # of nobody, or erased
        return {"digest": None}
    return {"digest": blind_of_file(vault, row["client_id"], row["sha256"])}


def _staff(vault: Vault, row: Row) -> dict[str, bytes | None]:
    return {"login_index": None if row["login"] is None else blind_of_login(vault, row["login"])}


BLINDS: Final[Blinds] = {"client": _client, "client_tag": _tag, "file": _file, "staff": _staff}

LEFT: Final = frozenset({"invitation.digest", "wrong_sign_in.subject"})
"""Of what is kept nowhere: a code is found under every key of the ring as long as it is valid (7 days), and wrong tries
to sign in count for a day only."""
