"""Was the document issued within so many years?"""

from core.engine.date_shift import add_months
from core.engine.spec_checks import IssuedWithin
from core.files.checks.finding import Finding, finding, not_run
from core.files.checks.seen import DATE_WORDS, Seen

_NAME = {"zh-CN": "开具年限", "en": "Age of the document"}


def issued_within(wanted: IssuedWithin, seen: Seen) -> Finding:
    issued = seen.given("issued")
    if issued is None:
        name = DATE_WORDS["issued"]
        why = {"zh-CN": f"还没有填写{name['zh-CN']}", "en": f"the {name['en']} has not been given yet"}
        return not_run(wanted.kind, _NAME, why, needs=["issued"])
    if add_months(issued, 12 * wanted.years) >= seen.today >= issued:
        return finding(wanted.kind, "ok", f"{issued} 开具", f"Issued {issued}")
    return finding(
        wanted.kind,
        "fail",
        f"{issued} 开具，不在 {wanted.years} 年以内",
        f"Issued {issued}, which is not within {wanted.years} year(s)",
    )
