"""What handlers may ask of rooms that they do not know: the tools of a deed."""

from typing import Any
from zoneinfo import ZoneInfo

from core.bus.deed import Deed
from core.cases import stages, team
from core.cases.gagging import gag_of
from core.cases.tables import case
from core.catalog.calendars import LivingCalendars
from core.catalog.catalogue import Catalogue
from core.catalog.office_tables import LivingTables
from core.catalog.settings import LivingAgency
from core.conversations.reach import has_chat
from core.engine.calendar import WorkingCalendar
from core.engine.sayings import Sayings
from core.kit.settings import Agency
from core.staff.departments import names_of_departments
from core.store.sealing import Row
from core.store.unit import UnitOfWork
from core.views.checklist_view import checklist, waiting_for_client
from core.views.office_tables import versions_in_use
from core.wiring.forgetting import end_cases


def tools(
    catalogue: Catalogue,
    calendars: dict[str, WorkingCalendar],
    sayings: Sayings,
    agency: LivingAgency | None,
    zone: ZoneInfo | None,
    hooks: frozenset[str],
    tables: LivingTables,
) -> dict[str, Any]:
    """By name; without an agency and a zone those of a house that has settled nothing. `hooks`: webhooks
    that the operator has listed."""
    settled = agency or LivingAgency(Agency())
    office = calendars[settled.written.calendar]
    living = LivingCalendars(calendars, settled.written.calendar)

    def calendar_of_case(deed: Deed, case_id: int) -> WorkingCalendar:
        return stages.calendar_of(deed, stages.compiled_of(deed, deed.uow.get(case, case_id)))

    def waits_for_client(uow: UnitOfWork, row: Row) -> bool:
        return bool(waiting_for_client(checklist(uow, catalogue.compiled(uow, row["flow_version_id"]), row["id"])))

    return {
        "catalogue": catalogue,
        "calendars": living,
        "tables": tables,
        "versions_in_use": lambda uow: versions_in_use(uow, catalogue),
        "calendar_of_case": calendar_of_case,
        "team": team.who,
        "open_cases": team.open_cases,
        "cases_of": lambda uow, client_id: [row["id"] for row in uow.find(case, client_id=client_id)],
        "end_cases": end_cases,
        "gag_of_case": lambda uow, case_id: gag_of(catalogue, uow, case_id),
        "stage_of_case": lambda uow, case_id: uow.get(case, case_id)["stage"],
        "reachable": has_chat,
        "sayings": sayings,
        "zone": zone or office.zone,
        "agency": settled,
        "waits_for_client": waits_for_client,
        "hooks": hooks,
        "departments": names_of_departments,
        "open_in_department": lambda uow, number: uow.first(case, department_id=number, state="open") is not None,
    }
