"""Whether the working calendars that are in use know this year, and late in the year also the next one."""

from collections.abc import Iterator
from datetime import datetime

from bot.cli.checkup.finding import Finding, advice, ok
from core.catalog.calendars import LivingCalendars
from core.catalog.catalogue import Catalogue
from core.engine.calendars.known import CALENDARS
from core.engine.flow import read_flow
from core.kit.errors import Refusal
from core.store.reading import Reader

NEXT_FROM = 11  # the month from which on the next year's holidays should be there


def calendars(reader: Reader, office: str, now: datetime) -> Iterator[Finding]:
    """`office`: the calendar of the agency itself; beside it those that the newest versions of the flows name."""
    living = LivingCalendars(CALENDARS, office)
    known = living.names(reader)
    for name in sorted({office, *_named(reader)} & set(known)):
        calendar = living.of(reader, name)
        today = now.astimezone(calendar.zone).date()
        years = [today.year] + ([today.year + 1] if today.month >= NEXT_FROM else [])
        missing = [year for year in years if not calendar.knows(year)]
        for year in missing:
            how = "only expected days" if calendar.has_rows(year) else "no days"
            said = f"{name} has {how} for {year}: limits there are planned by the usual week."
            yield advice("calendars", said, f"banli calendar holidays {name} --country CN --year {year} (your country)")
        if not missing:
            yield ok("calendars", f"{name} knows {' and '.join(map(str, years))}.")


def _named(reader: Reader) -> set[str]:
    found = set()
    for row in Catalogue().newest(reader):
        try:
            found.add(read_flow(bytes(row["source"])).calendar)
        except Refusal:
            continue  # it is told as a finding of its own
    return found
