"""How far a rule's moment lies from what it hangs on: "-6months", "1year", "5d", "30min", or "150%" of a limit."""

import re
from dataclasses import dataclass
from typing import Any, Literal, cast

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from core.engine.calendar import Span, Unit
from core.engine.date_shift import Shift, ShiftUnit
from core.engine.text import Words

OffsetUnit = Literal["min", "h", "d", "cd", "w", "month", "year", "%"]

_OFFSET = re.compile(r"([+-]?)(\d{1,5})(min|h|d|cd|w|%|months?|years?)", re.ASCII)
_LONG = ("month", "year")


@dataclass(frozen=True, slots=True)
class Offset:
    """So much before (a negative amount) or after: min, h and d are working time, cd, w, month and year calendar time;
    a percentage is one of the stage's limit."""

    amount: int
    unit: OffsetUnit

    @classmethod
    def parse(cls, text: str) -> "Offset":
        """Read "30min", "4h", "5d", "-3cd", "2w", "-6months", "1year", "150%". Raises ValueError."""
        match = _OFFSET.fullmatch(text.strip())
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

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{_OFFSET.pattern}$"}

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        read = core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())
        either = core_schema.union_schema([core_schema.is_instance_schema(cls), read], mode="left_to_right")
        return core_schema.json_or_python_schema(
            json_schema=read, python_schema=either, serialization=core_schema.to_string_ser_schema()
        )
