"""A passport's machine-readable zone in a document's text: two lines of 44 characters (ICAO 9303 part 4)."""

import re
from datetime import date
from typing import Final

from core.files.recognise import MrzReading

_LINES: Final = re.compile(r"(P[A-Z<]{43})([A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{14}[0-9<][0-9])")
_WEIGHTS: Final = (7, 3, 1)


def reading_in(text: str, today: date) -> MrzReading | None:
    """The first zone in the text; None when there is none. A year of birth is taken to have begun by ``today``."""
    found = _LINES.search("".join(text.split()))  # readers of text layers break lines where they like
    if found is None:
        return None
    upper, lower = found[1], found[2]
    surname, _, given = upper[5:].rstrip("<").partition("<<")
    parts = [(lower[:9], lower[9]), (lower[13:19], lower[19]), (lower[21:27], lower[27])]
    whole = lower[:10] + lower[13:20] + lower[21:43]
    return MrzReading(
        number=lower[:9].rstrip("<"),
        nationality=lower[10:13].rstrip("<"),
        surname=surname.replace("<", " "),
        given_names=given.replace("<", " "),
        born=_date(lower[13:19], today),
        expires=_date(lower[21:27], None),
        digits_agree=all(_digit(part) == digit for part, digit in (*parts, (whole, lower[43]))),
    )


def _digit(part: str) -> str:
    """The check digit of a part: letters count from 10, fillers nothing."""
    values = (0 if each == "<" else int(each, 36) for each in part)
    return str(sum(value * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def _date(text: str, past: date | None) -> date | None:
    """YYMMDD in this century; one that has to lie in the ``past`` and does not in the one before."""
    try:
        day = date(2000 + int(text[:2]), int(text[2:4]), int(text[4:]))
        return day.replace(year=day.year - 100) if past is not None and day > past else day
    except ValueError:
        return None
