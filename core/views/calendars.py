"""Working calendars and the open cases that go by them."""

from datetime import datetime

from sqlalchemy import func, select

from core.cases.tables import case
from core.catalog.calendars import LivingCalendars
from core.catalog.catalogue import Catalogue
from core.ledger.tables import in_state
from core.store.reading import Reader


def open_cases(reader: Reader, catalogue: Catalogue, name: str) -> int:
    """How many open cases have a flow version that names this calendar."""
    counted = select(case.c.flow_version_id, func.count().label("n")).where(in_state(case, "open"))
    rows = reader.rows(counted.group_by(case.c.flow_version_id))
    return sum(row["n"] for row in rows if catalogue.compiled(reader, row["flow_version_id"]).flow.calendar == name)


def unconfirmed(
    reader: Reader, catalogue: Catalogue, calendars: LivingCalendars, now: datetime
) -> list[tuple[str, int]]:
    """Calendar and year, where limits of open cases reach into a year whose holidays nobody has confirmed."""
    last = select(case.c.flow_version_id, func.max(case.c.due).label("last"))
    rows = reader.rows(last.where(in_state(case, "open"), case.c.due > now).group_by(case.c.flow_version_id))
    found = set()
    for row in rows:
        name = catalogue.compiled(reader, row["flow_version_id"]).flow.calendar
        found |= {(name, year) for year in calendars.of(reader, name).missing_years(now, row["last"])}
    return sorted(found)
