"""What does the passport's machine-readable zone say? Only with a recogniser; see `core.files.recognise`.

Check digits do not tell G from 6, L from 1, Y from 4 and U from 0 (equal modulo 10), so the number must
also have its country's form and agree with the printed one before it counts as read.
"""

import re
from typing import Final

from core.engine.spec_checks import Mrz
from core.files.checks.finding import Finding, finding, not_run
from core.files.checks.number_match import PASSPORT
from core.files.checks.seen import Seen
from core.files.recognise import MrzReading

_NAME: Final = {"zh-CN": "护照机读码(MRZ)", "en": "Passport machine-readable zone (MRZ)"}
_OFF: Final = {"zh-CN": "识别未启用，请人工核对", "en": "recognition is switched off, please check by eye"}
BIRTH: Final = "birth_date"  # key of the date field with which the date of birth is compared
PERSONAL: Final = frozenset({*PASSPORT, f"case.{BIRTH}"})  # facts about one person
_CHINESE: Final = re.compile(r"E[A-Z][0-9]{7}|[A-Z][0-9]{8}")


def mrz(wanted: Mrz, seen: Seen) -> Finding:
    reading = seen.mrz()
    if reading is None and seen.recognised is None:
        return not_run(wanted.kind, _NAME, _OFF)
    if reading is None:
        return finding(
            wanted.kind,
            "warn",
            "没有找到护照机读码，请确认资料页完整",
            "No machine-readable zone found: is the data page complete?",
        )
    if doubt := _doubt(reading):
        return finding(
            wanted.kind,
            "warn",
            f"机读码{doubt[0]}，请人工核对",
            f"The machine-readable zone {doubt[1]}: check by eye",
        )
    if differ := _differences(reading, seen):
        return finding(
            wanted.kind,
            "fail",
            f"护照机读码与填写的{'、'.join(zh for zh, _ in differ)}不一致，请核对",
            f"The passport's machine-readable zone differs from the {' and the '.join(en for _, en in differ)} given",
        )
    return finding(
        wanted.kind,
        "ok",
        "机读码校验一致",
        "The machine-readable zone is consistent",
        expires=str(reading.expires),
    )


def _doubt(reading: MrzReading) -> tuple[str, str] | None:
    if not reading.digits_agree:
        return "校验位不符", "has wrong check digits"
    if reading.nationality == "CHN" and not _CHINESE.fullmatch(reading.number):
        return "号码形式不符", "has a number of an unusual form"
    if reading.printed_number and reading.printed_number != reading.number:
        return "与印刷的号码不一致", "differs from the printed number"
    return None


def _differences(reading: MrzReading, seen: Seen) -> list[tuple[str, str]]:
    """What is recorded otherwise, by name in both languages and never by value: the card may be read by others."""
    found = []
    number = next((_bare(str(seen.facts[fact])) for fact in PASSPORT if seen.facts.get(fact)), "")
    if number and number != _bare(reading.number):
        found.append(("护照号", "passport number"))
    born = seen.field_date(BIRTH)
    if born is not None and reading.born is not None and born != reading.born:
        found.append(("出生日期", "date of birth"))
    name = str(seen.facts.get("applicant.name") or "")
    if name.isascii() and name and _letters(name) != _letters(reading.surname + reading.given_names):
        found.append(("姓名", "name"))
    return found


def _bare(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _letters(name: str) -> list[str]:
    """Surname and given names are written in either order."""
    return sorted(_bare(name))
