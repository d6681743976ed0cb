"""The bus and the house of an agency, from its settings: what every card and dialog leans on."""

from bot.cards.context import House
from bot.dialogs.press import check_presses
from bot.router import check_table
from bot.texts.living import LivingTexts
from core.bus.bus import Bus
from core.catalog.calendars import LivingCalendars
from core.catalog.catalogue import Catalogue
from core.catalog.office_tables import LivingTables
from core.catalog.settings import LivingAgency
from core.engine.access import Policy
from core.engine.calendars.known import CALENDARS
from core.files.links import PURPOSE, SENT_PURPOSE, UPLOAD_PURPOSE, OriginalLinks, SentLinks, UploadLinks
from core.kit.crypto import Vault
from core.kit.settings import Settings
from core.staff.policy import DEFAULT
from core.wiring.hall import build_bus


def check_dialogs() -> None:
    check_presses()
    check_table(frozenset(name for grants in DEFAULT.grants.values() for name in grants) | frozenset(DEFAULT.client))


def bus_of(
    policy: Policy, catalogue: Catalogue, texts: LivingTexts, agency: LivingAgency, hooks: frozenset[str] = frozenset()
) -> Bus:
    zone = CALENDARS[agency.written.calendar].zone
    return build_bus(policy, catalogue, dict(CALENDARS), texts, agency=agency, zone=zone, hooks=hooks)


def house_of(
    settings: Settings,
    vault: Vault,
    policy: Policy,
    catalogue: Catalogue,
    texts: LivingTexts,
    agency: LivingAgency,
) -> House:
    return House(
        texts=texts,
        catalogue=catalogue,
        policy=policy,
        calendars=LivingCalendars(CALENDARS, settings.agency.calendar),
        tables=LivingTables(),
        settled=agency,
        zone=CALENDARS[settings.agency.calendar].zone,
        links=OriginalLinks(vault.derive(PURPOSE), settings.base_url),
        uploads=UploadLinks(vault.derive(UPLOAD_PURPOSE), settings.base_url),
        upload_bytes=settings.limits.upload_bytes,
        sent_links=SentLinks(vault.derive(SENT_PURPOSE), settings.base_url),
        base_url=settings.base_url,
    )
