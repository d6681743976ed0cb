"""API keys and accounts of others: issued, listed, revoked and reset by whoever manages staff."""

from admin_api.desk import AtDesk, command_of
from admin_api.need import does, reaches
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.accounts import Key, KeyLine, KeyList, NewKey, NewLogin, NewPassword
from admin_api.schemas.ids import IdIn
from core.commands.accounts import ResetPassword, ResetTotp, SetLogin
from core.commands.people import IssueApiKey, RevokeApiKey
from core.kit.errors import Invalid, NotFound
from core.staff.keys import SHOWN, key_of
from core.staff.logins import as_typed
from core.staff.passwords import hash_password, password_problems
from core.staff.tables import api_key, staff

KEYS = section("staff")


@KEYS.operation("GET", "/staff/{staff_id}/keys", reaches(IssueApiKey.permission, "staff", "staff_id"))
def list_api_keys(desk: AtDesk, staff_id: IdIn, cursor: Cursor = None, limit: Limit = USUAL) -> KeyList:
    """A member's keys, also those that have ended; never their secrets."""
    with desk.look() as reader:
        rows = reader.find(api_key, staff_id=staff_id)
    rows, following = page_of(rows, lambda row: (int(row["id"]),), cursor, limit)
    keys = [KeyLine(**{name: row[name] for name in KeyLine.model_fields}) for row in rows]
    return KeyList(keys=keys, next=following)


@KEYS.operation("POST", "/staff/{staff_id}/keys", does(IssueApiKey), status=201, secret=True)
def issue_api_key(desk: AtDesk, staff_id: IdIn, body: NewKey) -> Key:
    """Issue a key that acts as this member; its secret is shown this once.

    With `scopes` it may do only some of what he may.
    """
    secret = str(desk.do(command_of(IssueApiKey, {"staff_id": staff_id, **body.model_dump()})))
    with desk.look() as reader:
        row = key_of(reader, secret, desk.parts.clock.now())
    if row is None:
        raise NotFound(thing="api_key")
    return Key(id=row["id"], key=secret, prefix=secret[:SHOWN])


@KEYS.operation("POST", "/keys/{key_id}/revoke", does(RevokeApiKey), status=204)
def revoke_api_key(desk: AtDesk, key_id: IdIn) -> None:
    """Revoke a key; it opens nothing from the next request on."""
    desk.do(RevokeApiKey(key_id=key_id))


@KEYS.operation("POST", "/staff/{staff_id}/login", does(SetLogin), status=204, errors=[409])
def set_login(desk: AtDesk, staff_id: IdIn, body: NewLogin) -> None:
    """Say under which name a member signs in."""
    desk.do(SetLogin(staff_id=staff_id, login=body.login))


@KEYS.operation(
    "POST",
    "/staff/{staff_id}/password",
    reaches(ResetPassword.permission, "staff", "staff_id"),
    status=204,
    secret=True,
)
def reset_password(desk: AtDesk, staff_id: IdIn, body: NewPassword) -> None:
    """Give a member a new password; he is signed out everywhere and must first take one of his own."""
    with desk.look() as reader:
        member = reader.peek(staff, staff_id)
    others = () if member is None else (as_typed(member["login"] or ""), member["name"])
    problems = password_problems(body.password, *others)
    if problems:
        raise Invalid(problems=problems)
    desk.do(ResetPassword(staff_id=staff_id, hashed=hash_password(body.password)))


@KEYS.operation("POST", "/staff/{staff_id}/totp/reset", does(ResetTotp), status=204)
def reset_totp(desk: AtDesk, staff_id: IdIn) -> None:
    """Take away a second factor that was lost; the member is signed out everywhere."""
    desk.do(ResetTotp(staff_id=staff_id))
