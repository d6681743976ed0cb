"""What the doctor reads in the database: version, tables, key, clock, flows, admin, processes, queues, audit."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from bot.app import database_file
from bot.cli.checkup.calendars import calendars
from bot.cli.checkup.crew import crew
from bot.cli.checkup.finding import Finding, advice, ok, wrong
from bot.cli.flow_files import examined
from bot.cli.names import names_in
from core.catalog.catalogue import Catalogue
from core.clients.tables import client
from core.kit.crypto import MissingKey, Tampered, Vault
from core.kit.db import is_sqlite, reader_engine
from core.kit.floor import standing
from core.kit.settings import Settings
from core.ledger.tables import audit, errand, in_state, inbox, outbox, timer
from core.staff.tables import staff
from core.store.reading import Reader, Reading
from core.store.sealing import Sealing

OLDEST_SQLITE = (3, 35)  # RETURNING
OLDEST_POSTGRES = 15
LATE = timedelta(minutes=5)  # what waits longer is worked on by nobody
APART = timedelta(seconds=5)
RUNS = "is a process running? banli run; its log says what holds it up"


@dataclass(frozen=True, slots=True)
class Books:
    """What the questions below are asked of."""

    reader: Reader
    settings: Settings
    now: datetime


def stored(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Everything that can be read; where one thing is missing, what depends on it is not asked."""
    try:
        vault = Vault.from_settings(settings)
    except MissingKey as missing:
        yield wrong("keys", str(missing), "banli init makes one")
        return
    yield ok("keys", f"{len(vault.key_ids)} key(s); {vault.primary} seals.")
    file = database_file(settings)
    if file is not None and not file.is_file():
        yield wrong("database", f"There is no database at {file} yet.", "banli init, or banli migrate")
        return
    reading = Reading(reader_engine(settings.database_url.get_secret_value()), Sealing(vault))
    try:
        with reading.open() as reader:
            yield from _inside(Books(reader, settings, now))
    except DBAPIError as down:
        remedy = "start it, or mend BANLI_DATABASE_URL"
        yield wrong("database", f"It does not answer: {str(down.orig)[:300].strip()}", remedy)
    finally:
        reading.close()


def _inside(books: Books) -> Iterator[Finding]:
    yield version(books)
    stands = standing(books.reader.connection)
    if not stands.well:
        yield wrong("migrations", stands.said, "make a backup, then: banli migrate" if stands.older else stands.remedy)
        return
    if stands.newer:
        yield advice("migrations", stands.said, "bring this machine to the newer version when the upgrade is done")
    else:
        yield ok("migrations", f"The tables are at {stands.found}.")
    questions: tuple[Callable[[Books], Iterator[Finding]], ...] = (
        key,
        clock,
        flows,
        years,
        admin,
        processes,
        queues,
        seals,
    )
    for question in questions:
        yield from question(books)


def version(books: Books) -> Finding:
    """Whether the database is one that Banli is tested with."""
    if is_sqlite(books.settings.database_url.get_secret_value()):
        found = f"SQLite {sqlite3.sqlite_version}"
        good = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    else:
        number = int(books.reader.connection.execute(text("SHOW server_version_num")).scalar_one())
        found, good = f"PostgreSQL {number // 10_000}", number // 10_000 >= OLDEST_POSTGRES
    if good:
        return ok("database", f"{found} answers.")
    return wrong("database", f"{found} is too old.", f"PostgreSQL {OLDEST_POSTGRES} or newer, SQLite 3.35 or newer")


def key(books: Books) -> Iterator[Finding]:
    """Opens one sealed name: another database's key would show only when the first client is answered."""
    try:
        found = books.reader.first(staff) or books.reader.first(client)
    except Tampered as no:
        yield wrong(
            "key_fits", f"What is stored cannot be opened: {no}.", "put the key of this database into BANLI_KEYS"
        )
        return
    yield ok("key_fits", "What is stored opens." if found else "Nothing is stored yet that would need the key.")


def clock(books: Books) -> Iterator[Finding]:
    """The clock must not be behind what was written, nor apart from the database server's."""
    last = books.reader.first(audit, order=audit.c.id.desc())
    if last is not None and last["at"] - books.now > APART:
        said = f"The clock says {books.now:%Y-%m-%d %H:%M:%S} UTC, the last deed is of {last['at']:%Y-%m-%d %H:%M:%S}."
        yield wrong("clock", said, "set the clock (timedatectl set-ntp true)")
    elif not is_sqlite(books.settings.database_url.get_secret_value()) and abs(_apart(books)) > APART:
        said = f"This clock and the database server's are {abs(_apart(books)).total_seconds():.0f} s apart."
        yield advice("clock", said, "set both (timedatectl set-ntp true)")
    else:
        yield ok("clock", f"It is {books.now:%Y-%m-%d %H:%M:%S} UTC.")


def _apart(books: Books) -> timedelta:
    theirs = books.reader.connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return timedelta(seconds=(theirs - books.now).total_seconds())


def flows(books: Books) -> Iterator[Finding]:
    """The newest version of every flow must still be understood by this version of the code."""
    published, names = Catalogue().newest(books.reader), names_in(books.reader, books.settings)
    for row in published:
        found = examined(bytes(row["source"]), names)
        if found.problems:
            said = f"{row['flow']} version {row['version']}: {found.problems[0]}"
            yield wrong("flows", said, "mend the flow and publish a new version")
    if not published:
        yield wrong("flows", "No flow is published: no case can begin.", "banli flow publish flows/<key>/v1.yaml")
    else:
        yield ok("flows", f"{len(published)} published: {', '.join(row['flow'] for row in published)}.")


def years(books: Books) -> Iterator[Finding]:
    """Whose holidays are missing."""
    yield from calendars(books.reader, books.settings.agency.calendar, books.now)


def admin(books: Books) -> Iterator[Finding]:
    """Somebody must be able to add staff."""
    active = books.reader.rows(select(staff.c.roles).where(staff.c.active))  # no name has to be opened for it
    admins = [row for row in active if "admin" in row["roles"]]
    if admins:
        yield ok("admin", f"{len(admins)} with the role admin.")
    else:
        yield wrong("admin", "Nobody has the role admin.", "banli init makes the first one")


def processes(books: Books) -> Iterator[Finding]:
    """Who works, here and on other machines."""
    yield from crew(books.reader, books.now)


def queues(books: Books) -> Iterator[Finding]:
    """What was given up, and what waits although it is due."""
    for table in (inbox, outbox, timer, errand):
        waiting = select(func.count().label("n"), func.min(table.c.due).label("oldest"))
        [dead] = books.reader.rows(select(func.count().label("n")).where(in_state(table, "dead")))
        [late] = books.reader.rows(waiting.where(in_state(table, "waiting"), table.c.due < books.now - LATE))
        if dead["n"]:
            said = f"{dead['n']} row(s) of {table.name} were given up after several failures."
            yield wrong("parked", said, "banli dead-letters list; then retry, or drop with a reason")
        if late["n"]:
            yield wrong(
                "queues", f"{late['n']} row(s) of {table.name} wait since {late['oldest']:%Y-%m-%d %H:%M} UTC.", RUNS
            )
        if not dead["n"] and not late["n"]:
            yield ok("queues", f"{table.name}: nothing is late, nothing was given up.")


def seals(books: Books) -> Iterator[Finding]:
    """The audit is sealed some seconds after the deed; a longer tail means that nobody seals."""
    tail = select(func.count().label("n"), func.min(audit.c.at).label("oldest")).where(audit.c.chain.is_(None))
    [found] = books.reader.rows(tail)
    if found["n"] and found["oldest"] < books.now - LATE:
        said = f"{found['n']} row(s) of the audit are not sealed, the oldest of {found['oldest']:%Y-%m-%d %H:%M} UTC."
        yield wrong("audit", said, RUNS)
    else:
        yield ok("audit", f"{found['n']} row(s) wait for their seal, none of them for long.")
