"""Was the document issued recently enough before the day it is filed?"""

from datetime import date, timedelta

from core.engine.spec_checks import Fresh
from core.files.checks.finding import Finding, finding, not_run
from core.files.checks.seen import DATE_WORDS, Seen

_NAME = {"zh-CN": "开具时间", "en": "Freshness"}


def fresh(wanted: Fresh, seen: Seen) -> Finding:
    issued = seen.given("issued")
    if issued is None:
        name = DATE_WORDS["issued"]
        why = {"zh-CN": f"还没有填写{name['zh-CN']}", "en": f"the {name['en']} has not been given yet"}
        return not_run(wanted.kind, _NAME, why, needs=["issued"])
    filing = (seen.field_date(wanted.at) if wanted.at else None) or seen.today
    age = (filing - issued).days
    params = {"days": age, "issued": issued.isoformat(), "at": filing.isoformat()}
    if issued > seen.today:
        return finding(
            wanted.kind,
            "fail",
            f"开具日期 {issued} 在将来",
            f"The date of issue {issued} is in the future",
            **params,
        )
    if age <= wanted.days:
        return finding(
            wanted.kind,
            "ok",
            f"{issued} 开具，递交日（{filing}）前 {age} 天",
            f"Issued {issued}, {age} days before {filing}",
            **params,
        )
    last = _last(issued, wanted.days)
    return finding(
        wanted.kind,
        "fail",
        f"开具日期太早：{issued} 开具，到递交日（{filing}）为 {age} 天，超过 {wanted.days} 天{last[0]}，请重新开具",
        f"Issued {issued}, {age} days before {filing}, more than {wanted.days}{last[1]}: a new one is needed",
        **params,
    )


def _last(issued: date, days: int) -> tuple[str, str]:
    """The last day on which it may be filed, in both languages."""
    try:
        last = issued + timedelta(days=days)
    except OverflowError:
        return "", ""
    return f"（最迟 {last} 递交）", f" (to be filed by {last})"
