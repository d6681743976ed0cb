"""Do the dates on the document enclose the stay?"""

from core.engine.spec_checks import Covers
from core.files.checks.finding import Finding, finding, not_run
from core.files.checks.seen import Seen

_NAME = {"zh-CN": "日期覆盖", "en": "Dates covered"}


def covers(wanted: Covers, seen: Seen) -> Finding:
    first, last = seen.given("from"), seen.given("to")
    if first is None or last is None:
        why = {
            "zh-CN": "还没有填写文件上的起止日期",
            "en": "the first and last date on it have not been given yet",
        }
        return not_run(wanted.kind, _NAME, why, needs=["from", "to"])
    start, end = seen.field_date(wanted.start), seen.field_date(wanted.end)
    if start is None or end is None:
        why = {"zh-CN": "案件的行程日期还未知", "en": "the dates of the case are not known yet"}
        return not_run(wanted.kind, _NAME, why)
    if first <= start and last >= end:
        return finding(wanted.kind, "ok", f"{first} 至 {last}，覆盖全程", f"{first} to {last} covers the whole stay")
    return finding(
        wanted.kind,
        "fail",
        f"{first} 至 {last}，没有覆盖 {start} 至 {end}",
        f"{first} to {last} does not cover {start} to {end}",
    )
