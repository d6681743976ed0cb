"""Does the passport number, or another number of the case, stand in the document?"""

from core.engine.spec_checks import NumberMatch
from core.files.checks.finding import Finding, finding, not_run
from core.files.checks.seen import Seen

_NAME = {"zh-CN": "号码核对", "en": "Number"}
PASSPORT = ("applicant.passport", "case.passport_no", "case.passport", "client.passport")


def number_match(wanted: NumberMatch, seen: Seen) -> Finding:
    text = _bare(seen.text())
    facts = (f"case.{wanted.field}", wanted.field) if wanted.field else PASSPORT
    number = next((_bare(str(seen.facts[fact])) for fact in facts if seen.facts.get(fact)), "")
    if not text:
        why = {
            "zh-CN": "文件没有可读取的文字，文字识别(OCR)未启用，请目视核对",
            "en": "no text layer, and text recognition (OCR) is switched off: compare by eye",
        }
        return not_run(wanted.kind, _NAME, why)
    if not number:
        why = {"zh-CN": "号码还未登记，请目视核对", "en": "the number is not recorded yet: compare by eye"}
        return not_run(wanted.kind, _NAME, why)
    if number in text:
        return finding(wanted.kind, "ok", "文件上的号码一致", "The number on it agrees")
    return finding(
        wanted.kind,
        "warn",
        "文件文字中没有找到该号码，请核对",
        "The number was not found in its text: please compare",
    )


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
