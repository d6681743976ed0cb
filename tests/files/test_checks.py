"""The checks: what each says for good, doubtful and bad documents, and that none is silent when it did not run."""

import re
from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from core.engine import spec_checks
from core.engine.date_shift import add_months
from core.files.checks.finding import Finding
from core.files.checks.run import CHECKS, run_checks
from core.files.checks.seen import as_date
from core.files.inspection import Inspection
from core.files.recognise import MrzReading, Recognised, SwitchedOff

TODAY = date(2026, 5, 20)
FACTS: dict[str, object] = {"case.return_date": "2026-06-30", "case.depart_date": date(2026, 6, 20)}
FACTS |= {"case.filing_date": datetime(2026, 6, 1, 3, tzinfo=UTC), "case.applicant_no": "E1234 5678"}
GOOD = Inspection(
    size=300_000,
    seen="jpg",
    kind="jpg",
    width=900,
    height=1200,
    sharpness=400.0,
    background=0.98,
    background_spread=0.01,
    background_tint=0.0,
)
PAPER = Inspection(size=90_000, seen="pdf", kind="pdf", pages=2, text="在 职\n证明 Li Si E12345678", sharpness=300.0)
EVERY: list[dict[str, object]] = [
    {"kind": "type", "accept": ["jpg"]},
    {"kind": "size", "max_mb": 10},
    {"kind": "pixels", "least": 600},
    {"kind": "pages_min", "n": 1},
    {"kind": "encrypted"},
    {"kind": "sharp", "warn": 60, "reject": 15},
    {"kind": "photo", "width_mm": 35, "height_mm": 45, "background": "white", "max_age_days": 180},
    {"kind": "keywords", "any": ["在职证明"]},
    {"kind": "name_match"},
    {"kind": "number_match", "field": None},
    {"kind": "mrz"},
    {"kind": "expiry_after", "field": "return_date", "months": 6},
    {"kind": "issued_within", "years": 10},
    {"kind": "fresh", "days": 30, "at": "filing_date"},
    {"kind": "covers", "start": "depart_date", "end": "return_date"},
    {"kind": "amount_min", "amount": "100000", "currency": "CNY"},
    {"kind": "held_days", "days": 28, "amount": "100000"},
    {"kind": "seal"},
    {"kind": "signature"},
]


def checked(
    check: dict[str, object],
    inspection: Inspection = GOOD,
    dates: dict[str, object] | None = None,
    ticks: tuple[str, ...] = (),
    recognised: Recognised | None = None,
    facts: dict[str, object] = FACTS,
) -> Finding:
    (found,) = run_checks([check], inspection, facts, dates or {}, ticks, TODAY, recognised)
    return found


def all_of(check: dict[str, object], inspection: Inspection, **dates: object) -> dict[str, str]:
    return {each.check: each.outcome for each in run_checks([check], inspection, FACTS, dates, (), TODAY)}


def test_every_kind_of_the_flow_language_has_a_check() -> None:
    schema = TypeAdapter(spec_checks.Check).json_schema()
    assert set(schema["discriminator"]["mapping"]) | {"type", "size", "pixels"} == set(CHECKS)
    assert {str(check["kind"]) for check in EVERY} == set(CHECKS)


@pytest.mark.parametrize("inspection", [GOOD, PAPER, Inspection(size=1, seen="docx", kind="docx")])
def test_every_finding_has_a_sentence_in_both_languages_and_fits_json(inspection: Inspection) -> None:
    found = run_checks(EVERY, inspection.to_json(), FACTS, {}, (), TODAY)
    assert {each.check.partition(".")[0] for each in found} == set(CHECKS)
    for each in found:
        again = Finding.model_validate_json(each.model_dump_json())
        assert again == each
        assert re.search(r"[\u4e00-\u9fff]", each.text["zh-CN"])
        assert each.text["en"]


def test_with_nothing_given_the_checks_that_did_not_run_say_so_by_name() -> None:
    idle = {each.check: each for each in run_checks(EVERY, GOOD, {}, {}, (), TODAY) if each.outcome == "not_run"}
    assert set(idle) == {
        "photo.age", "keywords", "name_match", "number_match", "mrz", "expiry_after", "issued_within", "fresh", "covers"
    }  # fmt: skip
    assert idle["mrz"].text == {
        "zh-CN": "护照机读码(MRZ):识别未启用，请人工核对",
        "en": "Passport machine-readable zone (MRZ): recognition is switched off, please check by eye",
    }
    assert "OCR" in idle["keywords"].text["zh-CN"]
    assert idle["covers"].params == {"needs": ["from", "to"]}
    assert idle["expiry_after"].params == {"needs": ["expires"]}
    assert SwitchedOff().recognise(b"", "jpg") is None


def test_what_must_be_said_of_the_file_itself_comes_first() -> None:
    marked = Inspection(size=1, seen="pdf", kind="pdf", pages=1, marks=("attachment", "script"))
    found = run_checks([{"kind": "seal"}], marked, {}, {}, (), TODAY)
    assert [(each.check, each.outcome) for each in found] == [
        ("file.attachment", "warn"),
        ("file.script", "warn"),
        ("seal", "tick"),
    ]


def test_an_unknown_check_or_argument_is_an_error_not_a_silent_pass() -> None:
    wrongs: list[dict[str, object]] = [{"kind": "magic"}, {"kind": "sharp", "wran": 3}, {"kind": "fresh"}]
    for wrong in wrongs:
        with pytest.raises(ValidationError):
            checked(wrong)


@pytest.mark.parametrize(("value", "outcome"), [(400, "ok"), (60, "ok"), (59.9, "warn"), (15, "warn"), (14.9, "fail")])
def test_sharpness_has_two_thresholds(value: float, outcome: str) -> None:
    blurred = Inspection(size=1, seen="jpg", kind="jpg", width=9, height=9, sharpness=value)
    assert checked({"kind": "sharp", "warn": 60, "reject": 15}, blurred).outcome == outcome


def test_an_electronic_document_is_not_called_blurred() -> None:
    sparse = Inspection(size=1, seen="pdf", kind="pdf", pages=1, text="words", sharpness=3.0)
    scan = Inspection(size=1, seen="pdf", kind="pdf", pages=1, sharpness=3.0)
    assert checked({"kind": "sharp", "warn": 60, "reject": 15}, sparse).outcome == "ok"
    assert checked({"kind": "sharp", "warn": 60, "reject": 15}, scan).outcome == "fail"


@pytest.mark.parametrize(
    ("width", "height", "outcome"),
    [(700, 900, "ok"), (715, 900, "ok"), (750, 900, "warn"), (800, 900, "fail"), (900, 700, "fail")],
)
def test_a_portrait_has_the_wanted_shape(width: int, height: int, outcome: str) -> None:
    check: dict[str, object] = {"kind": "photo", "width_mm": 35, "height_mm": 45, "background": "any"}
    found = all_of(check, Inspection(size=1, seen="jpg", kind="jpg", width=width, height=height))
    assert found == {"photo.ratio": outcome, "photo.pixels": "ok"}


@pytest.mark.parametrize(
    ("light", "spread", "tint", "white", "any_light"),
    [
        (0.98, 0.01, 0.0, "ok", "ok"),
        (0.85, 0.05, 0.02, "warn", "ok"),
        (0.95, 0.10, 0.02, "warn", "ok"),
        (0.80, 0.02, 0.20, "warn", "ok"),
        (0.50, 0.02, 0.02, "fail", "fail"),
        (0.95, 0.30, 0.02, "fail", "fail"),
        (0.80, 0.02, 0.60, "fail", "fail"),
    ],
)
def test_a_portraits_background(light: float, spread: float, tint: float, white: str, any_light: str) -> None:
    seen = Inspection(
        size=1,
        seen="jpg",
        kind="jpg",
        width=700,
        height=900,
        background=light,
        background_spread=spread,
        background_tint=tint,
    )
    for background, outcome in (("white", white), ("light", any_light)):
        check: dict[str, object] = {"kind": "photo", "width_mm": 35, "height_mm": 45, "background": background}
        assert all_of(check, seen)["photo.background"] == outcome


def test_a_portrait_has_enough_pixels_and_is_recent() -> None:
    small = Inspection(size=1, seen="jpg", kind="jpg", width=350, height=450, background=1, background_spread=0)
    check: dict[str, object] = {"kind": "photo", "width_mm": 35, "height_mm": 45, "max_age_days": 180}
    assert all_of(check, small)["photo.pixels"] == "warn"
    assert all_of(check, small, issued="2026-01-01")["photo.age"] == "ok"
    assert all_of(check, small, issued=date(2025, 1, 1))["photo.age"] == "fail"
    assert all_of(check, PAPER) == {"photo": "not_run"}


@pytest.mark.parametrize(
    ("words", "outcome"), [(["在职证明"], "ok"), (["流水", "在职证明"], "ok"), (["流水"], "warn"), (["li si"], "ok")]
)
def test_keywords_are_found_across_gaps_and_case(words: list[str], outcome: str) -> None:
    assert checked({"kind": "keywords", "any": words}, PAPER).outcome == outcome
    assert checked({"kind": "keywords", "any": words}).outcome == "not_run"
    assert checked({"kind": "keywords", "any": words}, recognised=Recognised(text=PAPER.text)).outcome == outcome


@pytest.mark.parametrize(
    ("issued", "outcome"),
    [("2026-05-02", "ok"), ("2026-05-20", "ok"), ("2026-05-01", "fail"), ("2026-05-21", "fail"), (None, "not_run")],
)
def test_freshness_counts_to_the_day_of_filing(issued: str | None, outcome: str) -> None:
    dates: dict[str, object] = {"issued": issued}
    assert checked({"kind": "fresh", "days": 30, "at": "filing_date"}, dates=dates).outcome == outcome


def test_freshness_counts_to_today_while_no_filing_is_planned() -> None:
    dates: dict[str, object] = {"issued": "2026-04-21"}
    for check in ({"kind": "fresh", "days": 29, "at": "filing_date"}, {"kind": "fresh", "days": 29}):
        assert checked(check, dates=dates, facts={}).outcome == "ok"
    assert checked({"kind": "fresh", "days": 28}, dates=dates, facts={}).outcome == "fail"


@pytest.mark.parametrize(
    ("expires", "outcome"), [("2026-12-30", "ok"), ("2026-12-29", "fail"), ("2032-01-01", "ok"), (None, "not_run")]
)
def test_validity_counts_months_from_a_date_of_the_case(expires: str | None, outcome: str) -> None:
    dates: dict[str, object] = {"expires": expires}
    check: dict[str, object] = {"kind": "expiry_after", "field": "return_date", "months": 6}
    assert checked(check, dates=dates).outcome == outcome
    assert checked(check, dates=dates, facts={}).outcome == "not_run"


@pytest.mark.parametrize(
    ("first", "last", "outcome"),
    [
        ("2026-06-20", "2026-06-30", "ok"),
        ("2026-06-01", "2026-07-30", "ok"),
        ("2026-06-21", "2026-06-30", "fail"),
        ("2026-06-20", "2026-06-29", "fail"),
        ("2026-06-20", None, "not_run"),
    ],
)
def test_dates_on_the_document_enclose_the_stay(first: str, last: str | None, outcome: str) -> None:
    check: dict[str, object] = {"kind": "covers", "start": "depart_date", "end": "return_date"}
    assert checked(check, dates={"from": first, "to": last}).outcome == outcome
    assert checked(check, dates={"from": first, "to": last}, facts={}).outcome == "not_run"


@pytest.mark.parametrize(
    ("issued", "outcome"),
    [("2016-05-20", "ok"), ("2016-05-19", "fail"), ("2026-05-21", "fail"), (None, "not_run"), ("no date", "not_run")],
)
def test_age_in_years(issued: str | None, outcome: str) -> None:
    assert checked({"kind": "issued_within", "years": 10}, dates={"issued": issued}).outcome == outcome


@pytest.mark.parametrize("kind", ["seal", "signature", "amount_min", "held_days"])
def test_what_only_a_person_can_see_waits_for_the_tick(kind: str) -> None:
    check = next(each for each in EVERY if each["kind"] == kind)
    assert checked(check).outcome == "tick"
    ticked = checked(check, ticks=(kind,))
    assert ticked.outcome == "ok"
    assert "已确认" in ticked.text["zh-CN"]
    assert checked(check, ticks=("other",)).outcome == "tick"


def test_name_and_number_are_compared_with_the_text() -> None:
    assert checked({"kind": "name_match"}, PAPER, facts={"applicant.name": "LI, Si"}).outcome == "ok"
    assert checked({"kind": "name_match"}, PAPER, facts={"applicant.name": "Wang Wu"}).outcome == "warn"
    assert checked({"kind": "name_match"}, PAPER, facts={}).outcome == "not_run"
    assert checked({"kind": "number_match", "field": "applicant_no"}, PAPER).outcome == "ok"
    assert checked({"kind": "number_match"}, PAPER, facts={"case.passport_no": "E87654321"}).outcome == "warn"
    assert checked({"kind": "number_match"}, PAPER).outcome == "not_run"


def test_type_size_pages_pixels_and_password() -> None:
    assert checked({"kind": "type", "accept": ["jpg", "png"]}).outcome == "ok"
    refused = checked({"kind": "type", "accept": ["pdf"]})
    assert refused.outcome == "fail"
    assert "PDF" in refused.text["zh-CN"]
    assert checked({"kind": "size", "max_mb": 0.2}).outcome == "fail"
    assert checked({"kind": "pages_min", "n": 2}, PAPER).outcome == "ok"
    assert checked({"kind": "pages_min", "n": 3}, PAPER).outcome == "warn"
    assert checked({"kind": "pages_min", "n": 2}).outcome == "warn"
    assert checked({"kind": "pixels", "least": 901}).outcome == "warn"
    assert checked({"kind": "encrypted"}, PAPER).outcome == "ok"
    locked = Inspection(size=1, seen="pdf", verdict="encrypted")
    assert checked({"kind": "encrypted"}, locked).outcome == "fail"


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, "ok"),
        ({"digits_agree": False}, "warn"),
        ({"number": "698765432"}, "warn"),  # G read as 6: every check digit agrees, the form does not
        ({"printed_number": "E12345679"}, "warn"),
        ({"nationality": "JPN", "number": "TK1234567"}, "ok"),
    ],
)
def test_a_machine_readable_zone_is_doubted_beyond_its_check_digits(change: dict[str, object], outcome: str) -> None:
    plain: dict[str, object] = {
        "number": "E12345678",
        "nationality": "CHN",
        "surname": "ZHANG",
        "given_names": "SAN",
        "born": date(1990, 1, 1),
        "expires": date(2032, 1, 1),
        "digits_agree": True,
    }
    reading = TypeAdapter(MrzReading).validate_python({**plain, **change})
    assert checked({"kind": "mrz"}, recognised=Recognised(mrz=reading)).outcome == outcome
    assert checked({"kind": "mrz"}, recognised=Recognised()).outcome == "warn"
    check: dict[str, object] = {"kind": "expiry_after", "field": "return_date", "months": 6}
    assert checked(check, recognised=Recognised(mrz=reading)).outcome == "ok"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), 0, date(2026, 3, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 5, 31), 1, date(2026, 6, 30)),
    ],
)
def test_months_are_added_as_people_do(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


def test_dates_come_in_the_forms_that_the_store_keeps() -> None:
    assert as_date("2026-05-01") == as_date("2026-05-01T10:00:00+08:00") == date(2026, 5, 1)
    assert as_date(datetime(2026, 5, 1, 23, tzinfo=UTC)) == as_date(date(2026, 5, 1))
    assert [as_date(each) for each in (None, "", "soon", 5)] == [None] * 4


def test_checks_of_a_compiled_flow_are_taken_as_they_are() -> None:
    typed = [TypeAdapter[spec_checks.Check](spec_checks.Check).validate_python(check) for check in EVERY[3:]]
    assert run_checks(typed, GOOD, FACTS, {}, (), TODAY) == run_checks(EVERY[3:], GOOD, FACTS, {}, (), TODAY)
