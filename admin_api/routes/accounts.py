"""The caller's own account: signing in and out, his sessions, his password and his second factor."""

import pyotp
from starlette.requests import Request

from admin_api.desk import AtDesk, Desk
from admin_api.need import anybody, does, may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.accounts import (
    Code,
    Credentials,
    Enrolment,
    NewSession,
    PasswordChange,
    RecoveryCodes,
    Session,
    SessionList,
)
from admin_api.schemas.ids import IdIn
from admin_api.signing_in import address_of, guarded, name_of, prove_again, sign_in
from core.commands.accounts import ChangePassword, ConfirmTotp, DisableTotp, EnrolTotp, SignOut, SignOutEverywhere
from core.kit.errors import Invalid, NotFound
from core.staff.credentials import must_change
from core.staff.passwords import hash_password, password_problems
from core.staff.sessions import IDLE, open_sessions, session_of
from core.staff.tables import staff

ACCOUNTS = section("accounts")


@ACCOUNTS.operation("POST", "/sessions", anybody(), status=201, errors=[429], secret=True)
def open_session(desk: AtDesk, request: Request, body: Credentials) -> NewSession:
    """Sign in with name, password and, where a second factor is set, a code.

    A wrong name and a wrong password are answered with the same words. Without a code that is needed the answer is
    `code_needed`: send all of it again with the code. After five wrong tries each further one has to wait. With
    `must_change_password` an admin gave the password: until it is changed everything but `GET /me`, changing it and
    signing out answers 403 `password_change_needed`.
    """
    token = sign_in(desk, address_of(request), body.login, body.password, body.code)
    with desk.look() as reader:
        row = session_of(reader, token, desk.parts.clock.now())
        barred = row is not None and must_change(reader, row["staff_id"])
    if row is None:
        raise NotFound(thing="session")
    idle = int(IDLE.total_seconds())
    return NewSession(token=token, expires_at=row["expires_at"], idle_seconds=idle, must_change_password=barred)


@ACCOUNTS.operation("GET", "/sessions", may(SignOut.permission))
def list_sessions(desk: AtDesk, cursor: Cursor = None, limit: Limit = USUAL) -> SessionList:
    """Where the caller is signed in."""
    with desk.look() as reader:
        rows = open_sessions(reader, desk.actor.id, desk.parts.clock.now())
    rows, following = page_of(rows, lambda row: (int(row["id"]),), cursor, limit)
    found = [
        Session(
            id=row["id"],
            created_at=row["created_at"],
            seen_at=row["seen_at"],
            expires_at=row["expires_at"],
            current=row["id"] == desk.session_id,
        )
        for row in rows
    ]
    return SessionList(sessions=found, next=following)


@ACCOUNTS.operation("POST", "/sessions/current/end", may(SignOut.permission), status=204, errors=[404], at_once=True)
def sign_out(desk: AtDesk) -> None:
    """Sign out of the session of this request. With an API key there is none."""
    if desk.session_id is None:
        raise NotFound(thing="session")
    desk.do(SignOut(session_id=desk.session_id))


@ACCOUNTS.operation("POST", "/sessions/{session_id}/end", does(SignOut), status=204)
def end_session(desk: AtDesk, session_id: IdIn) -> None:
    """Sign out of one session; its secret opens nothing from the next request on."""
    desk.do(SignOut(session_id=session_id))


@ACCOUNTS.operation("POST", "/sessions/end", does(SignOutEverywhere), status=204, at_once=True)
def sign_out_everywhere(desk: AtDesk) -> None:
    """Sign out everywhere, here as well."""
    desk.do(SignOutEverywhere(staff_id=desk.actor.id))


@ACCOUNTS.operation(
    "POST", "/me/password", does(ChangePassword), status=204, errors=[409, 429], secret=True, at_once=True
)
def change_password(desk: AtDesk, request: Request, body: PasswordChange) -> None:
    """Change the caller's own password.

    12 to 128 characters of any kind, none of the commonest. Whoever is signed in elsewhere under this name is signed
    out.
    """
    checked = prove_again(desk, address_of(request), body.current)
    with desk.look() as reader:
        login = name_of(reader.peek(staff, desk.actor.id))
    problems = password_problems(body.password, login, desk.actor.name, body.current)
    if problems:
        raise Invalid(problems=problems)
    hashed = hash_password(body.password)
    command = ChangePassword(staff_id=desk.actor.id, hashed=hashed, checked=checked, session_id=desk.session_id)
    desk.do(command)


@ACCOUNTS.operation("POST", "/me/totp", does(EnrolTotp), errors=[409], secret=True)
def enrol_totp(desk: AtDesk) -> Enrolment:
    """Begin to set up a second factor; it counts once a code has confirmed it."""
    secret = str(desk.do(EnrolTotp(staff_id=desk.actor.id)))
    with desk.look() as reader:
        login = name_of(reader.peek(staff, desk.actor.id))
    return Enrolment(secret=secret, uri=pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name="Banli"))


@ACCOUNTS.operation("POST", "/me/totp/confirm", does(ConfirmTotp), errors=[409, 429], secret=True)
def confirm_totp(desk: AtDesk, request: Request, body: Code) -> RecoveryCodes:
    """Confirm the second factor with its first code. Gives the recovery codes."""
    codes = _with_code(desk, request, ConfirmTotp(staff_id=desk.actor.id, code=body.code))
    return RecoveryCodes.model_validate({"codes": codes})


@ACCOUNTS.operation("POST", "/me/totp/disable", does(DisableTotp), status=204, errors=[409, 429], secret=True)
def disable_totp(desk: AtDesk, request: Request, body: Code) -> None:
    """Give up the second factor; a code, or a recovery code, shows that it is the caller himself."""
    _with_code(desk, request, DisableTotp(staff_id=desk.actor.id, code=body.code))


def _with_code(desk: Desk, request: Request, command: ConfirmTotp | DisableTotp) -> object:
    with desk.look() as reader:
        login = name_of(reader.peek(staff, desk.actor.id))
    return guarded(desk, command, login, address_of(request), desk.cause)
