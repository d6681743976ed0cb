"""When an approved document stops being good: what its checks said when it was approved against what they say now."""

from datetime import date

import pytest

from core.engine.spec_checks import Check, Covers, Fresh, IssuedWithin, NumberMatch, Sharp
from core.files.checks.lapsing import judge, lapsed, last_day, looks_at, not_past

Finding = dict[str, object]


def found(check: str, outcome: str, **params: object) -> Finding:
    return {"check": check, "outcome": outcome, "text": {"zh-CN": outcome, "en": outcome}, "params": params}


@pytest.mark.parametrize(
    "before,now,fallen,still",
    [
        ([found("fresh", "ok")], [found("fresh", "ok")], (), ()),
        ([found("fresh", "ok")], [found("fresh", "fail")], ("fresh",), ()),
        ([found("covers", "not_run")], [found("covers", "fail")], ("covers",), ()),  # a date came to be known
        ([found("fresh", "fail")], [found("fresh", "fail")], (), ()),  # overruled by whoever approved it
        ([found("fresh", "fail", lapsed=True)], [found("fresh", "fail")], (), ("fresh",)),
        ([found("fresh", "fail", lapsed=True)], [found("fresh", "ok")], (), ()),
        ([], [found("expiry_after", "fail")], ("expiry_after",), ()),  # another version of the flow asks for it
        ([found("fresh", "ok")], [], (), ()),  # and one does not any more
        ([found("sharp", "ok")], [found("sharp", "fail")], (), ()),  # the file does not change
        ([found("fresh", "ok"), found("fresh", "fail")], [found("fresh", "ok"), found("fresh", "fail")], (), ()),
        ([found("amount_min", "tick", amount="500")], [found("amount_min", "ok", amount="500.00")], (), ()),
        ([found("amount_min", "tick", amount="500")], [found("amount_min", "ok", amount="501")], ("amount_min",), ()),
        ([found("held_days", "ok", amount="9")], [found("held_days", "ok", amount="8")], (), ()),
        ([found("fresh", "ok")], [found("fresh", "ok"), found("amount_min", "tick", amount="5")], (), ()),
    ],
)
def test_a_document_lapses_by_what_held_and_holds_no_more(
    before: list[Finding], now: list[Finding], fallen: tuple[str, ...], still: tuple[str, ...]
) -> None:
    judged = judge(before, now)
    assert (judged.fallen, judged.still) == (fallen, still)
    assert {str(each["check"]) for each in lapsed(judged.findings)} == {*fallen, *still}
    again = judge(judged.findings, now)  # looking twice finds nothing new
    assert (again.fallen, again.findings) == ((), judged.findings)


def test_what_was_confirmed_stays_on_record_however_often_more_and_less_is_asked() -> None:
    findings = [found("amount_min", "ok", amount="500")]
    for asked, falls in (("600", True), ("550", True), ("500", False), ("400", False), ("500", False), ("501", True)):
        judged = judge(findings, [found("amount_min", "ok", amount=asked)])
        assert bool(judged.fallen or judged.still) is falls, asked
        findings = judged.findings


def test_the_last_day_and_what_is_looked_at() -> None:
    checks: list[Check] = [
        Fresh(kind="fresh", days=30, at="filing"),
        IssuedWithin(kind="issued_within", years=1),
        Covers(kind="covers", start="entry", end="back"),
        Sharp(kind="sharp"),
    ]
    assert last_day(checks, {"issued": "2026-03-02"}) == date(2026, 4, 1)
    assert last_day(checks[1:], {"issued": "2024-02-29"}) == date(2025, 2, 28)
    assert last_day(checks, {}) is None
    assert last_day(checks, {"issued": "9999-12-01"}) is None  # no day after it could be told
    assert last_day(checks[2:], {"issued": "2026-03-02"}) is None
    assert looks_at(checks) == {"filing", "entry", "back"}
    assert "passport_no" in looks_at([NumberMatch(kind="number_match")])
    today = date(2026, 3, 21)
    assert not_past(checks, {"case.filing": "2026-03-20", "case.back": "2026-03-20"}, today) == {
        "case.filing": "2026-03-21",
        "case.back": "2026-03-20",
    }
    assert not_past(checks, {"case.filing": "2026-03-22"}, today) == {"case.filing": "2026-03-22"}
