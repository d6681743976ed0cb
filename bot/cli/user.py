"""`banli user`: the first admin, who is there, and help for whoever cannot sign in."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from bot.cli.counter import Counter, counter, password_from
from bot.cli.terminal import AsJson, out, tell_json
from core.commands.accounts import ResetPassword, ResetTotp
from core.commands.people import AddStaff
from core.commands.staffing import DisableStaff, EnableStaff
from core.staff.passwords import hash_password
from core.staff.second_factor import is_on
from core.staff.tables import credential, staff

app = typer.Typer(help="Members of staff: the first admin, who is there, who may sign in.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(help="Login name or id.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(help="Its first line is the password; else it is asked for.", exists=True, dir_okay=False),
]


@app.command("create-admin")
def create_admin(
    name: Annotated[str, typer.Option(help="What people call him; else it is asked for.")] = "",
    login: Annotated[str, typer.Option(help="The name under which he signs in; else it is asked for.")] = "",
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Make an admin who signs in with a password of at least 12 characters. Nothing else makes the first one."""
    with counter() as desk:
        name = name or str(typer.prompt("Name"))
        login = login or str(typer.prompt("Login name"))
        hashed = hash_password(password_from(password_file, login, name))
        staff_id = 0

        def password(made: int) -> ResetPassword:
            nonlocal staff_id
            staff_id = made
            return ResetPassword(staff_id=made, hashed=hashed, own=True)

        desk.do(AddStaff(name=name, roles=("admin",), login=login), password)
        _tell(
            {"id": str(staff_id), "login": login.strip().lower()}, f"{name} is an admin now (id {staff_id}).", as_json
        )


@app.command("list")
def list_users(as_json: AsJson = False) -> None:
    """Every member of staff, also who has left."""
    with counter() as desk:
        found = _members(desk)
    if as_json:
        tell_json(found)
        return
    table = Table("id", "name", "login", "roles", "active", "second factor")
    for each in found:
        marks = ("yes" if each[key] else "no" for key in ("active", "second_factor"))
        table.add_row(each["id"], each["name"], each["login"] or "-", ", ".join(each["roles"]), *marks)
    out.print(table)


@app.command("disable")
def disable(who: Who, as_json: AsJson = False) -> None:
    """Let a member go: his keys, sessions and buttons open nothing any more."""
    with counter() as desk:
        member = desk.member(who)
        desk.do(DisableStaff(staff_id=member["id"]))
        _tell({"id": str(member["id"]), "active": False}, f"{member['name']} is kept out from now on.", as_json)


@app.command("enable")
def enable(who: Who, as_json: AsJson = False) -> None:
    """Take a member back; his old keys and sessions stay ended."""
    with counter() as desk:
        member = desk.member(who)
        desk.do(EnableStaff(staff_id=member["id"]))
        _tell({"id": str(member["id"]), "active": True}, f"{member['name']} is back.", as_json)


@app.command("reset-password")
def reset_password(who: Who, password_file: PasswordFile = None, as_json: AsJson = False) -> None:
    """Give a member a new password; he is signed out everywhere and must take one of his own when he comes back."""
    with counter() as desk:
        member = desk.member(who)
        hashed = hash_password(password_from(password_file, member["login"] or "", member["name"]))
        desk.do(ResetPassword(staff_id=member["id"], hashed=hashed))
        _tell({"id": str(member["id"])}, f"{member['name']} has a new password and is signed out everywhere.", as_json)


@app.command("reset-totp")
def reset_totp(who: Who, as_json: AsJson = False) -> None:
    """Take away a second factor that was lost; the member is signed out everywhere."""
    with counter() as desk:
        member = desk.member(who)
        desk.do(ResetTotp(staff_id=member["id"]))
        _tell({"id": str(member["id"])}, f"{member['name']} signs in with the password alone.", as_json)


def _members(desk: Counter) -> list[dict[str, Any]]:
    with desk.banli.reading.open() as reader:
        factors = {row["staff_id"]: is_on(row) for row in reader.find(credential)}
        return [
            {
                "id": str(row["id"]),
                "name": row["name"],
                "login": row["login"],
                "roles": row["roles"],
                "active": row["active"],
                "second_factor": factors.get(row["id"], False),
            }
            for row in reader.find(staff)
        ]


def _tell(found: dict[str, Any], words: str, as_json: bool) -> None:
    if as_json:
        tell_json(found)
    else:
        out.print(words, markup=False)
