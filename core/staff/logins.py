"""Login names: lower-case, one member each, sealed and found by a keyed digest, as a name may be a person's own."""

import re
from typing import Any, Final

from core.bus.deed import Deed
from core.commands.accounts import SetLogin
from core.kit.crypto import Vault
from core.kit.errors import Invalid, Problem, Refusal
from core.staff.credentials import refuse_higher
from core.staff.sessions import end_sessions
from core.staff.tables import staff
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork

_COLUMN: Final = "staff.login"
_FORM: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_WORDS: Final = {
    "zh-CN": "登录名为 2 至 64 个小写字母、数字或 . _ @ -，以字母或数字开头",
    "en": "2 to 64 lower-case letters, digits or . _ @ -, beginning with a letter or digit",
}


class LoginTaken(Refusal):
    """Choose another name: somebody signs in under this one."""

    code = "login_taken"


def set_login(command: SetLogin, deed: Deed) -> None:
    """Without a name he is signed out. Raises Invalid, LoginTaken, NotAllowed about somebody who may more."""
    refuse_higher(command.staff_id, deed)
    deed.uow.change(staff, command.staff_id, **login_columns(deed.uow, command.login, command.staff_id))
    if not command.login.strip():
        end_sessions(deed.uow, command.staff_id)


def login_columns(uow: UnitOfWork, login: str, staff_id: int | None = None) -> dict[str, Any]:
    """A login name as it is kept; none for an empty one. Raises Invalid for what is no name, LoginTaken."""
    name = as_typed(login)
    if not name:
        return {"login": None, "login_index": None}
    if problems := login_problems(name):
        raise Invalid(problems=problems)
    uow.need(f"login:{name}")
    taken = member_of_login(uow, uow.pending.sealing.vault, name)
    if taken is not None and taken["id"] != staff_id:
        raise LoginTaken
    return {"login": name, "login_index": blind_of(uow.pending.sealing.vault, name)}


def blind_of(vault: Vault, name: str) -> bytes:
    """The digest by which a kept login name is found."""
    return vault.blind_index(_COLUMN, name)


def login_problems(login: str) -> list[Problem]:
    """Why this is no login name."""
    return [] if _FORM.fullmatch(as_typed(login)) else [Problem("/login", "staff.login", _WORDS)]


def member_of_login(lookup: Lookup, vault: Vault, login: str) -> Row | None:
    """The member with this login name, whatever key its digest was made with."""
    indexes = vault.blind_candidates(_COLUMN, as_typed(login))
    return next((row for each in indexes if (row := lookup.first(staff, login_index=each)) is not None), None)


def as_typed(login: str) -> str:
    """However it was typed."""
    return login.strip().lower()
