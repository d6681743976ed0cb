"""Is the document valid long enough after a date of the case?"""

from core.engine.date_shift import add_months
from core.engine.spec_checks import ExpiryAfter
from core.files.checks.finding import Finding, finding, not_run
from core.files.checks.seen import DATE_WORDS, Seen

_NAME = {"zh-CN": "有效期", "en": "Validity"}


def expiry_after(wanted: ExpiryAfter, seen: Seen) -> Finding:
    expires, anchor = seen.given("expires"), seen.field_date(wanted.field)
    if expires is None and (zone := seen.mrz()) is not None:
        expires = zone.expires
    if expires is None:
        name = DATE_WORDS["expires"]
        why = {"zh-CN": f"还没有填写{name['zh-CN']}", "en": f"the {name['en']} has not been given yet"}
        return not_run(wanted.kind, _NAME, why, needs=["expires"])
    if anchor is None:
        why = {
            "zh-CN": f"案件的日期({wanted.field})还未知",
            "en": f"the case's date ({wanted.field}) is not known yet",
        }
        return not_run(wanted.kind, _NAME, why)
    least = add_months(anchor, wanted.months)
    params = {"expires": expires.isoformat(), "least": least.isoformat()}
    if expires >= least:
        return finding(
            wanted.kind,
            "ok",
            f"有效期至 {expires}，满足 {least}",
            f"Valid to {expires}, {least} is needed",
            **params,
        )
    return finding(
        wanted.kind,
        "fail",
        f"有效期至 {expires}，须至少到 {least}，请先换发",
        f"Valid to {expires}, but {least} is needed: it must be renewed first",
        **params,
    )
