"""Amounts of money as people write them in a chat, read as minor units."""

import re
import unicodedata
from decimal import Decimal
from typing import Final

_SIGN: Final = r"(?:¥|rmb|cny|人民币)"
_AMOUNT: Final = re.compile(
    rf"{_SIGN}? ?(\d{{1,3}}(?:,\d{{3}})+|\d{{1,12}})(\.\d{{1,6}})? ?(万)? ?(?:元整?|块|yuan|rmb|cny)?", re.IGNORECASE
)
_MOST: Final = 10**14  # minor units
_LONGEST: Final = 60  # characters; the largest amount with sign, commas, decimals and unit is shorter


def read_amount(text: str) -> int | None:
    """Minor units of 1200.5, 1,200.50, 1200元, ￥1200, RMB 1200 or 3.5万; None for what is no such amount: another
    currency, commas in the wrong places, less than a hundredth, figures that are no digits (NFKC makes 102 of 10²)."""
    words = " ".join(unicodedata.normalize("NFKC", text).split())  # many blanks could be told apart in many ways
    match = _AMOUNT.fullmatch(words)
    if match is None or len(words) > _LONGEST or any(unicodedata.category(each) == "No" for each in text):
        return None
    figure = Decimal(match[1].replace(",", "") + (match[2] or "")) * (10_000 if match[3] else 1) * 100
    return int(figure) if figure == figure.to_integral_value() and figure <= _MOST else None
