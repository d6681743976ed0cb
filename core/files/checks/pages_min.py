"""Are there enough pages? A picture counts as one."""

from core.engine.spec_checks import PagesMin
from core.files.checks.finding import Finding, finding, not_run
from core.files.checks.seen import Seen


def pages_min(wanted: PagesMin, seen: Seen) -> Finding:
    if seen.inspection.kind == "docx":
        name = {"zh-CN": "页数", "en": "Pages"}
        return not_run(wanted.kind, name, {"zh-CN": "Word 文档无法数页", "en": "a Word document has no fixed pages"})
    pages = seen.inspection.pages or 1
    if pages >= wanted.n:
        return finding(wanted.kind, "ok", f"共 {pages} 页", f"{pages} page(s)", pages=pages)
    return finding(
        wanted.kind,
        "warn",
        f"只有 {pages} 页，应至少 {wanted.n} 页，请合并为一个文件",
        f"Only {pages} page(s), at least {wanted.n} expected (please send them as one file)",
        pages=pages,
    )
