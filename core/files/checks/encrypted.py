"""Does the file open without a password? A file that does not is refused before any check."""

from core.engine.spec_checks import Encrypted
from core.files.checks.finding import Finding, finding
from core.files.checks.seen import Seen


def encrypted(wanted: Encrypted, seen: Seen) -> Finding:
    if seen.inspection.verdict == "encrypted":
        words = seen.inspection.words
        return finding(wanted.kind, "fail", words["zh-CN"], words["en"])
    if seen.inspection.encrypted:
        return finding(
            wanted.kind,
            "ok",
            "可以打开，但禁止编辑或打印（开具机构常这样设置）",
            "Opens without a password; editing or printing is locked, as issuers often do",
        )
    return finding(wanted.kind, "ok", "可直接打开，没有密码", "Opens without a password")
