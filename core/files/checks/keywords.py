"""Do the words stand in the document that show that it is the right one?"""

from core.engine.spec_checks import Keywords
from core.files.checks.finding import Finding, finding, not_run
from core.files.checks.seen import Seen

_NAME = {"zh-CN": "关键词核对", "en": "Keywords"}
_NO_TEXT = {
    "zh-CN": "文件没有可读取的文字，文字识别(OCR)未启用",
    "en": "the file has no text layer, and text recognition (OCR) is switched off",
}


def keywords(wanted: Keywords, seen: Seen) -> Finding:
    text = _bare(seen.text())
    if not text:
        return not_run(wanted.kind, _NAME, _NO_TEXT)
    found = [word for word in wanted.any if _bare(word) in text]
    if found:
        return finding(wanted.kind, "ok", f"含有“{'、'.join(found)}”", f"Contains “{', '.join(found)}”", found=found)
    listed = "、".join(wanted.any)
    return finding(
        wanted.kind,
        "warn",
        f"没有找到“{listed}”中的任何一个，可能不是所需材料",
        f"None of “{listed}” was found: perhaps not the document that is asked for",
    )


def _bare(text: str) -> str:
    """Printed spaces and letter case say nothing: banks set 流 水 with gaps."""
    return "".join(text.split()).casefold()
