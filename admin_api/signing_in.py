"""Proving who one is with a password: compared where only the caller waits, and counted before anything is said."""

from starlette.requests import Request

from admin_api.desk import Desk
from core.bus.deed import SYSTEM, Cause
from core.commands.accounts import CountWrongSignIn, SignIn
from core.commands.command import Command
from core.kit.errors import NotFound, Refusal
from core.staff.logins import as_typed, member_of_login
from core.staff.passwords import is_password
from core.staff.sign_in import WrongSignIn, refuse_early
from core.staff.tables import credential, staff
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork


def address_of(request: Request) -> str:
    """Where it comes from; behind a proxy of this machine uvicorn has put the caller's own address here."""
    return "unknown" if request.client is None else request.client.host


def sign_in(desk: Desk, address: str, login: str, password: str, code: str) -> str:
    """Returns the secret of a new session. Raises WrongSignIn, the same for a name that nobody has, CodeNeeded, Busy,
    TooOften."""
    login = as_typed(login)
    with desk.look() as reader:
        refuse_early(reader, reader.sealing.vault, login, address, desk.parts.clock.now())
        member = member_of_login(reader, reader.sealing.vault, login)
        kept = _kept(reader, member)
    right = is_password(password, kept)
    staff_id = 0 if member is None else int(member["id"])
    command = SignIn(staff_id=staff_id, login=login, address=address, checked=kept or "", right=right, code=code)
    return str(guarded(desk, command, login, address, _as_system(desk)))


def prove_again(desk: Desk, address: str, password: str) -> str:
    """Whoever is signed in shows once more that it is he. Returns the hash that his password was compared with. Raises
    WrongSignIn, TooOften, Busy."""
    with desk.look() as reader:
        member = reader.peek(staff, desk.actor.id)
        login = name_of(member)
        refuse_early(reader, reader.sealing.vault, login, address, desk.parts.clock.now())
        kept = _kept(reader, member)
    if not is_password(password, kept):
        count_wrong(desk, login, address)
        raise WrongSignIn
    return kept or ""


def guarded(desk: Desk, command: Command, login: str, address: str, cause: Cause) -> object:
    """Carry out what may be a guess: a wrong one is counted in the same unit. Raises as the command does."""

    def work(uow: UnitOfWork) -> tuple[object, Refusal | None]:
        done, refusal = desk.parts.bus.attempt(uow, command, cause)
        if refusal is not None and refusal.code in _GUESSES:
            _, waits = desk.parts.bus.attempt(uow, _wrong(login, address), _as_system(desk))
            refusal = waits or (WrongSignIn() if isinstance(refusal, NotFound) else refusal)
        return done, refusal

    done, refusal = desk.unit(work)
    if refusal is not None:
        raise refusal
    return done


def count_wrong(desk: Desk, login: str, address: str) -> None:
    """Raises TooOften."""

    def work(uow: UnitOfWork) -> tuple[object, Refusal | None]:
        return desk.parts.bus.attempt(uow, _wrong(login, address), _as_system(desk))

    _, refusal = desk.unit(work)
    if refusal is not None:
        raise refusal


def name_of(member: Row | None) -> str:
    """Under which his wrong tries are counted."""
    return "" if member is None else member["login"] or f"#{member['id']}"


_GUESSES = frozenset({"wrong_sign_in", "wrong_code", "not_found"})


def _as_system(desk: Desk) -> Cause:
    return Cause(actor=SYSTEM, door="api", correlation=desk.correlation, channel="api")


def _wrong(login: str, address: str) -> CountWrongSignIn:
    return CountWrongSignIn(login=login, address=address)


def _kept(reader: Reader, member: Row | None) -> str | None:
    row = None if member is None or not member["active"] else reader.first(credential, staff_id=member["id"])
    found: str | None = None if row is None else row["password"]
    return found
