"""Does the applicant's name stand in the document?"""

from core.engine.spec_checks import NameMatch
from core.files.checks.finding import Finding, finding, not_run
from core.files.checks.seen import Seen

_NAME = {"zh-CN": "姓名核对", "en": "Name"}
_FACTS = ("applicant.name", "case.name", "client.name")


def name_match(wanted: NameMatch, seen: Seen) -> Finding:
    text = _bare(seen.text())
    name = next((str(seen.facts[fact]) for fact in _FACTS if seen.facts.get(fact)), "")
    if not text:
        why = {
            "zh-CN": "文件没有可读取的文字，文字识别(OCR)未启用，请目视核对",
            "en": "no text layer, and text recognition (OCR) is switched off: compare by eye",
        }
        return not_run(wanted.kind, _NAME, why)
    if not name:
        why = {
            "zh-CN": "申请人姓名还未登记，请目视核对",
            "en": "the applicant's name is not recorded yet: compare by eye",
        }
        return not_run(wanted.kind, _NAME, why)
    if _bare(name) in text:
        return finding(wanted.kind, "ok", "文件上有申请人姓名", "The applicant's name is on it")
    return finding(
        wanted.kind,
        "warn",
        "文件文字中没有找到申请人姓名，请核对",
        "The applicant's name was not found in its text: please compare",
    )


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
