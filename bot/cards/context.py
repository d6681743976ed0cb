"""What a card is drawn from: the notice, its reader, and the state of things at this moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.texts.hours import hours_words
from bot.texts.living import LivingTexts
from core.catalog.calendars import LivingCalendars
from core.catalog.catalogue import Catalogue
from core.catalog.office_tables import LivingTables
from core.catalog.settings import LivingAgency
from core.engine.access import Actor, Mask, Policy, mask_value
from core.engine.field_words import day_words
from core.engine.manners import Manners
from core.engine.masking import HIDDEN
from core.engine.text import LANGUAGES, Words, fill, pick
from core.files.links import OriginalLinks, SentLinks, UploadLinks
from core.kit.words import DAY, SAY
from core.store.reading import Lookup
from core.store.sealing import Row
from core.views.case_view import CaseView, case_view


@dataclass(frozen=True, slots=True)
class House:
    """What every card and dialog of this agency needs; built once by the root."""

    texts: LivingTexts
    catalogue: Catalogue
    policy: Policy
    calendars: LivingCalendars
    tables: LivingTables
    settled: LivingAgency  # what the agency changes while the house runs
    zone: ZoneInfo
    links: OriginalLinks
    sent_links: SentLinks
    uploads: UploadLinks
    upload_bytes: int  # the largest file that is taken
    base_url: str  # where this installation is found, for links

    @property
    def agency(self) -> Mapping[str, str]:
        """Its name in both languages."""
        return self.settled.current.name

    @property
    def language(self) -> str:
        """Of somebody whose own is not known."""
        return self.settled.current.language

    @property
    def manners(self) -> Manners:
        return self.settled.manners

    def catch_up(self, lookup: Lookup, now: datetime) -> None:
        """Take what was changed in the agency's words and settings; most calls only look at a clock."""
        self.texts.catch_up(lookup, now)
        self.settled.catch_up(lookup, now)
        self.policy.catch_up(lookup, now)

    def hours(self, lookup: Lookup) -> Words:
        """The office hours in words, as they are at present."""
        calendar = self.calendars.office(lookup)
        return {language: hours_words(self.texts, calendar, language) for language in LANGUAGES}


@dataclass(frozen=True, slots=True)
class CardContext:
    """One card for one reader."""

    house: House
    lookup: Lookup
    actor: Actor
    language: str
    subject: Mapping[str, int]
    params: Mapping[str, Any]
    tokens: tuple[str, ...]
    now: datetime
    flow_texts: Mapping[str, Words] = field(default_factory=dict)  # what the flow of the case says in its own words
    outside: bool = False  # it leaves by SMS or mail

    def say(self, key: str, **params: object) -> str:
        """A sentence: as the flow of the case says it, else as the agency does, else as it was written."""
        own = self.flow_texts.get(key)
        if own is not None:
            return fill(pick(own, self.language), params, params.keys())
        return self.house.texts.say(self.language, key, params)

    def word(self, words: Mapping[str, Any] | None) -> str:
        """Words in both languages, or what waits to be said (core.kit.words): as the reader's language has them."""
        if words is None:
            return ""
        if DAY in words:
            return self.day(words[DAY])
        if SAY not in words:
            return pick(dict(words), self.language)
        params = {name: self.plain(value) for name, value in words.get("params", {}).items()}
        return self.say(words[SAY], **params)

    def plain(self, value: Any) -> Any:
        """A parameter as it is said: words in both languages come out in the reader's, a list as one text."""
        if isinstance(value, Mapping):
            return self.word(value)
        if isinstance(value, list):
            return ("、" if self.language == "zh-CN" else ", ").join(str(self.plain(each)) for each in value)
        return value

    def case(self) -> CaseView:
        return case_view(self.lookup, self.house.catalogue, self.subject["case"])

    def when(self, moment: datetime | None) -> str:
        """A moment as people of the office's zone write it."""
        if moment is None:
            return ""
        local = moment.astimezone(self.house.zone)
        if self.language == "en":
            return f"{local.day} {local:%b} {local.year} {local:%H:%M}"
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"

    def day(self, text: str) -> str:
        """An ISO date as people write it."""
        return day_words(text, self.language)

    def money(self, minor: int, currency: str) -> str:
        return f"{currency} {minor / 100:,.2f}"

    def shown(self, kind: str, field: str, pii: str, value: str | None) -> str:
        """A personal value as far as this reader may see it."""
        mask = self.house.policy.fields(self.actor, kind).get(field, Mask.HIDDEN)
        if not value or mask is Mask.HIDDEN:
            return ""
        return value if mask >= Mask.READ else mask_value(pii, value)

    def file_name(self, name: str) -> str:
        """What somebody has called his file, for whoever may see names: it is often his own."""
        return self.shown("file", "name", "", name) or HIDDEN

    def client_name(self, person: Row) -> str:
        return self.shown("client", "name", "name", person["name"])
