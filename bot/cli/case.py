"""`banli case`: how a case stands, without names unless they are asked for; whoever asks stands in the audit."""

from typing import Annotated, Any, Final, Literal

import typer
from sqlalchemy import select

from bot.app import Banli, build
from bot.cli.case_rules import found, rearm, rules
from bot.cli.configured import settings_or_exit
from bot.cli.serving import looking, owned
from bot.cli.terminal import AsJson, out, tell_json
from core.bus.deed import SYSTEM
from core.cases.pausing import paused_since
from core.cases.tables import applicant, case
from core.engine.flow import Field, Flow
from core.engine.masking import mask_value
from core.kit.ids import new_id
from core.kit.settings import Settings
from core.ledger import audit
from core.store.reading import Reader
from core.store.sealing import Row
from core.views.case_view import case_view
from core.views.checklist_view import checklist

PAGE: Final = 50
_FORMS: Final = {"phone": "phone", "email": "email"}  # type of a flow's field -> the pattern by which it is masked

app = typer.Typer(help="Look at cases.", no_args_is_help=True)
app.command()(rules)
app.command()(rearm)

Reveal = Annotated[
    bool, typer.Option("--reveal", help="Show personal data; that it was asked for goes into the audit.")
]


@app.command("list")
def list_command(
    state: Annotated[Literal["open", "closed"], typer.Option(help="Which cases.")] = "open",
    flow: Annotated[str | None, typer.Option(help="Only cases of this flow (its key).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The newest so many.")] = PAGE,
    json: AsJson = False,
) -> None:
    """The newest cases: number, flow, stage and limit, nobody's name."""
    names = ("number", "flow", "stage", "substate", "outcome", "due", "paused_at", "opened_at")
    chosen = select(*(case.c[name] for name in names)).where(
        case.c.state == state, *([] if flow is None else [case.c.flow == flow])
    )
    with looking(settings_or_exit()) as (_, reader):
        rows = reader.rows(chosen.order_by(case.c.id.desc()).limit(limit))
    if json:
        tell_json(rows)
        return
    for row in rows:
        due = f", by {row['due']:%Y-%m-%d %H:%M} UTC" if row["due"] else ""
        due = due or (f", paused since {row['paused_at']:%Y-%m-%d %H:%M} UTC" if row["paused_at"] else "")
        out.print(
            f"{row['number']}  {row['flow']}  {row['outcome'] or row['substate'] or row['stage']}{due}", markup=False
        )
    out.print(f"{len(rows)} {state} case(s).")


@app.command()
def show(
    number: Annotated[str, typer.Argument(help="The number of the case, such as V-2026-0001.")],
    reveal: Reveal = False,
    json: AsJson = False,
) -> None:
    """One case: where it is, what is missing, its fields. Exit code 1 when there is none of this number."""
    settings = settings_or_exit()
    if reveal:
        _note(settings, number)
    with looking(settings) as (banli, reader):
        told = _told(banli, reader, found(reader, number), reveal=reveal)
    if json:
        tell_json(told)
        return
    for item in told.pop("items"):
        out.print(f"  [{item['status']}] {item['item']} {item['of'] or ''}", markup=False)
    fields = told.pop("fields")
    for key, value in {**told, **fields}.items():
        out.print(f"{key}: {value}", markup=False)


def _note(settings: Settings, number: str) -> None:
    """Before anything is shown. On SQLite this needs the file, so no process may be running."""
    with owned(settings):
        banli = build(settings)
        banli.start()
        try:
            with banli.reading.open() as reader:
                case_id = found(reader, number)["id"]
            about = {"correlation": new_id(), "subject": f"case:{case_id}", "case_id": case_id}
            banli.store.run(lambda uow: audit.note(uow, SYSTEM, "cli", "RevealCase", **about))
        finally:
            banli.stop()


def _told(banli: Banli, reader: Reader, row: Row, *, reveal: bool) -> dict[str, Any]:
    view = case_view(reader, banli.catalogue, row["id"])
    flow = view.compiled.flow

    def name(of: str) -> str:
        return of if reveal else mask_value("name", of)

    people = {each["id"]: name(each["name"]) for each in reader.find(applicant, case_id=row["id"])}
    items = checklist(reader, view.compiled, row["id"])
    return {
        "number": row["number"],
        "flow": row["flow"],
        "version": flow.version,
        "state": row["state"],
        "stage": row["stage"],
        "substate": row["substate"],
        "outcome": row["outcome"],
        "entered_at": row["entered_at"],
        "due": row["due"],
        "paused_since": paused_since(row),
        "client": name(view.client["name"]),
        "travellers": list(people.values()),
        "owner": None if view.owner is None else name(view.owner["name"]),
        "checklist": f"{view.completion.done} of {view.completion.total}",
        "items": [
            {"item": each.item.key, "of": people.get(each.row["applicant_id"]), "status": each.row["status"]}
            for each in items
        ],
        "fields": {key: _value(flow, key, value, reveal=reveal) for key, value in row["fields"].items()},
    }


def _value(flow: Flow, key: str, value: object, *, reveal: bool) -> object:
    """What the flow does not declare as free of personal data is masked."""
    field: Field | None = next((each for each in flow.fields if each.key == key), None)
    if reveal or (field is not None and field.pii == "none"):
        return value
    return mask_value("" if field is None else _FORMS.get(field.type, ""), str(value))
