"""`banli key`: keys for the API, issued, listed and revoked."""

from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.table import Table

from bot.cli.counter import Counter, counter
from bot.cli.terminal import AsJson, out, tell_json
from core.commands.people import IssueApiKey, RevokeApiKey
from core.kit.errors import NotFound
from core.staff.keys import SHOWN, key_of
from core.staff.tables import api_key

app = typer.Typer(help="Keys for the API.", no_args_is_help=True)


@app.command("issue")
def issue(
    who: Annotated[str, typer.Argument(help="Login name or id of the member as whom it acts.")],
    name: Annotated[str, typer.Option(help="What it is for.")] = "cli",
    scope: Annotated[
        list[str] | None, typer.Option(help="A permission of the member; may be repeated. None: all that he has.")
    ] = None,
    days: Annotated[int | None, typer.Option(help="It ends after so many days; else it does not.", min=1)] = None,
    as_json: AsJson = False,
) -> None:
    """Issue a key. Its secret is printed this once and kept nowhere."""
    with counter() as desk:
        now = desk.banli.clock.now()
        ends = None if days is None else now + timedelta(days=days)
        scopes = tuple(scope) if scope else None
        secret = str(desk.do(IssueApiKey(staff_id=desk.member(who)["id"], name=name, scopes=scopes, expires_at=ends)))
        with desk.banli.reading.open() as reader:
            row = key_of(reader, secret, now)
        if row is None:
            raise NotFound(thing="api_key")
    if as_json:
        tell_json({"id": str(row["id"]), "key": secret, "prefix": secret[:SHOWN]})
    else:
        out.print(secret, markup=False)


@app.command("list")
def list_keys(
    who: Annotated[str | None, typer.Argument(help="Login name or id; left out: everybody's.")] = None,
    as_json: AsJson = False,
) -> None:
    """Keys without their secrets, also those that have ended."""
    with counter() as desk:
        found = _keys(desk, who)
    if as_json:
        tell_json(found)
        return
    table = Table("id", "staff", "name", "begins", "scopes", "expires", "used", "revoked")
    for each in found:
        scopes = "all" if each["scopes"] is None else ", ".join(each["scopes"])
        moments = (each[name] or "-" for name in ("expires_at", "used_at", "revoked_at"))
        table.add_row(each["id"], each["staff_id"], each["name"], each["prefix"], scopes, *moments)
    out.print(table)


@app.command("revoke")
def revoke(key_id: Annotated[int, typer.Argument(help="Id of the key.")], as_json: AsJson = False) -> None:
    """End a key: it opens nothing from the next request on."""
    with counter() as desk:
        desk.do(RevokeApiKey(key_id=key_id))
    if as_json:
        tell_json({"id": str(key_id), "revoked": True})
    else:
        out.print(f"The key {key_id} opens nothing any more.", markup=False)


def _keys(desk: Counter, who: str | None) -> list[dict[str, Any]]:
    equal = {} if who is None else {"staff_id": desk.member(who)["id"]}
    with desk.banli.reading.open() as reader:
        rows = reader.find(api_key, **equal)
    moments = ("created_at", "expires_at", "used_at", "revoked_at")
    return [
        {"id": str(row["id"]), "staff_id": str(row["staff_id"]), "name": row["name"], "prefix": row["prefix"]}
        | {"scopes": row["scopes"]}
        | {name: None if row[name] is None else row[name].isoformat() for name in moments}
        for row in rows
    ]
