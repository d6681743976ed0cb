"""What a flow may name and does not say: the agency's own where its database can be read, else the house's."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from bot.app import database_file
from core.catalog.calendars import LivingCalendars
from core.catalog.catalogue import Catalogue
from core.catalog.office_tables import LivingTables
from core.catalog.tables import office_table
from core.engine.calendars.known import CALENDARS
from core.engine.office_table import Tables
from core.kit.crypto import MissingKey, Tampered, Vault
from core.kit.db import reader_engine
from core.kit.floor import standing
from core.kit.settings import Settings, load_settings
from core.kit.settings_sources import SettingsError
from core.staff.departments import names_of_departments
from core.staff.living import overlaid
from core.staff.policy import DEFAULT, ROLES
from core.store.reading import Reader, Reading
from core.store.sealing import Sealing


@dataclass(frozen=True, slots=True)
class Names:
    """``called``: what people call the roles; ``whose``: a sentence for whoever reads what was found with them."""

    called: Mapping[str, Mapping[str, str]]
    calendars: Collection[str]
    whose: str
    departments: Collection[str] | None = None  # None: nobody knows
    hooks: Collection[str] | None = None  # of the settings
    tables: Tables | None = None  # of the office, likewise
    flows: Mapping[str, bytes] | None = None  # the newest source of each that is published; None: nobody knows

    @property
    def roles(self) -> Collection[str]:
        return self.called.keys()


def house_names(why: str) -> Names:
    """What Banli comes with, and why no more is known."""
    return Names(ROLES, tuple(CALENDARS), f"Compared with the roles and calendars that Banli comes with: {why}.")


def names_in(reader: Reader, settings: Settings) -> Names:
    """What this agency has made of them."""
    roles, calendars = overlaid(DEFAULT, reader).roles, LivingCalendars(CALENDARS, next(iter(CALENDARS))).names(reader)
    own = len(set(roles) - set(ROLES)), len(set(calendars) - set(CALENDARS))
    sources = {row["flow"]: bytes(row["source"]) for row in Catalogue().newest(reader)}
    told = f"Compared with the agency's database: {own[0]} roles and {own[1]} calendars of its own."
    held = LivingTables().those(reader, [row["name"] for row in reader.find(office_table)])
    return Names(roles, calendars, told, names_of_departments(reader), tuple(settings.hooks), held, sources)


def known_names() -> Names:
    """Of the agency whose settings stand here. Changes nothing, and works where there is no agency yet."""
    try:
        settings = load_settings()
        vault = Vault.from_settings(settings)
    except (SettingsError, MissingKey):
        return house_names("no database is configured here (banli config check)")
    file = database_file(settings)
    if file is not None and not file.is_file():
        return house_names(f"there is no database at {file} yet")
    return _read(settings, vault)


def _read(settings: Settings, vault: Vault) -> Names:
    reading = Reading(reader_engine(settings.database_url.get_secret_value()), Sealing(vault))
    try:
        with reading.open() as reader:
            if not standing(reader.connection).well:
                return house_names("the tables are not those of this version (banli migrate)")
            return names_in(reader, settings)
    except (DBAPIError, Tampered):
        return house_names("the configured database cannot be read (banli doctor)")
    finally:
        reading.close()
