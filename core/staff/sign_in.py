"""Signing in: what is counted against whoever guesses, and the session that opens for whoever is right.

Every name and every address has five wrong tries, then each further one has to wait twice as long as the one before,
half an hour at most. A name that nobody has is counted like one that somebody has, so that no answer tells which it is.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete

from core.bus.deed import Deed
from core.commands.accounts import CountWrongSignIn, SignIn
from core.kit.crypto import Vault
from core.kit.errors import Refusal, TooOften
from core.staff.second_factor import is_on, passes
from core.staff.sessions import open_session
from core.staff.tables import credential, staff, wrong_sign_in
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork

FREE: Final = 5  # wrong tries without a delay
FIRST: Final = timedelta(seconds=2)
LONGEST: Final = timedelta(minutes=30)
FORGOTTEN: Final = timedelta(hours=24)  # after the last wrong try


class WrongSignIn(Refusal):
    """Check name, password and code, or ask an admin to reset them; the answer never says which one was wrong."""

    code, status = "wrong_sign_in", 401


class CodeNeeded(Refusal):
    """Send the code of the second factor together with name and password."""

    code, status = "code_needed", 401


def sign_in(command: SignIn, deed: Deed) -> str:
    """Returns the session's secret. Raises TooOften before anything is looked at, WrongSignIn, and CodeNeeded for
    whoever knew the password and has a second factor."""
    _one_by_one(command.login, command.address, deed)
    row = deed.uow.first(credential, staff_id=command.staff_id)
    member = deed.uow.get(staff, command.staff_id)
    if not command.right or row is None or not member["active"] or not _still(row, command.checked):
        raise WrongSignIn
    if is_on(row):
        if not command.code:
            raise CodeNeeded
        if not passes(row, command.code, deed):
            raise WrongSignIn
    _forget(deed, subject_of(_vault(deed), "login", command.login))
    return open_session(deed.uow, command.staff_id)


def count_wrong_sign_in(command: CountWrongSignIn, deed: Deed) -> None:
    """Of the name and of the address alike. Raises TooOften: a name that nobody has is answered as any other."""
    _one_by_one(command.login, command.address, deed)
    for kind, value in (("login", command.login), ("address", command.address)):
        subject = subject_of(_vault(deed), kind, value)
        row = deed.uow.first(wrong_sign_in, subject=subject)
        if row is None:
            deed.uow.add(wrong_sign_in, subject=subject, tries=1, last_at=deed.now)
        else:
            tries = 1 if deed.now - row["last_at"] > FORGOTTEN else row["tries"] + 1
            deed.uow.change(wrong_sign_in, row["id"], tries=tries, last_at=deed.now)


def refuse_early(lookup: Lookup, vault: Vault, login: str, address: str, now: datetime) -> None:
    """Raises TooOften when the next try for this name, or from this address, has to wait."""
    subjects = (subject_of(vault, "login", login), subject_of(vault, "address", address))
    rows = [row for each in subjects if (row := lookup.first(wrong_sign_in, subject=each)) is not None]
    wait = max((_wait(row, now) for row in rows), default=timedelta())
    if wait:
        raise TooOften(reason="sign_in", retry_after=wait.total_seconds())


def _wait(row: Row, now: datetime) -> timedelta:
    over = row["tries"] - FREE
    if over < 0 or now - row["last_at"] > FORGOTTEN:
        return timedelta()
    delay: timedelta = min(FIRST * 2 ** min(over, 30), LONGEST)
    rest: timedelta = row["last_at"] + delay - now
    return max(rest, timedelta())


def _one_by_one(login: str, address: str, deed: Deed) -> None:
    """Many tries at once are counted one after the other: those beyond the fifth wait although their password was
    compared already. Raises TooOften."""
    vault = _vault(deed)
    for subject in sorted((subject_of(vault, "login", login), subject_of(vault, "address", address))):
        deed.uow.need(f"sign-in:{subject.hex()}")
    refuse_early(deed.uow, vault, login, address, deed.now)


def _forget(deed: Deed, subject: bytes) -> None:
    row = deed.uow.first(wrong_sign_in, subject=subject)
    if row is not None:
        deed.uow.change(wrong_sign_in, row["id"], tries=0, last_at=deed.now)


def sweep(uow: UnitOfWork) -> int:
    """Forget tries that count no more. Returns of how many names and addresses."""
    old = wrong_sign_in.c.last_at < uow.now - FORGOTTEN
    return int(uow.connection.execute(delete(wrong_sign_in).where(old)).rowcount)


def subject_of(vault: Vault, kind: str, value: str) -> bytes:
    """What a name or an address is counted under."""
    return vault.blind_index(f"sign_in.{kind}", value)


def _vault(deed: Deed) -> Vault:
    return deed.uow.pending.sealing.vault


def _still(row: Row, checked: str) -> bool:
    """Whether the password has not been changed since it was compared."""
    return bool(row["password"]) and row["password"] == checked
