"""What a check may look at: the inspection, the case's facts, what the reviewer gave, and today."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from core.files.checks.mrz_lines import reading_in
from core.files.inspection import Inspection
from core.files.recognise import MrzReading, Recognised

DateName = Literal["issued", "expires", "from", "to"]
DATE_WORDS: Final[Mapping[str, dict[str, str]]] = {
    "issued": {"zh-CN": "开具日期", "en": "date of issue"},
    "expires": {"zh-CN": "有效期至", "en": "date of expiry"},
    "from": {"zh-CN": "起始日期", "en": "first date"},
    "to": {"zh-CN": "截止日期", "en": "last date"},
}


@dataclass(frozen=True, slots=True)
class Seen:
    """``facts`` carry fields of the case as ``case.<key>``; ``dates`` are what the reviewer read on the
    document."""

    inspection: Inspection
    today: date
    facts: Mapping[str, object] = field(default_factory=dict)
    dates: Mapping[str, object] = field(default_factory=dict)
    ticks: frozenset[str] = frozenset()
    recognised: Recognised | None = None

    def given(self, name: DateName) -> date | None:
        """A date that stands on the document, or None while nobody has read it."""
        return as_date(self.dates.get(name))

    def field_date(self, name: str) -> date | None:
        """A date field of the case, or None while it is unknown."""
        return as_date(self.facts.get(f"case.{name}", self.facts.get(name)))

    def mrz(self) -> MrzReading | None:
        """The machine-readable zone: what was recognised, else what stands in the text layer."""
        if self.recognised is not None:
            return self.recognised.mrz
        return reading_in(self.inspection.text, self.today)

    def text(self) -> str:
        """The document's words: its text layer, else what was recognised; "" when there are none."""
        return self.inspection.text or (self.recognised.text if self.recognised else "")


def as_date(value: object) -> date | None:
    """A date from a date, a moment or ISO text; None for anything else."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    return None
