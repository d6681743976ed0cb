"""A table of the office was imported anew: what open cases have from it is looked up again, with all that hangs on it.

In parts, as with calendars: a step looks at some cases and gives each that is concerned a timer of its own. A case that
is opened or moved meanwhile goes by the new rows anyway; looking up again changes nothing then.
"""

from collections.abc import Iterator
from typing import Final

from core.bus.deed import Deed
from core.cases.checklist import sync_checklist
from core.cases.computed import compute_again
from core.cases.stages import compiled_of
from core.cases.tables import case, case_event
from core.catalog.office_tables import LivingTables, spread
from core.catalog.tables import office_table
from core.commands.command import Command
from core.commands.tables import LookUpAgain, SpreadTable
from core.commands.work import CreateTask
from core.engine.office_table import gone, values_of
from core.engine.text import LANGUAGES
from core.events.tables import ChoiceBack, ChoiceGone
from core.ledger import timers
from core.reactions import planning
from core.store.sealing import Row

PART: Final = 100  # cases that one step looks at
_TOLD: Final = (ChoiceGone.__name__, ChoiceBack.__name__)


def spread_table(command: SpreadTable, deed: Deed) -> None:
    """Hand on the next part; the chain ends behind the last case."""
    deed.uow.need(f"{office_table.name}:{command.name}")
    rows = deed.uow.find(case, case.c.id > command.after, case.c.state == "open", order=case.c.id, limit=PART)
    for row in rows:
        if command.name in compiled_of(deed, row).flow.tables:
            again = LookUpAgain(case_id=row["id"])
            timers.plan(deed.uow, f"lookup:{row['id']}", deed.now, again, case_id=row["id"], scope="table")
    if len(rows) == PART:
        spread(command.name, rows[-1]["id"], deed)


def look_up_again(command: LookUpAgain, deed: Deed) -> None:
    """The computed fields, the checklist and the moments of rules as the rows say now; a row that has gone is told."""
    row = deed.uow.get(case, command.case_id)
    if row["state"] != "open":
        return
    before = dict(row)
    compute_again(row, deed)
    sync_checklist(row, deed)
    planning.plan_by_new_hours(row, before, deed)
    _tell_gone(row, deed)


def _tell_gone(row: Row, deed: Deed) -> None:
    """Once for every row that has gone, and once again when it is back."""
    flow = compiled_of(deed, row).flow
    living: LivingTables = deed.tool("tables")
    missing = gone(flow, row["fields"], living.of_flow(deed.uow, flow))
    said: dict[tuple[str, str], str] = {}
    for each in deed.uow.find(case_event, case_event.c.type.in_(_TOLD), case_id=row["id"], order=case_event.c.seq):
        said[each["data"]["field"], each["data"]["choice"]] = each["type"]
    for field, choices in missing.items():
        for choice in choices:
            if said.get((field, choice)) != ChoiceGone.__name__:
                about = {"field": field, "choice": choice, "table": flow.field(field).choices_from or ""}
                deed.emit(ChoiceGone(case_id=row["id"], **about))
    known = {field.key: field.choices_from or "" for field in flow.fields if field.choices_from}
    for (field, choice), told in said.items():
        back = told == ChoiceGone.__name__ and field in known and choice not in missing.get(field, ())
        if back and choice in values_of(row["fields"].get(field)):
            deed.emit(ChoiceBack(case_id=row["id"], field=field, choice=choice, table=known[field]))


def ask_staff(event: ChoiceGone, deed: Deed) -> Iterator[Command]:
    """Whoever is in charge of the stage looks after it: one open task for each field."""
    row = deed.uow.get(case, event.case_id or 0)
    flow = compiled_of(deed, row).flow
    sayings = deed.tool("sayings")
    title = {
        language: sayings.say(
            language,
            "tables.gone_task",
            {"field": flow.field(event.field).name.get(language, event.field), "choice": event.choice},
        )
        for language in LANGUAGES
    }
    role = flow.stage(row["stage"]).owner
    yield CreateTask(case_id=row["id"], role=role, title=title, due="1d", key=f"gone:{event.field}")
