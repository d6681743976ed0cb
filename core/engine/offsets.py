"""How far a rule's moment lies from what it hangs on: "-6months", "1year", "5d", "30min", or "150%" of a limit."""

import re
from dataclasses import dataclass
from typing import ClassVar, Literal, cast

from core.engine.calendar import Span, Unit
from core.engine.date_shift import Shift, ShiftUnit
from core.engine.text import Words
from core.engine.written import Written

OffsetUnit = Literal["min", "h", "d", "cd", "w", "month", "year", "%"]

_LONG = ("month", "year")


@dataclass(frozen=True, slots=True)
class Offset(Written):
    """So much before (a negative amount) or after: min, h and d are working time, cd, w, month and year calendar time;
    a percentage is one of the stage's limit."""

    FORM: ClassVar = re.compile(r"([+-]?)(\d{1,5})(min|h|d|cd|w|%|months?|years?)", re.ASCII)

    amount: int
    unit: OffsetUnit

    @classmethod
    def parse(cls, text: str) -> "Offset":
        """Read "30min", "4h", "5d", "-3cd", "2w", "-6months", "1year", "150%". Raises ValueError."""
        match = cls.FORM.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is no distance in time: write 30min, 4h, 5d, -3cd, 2w, -6months, 1year or 150%")
        amount = int(match[2])
        return cls(-amount if match[1] == "-" else amount, cast(OffsetUnit, match[3].removesuffix("s")))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}{'s' if self.unit in _LONG and abs(self.amount) != 1 else ''}"

    def words(self) -> Words:
        """As people say it, without its sign."""
        if self.unit == "%":
            return {"zh-CN": f"时限的 {self.amount}%", "en": f"{self.amount}% of the limit"}
        if self.unit in _LONG:
            return Shift(abs(self.amount), cast(ShiftUnit, self.unit)).words()
        return Span(self.amount, cast(Unit, self.unit)).words()
