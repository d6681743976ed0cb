"""A machine-readable zone in a text layer is read, and held against what the case says; no value is ever repeated."""

from datetime import date

import pytest

from core.files.checks.mrz_lines import reading_in
from core.files.checks.run import run_checks
from core.files.inspection import Inspection

TODAY = date(2026, 4, 1)
SPECIMEN = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"  # ICAO's own
CHINESE = "P<CHNZHANG<<SAN<<<<<<<<<<<<<<<<<<<<<<<<<<<<< E123456782CHN8001025F3003013<<<<<<<<<<<<<<04"
GIVEN = {"case.passport_no": "e1234 5678", "case.birth_date": "1980-01-02", "applicant.name": "San Zhang"}


def test_the_specimen_of_the_standard_is_read() -> None:
    reading = reading_in(f"REPUBLIC OF UTOPIA\n{SPECIMEN}\n", TODAY)
    assert reading is not None
    assert (reading.number, reading.surname, reading.given_names) == ("L898902C3", "ERIKSSON", "ANNA MARIA")
    assert (reading.born, reading.expires, reading.digits_agree) == (date(1974, 8, 12), date(2012, 4, 15), True)
    for place in (44 + 1 + each for each in (2, 13, 21, 30, 43)):  # one wrong character anywhere is noticed
        wrong = SPECIMEN[:place] + ("1" if SPECIMEN[place] != "1" else "2") + SPECIMEN[place + 1 :]
        doubted = reading_in(wrong, TODAY)
        assert doubted is not None
        assert not doubted.digits_agree, place
    assert reading_in("P<UTO no zone here", TODAY) is None


@pytest.mark.parametrize(
    "given,outcome,named",
    [
        ({}, "ok", ""),
        (GIVEN, "ok", ""),
        (GIVEN | {"applicant.name": "张三"}, "ok", ""),  # is written otherwise than in the zone
        (GIVEN | {"case.passport_no": "E12345679"}, "fail", "护照号"),
        (GIVEN | {"case.birth_date": "1980-02-01"}, "fail", "出生日期"),
        (GIVEN | {"applicant.name": "LI SI"}, "fail", "姓名"),
        ({"case.passport_no": "E1", "case.birth_date": "1980-02-01"}, "fail", "护照号、出生日期"),
    ],
)
def test_what_the_case_says_otherwise_is_named(given: dict[str, object], outcome: str, named: str) -> None:
    seen = Inspection(size=1, seen="pdf", kind="pdf", text=CHINESE)
    (found,) = run_checks([{"kind": "mrz"}], seen, given, {}, (), TODAY)
    assert found.outcome == outcome
    assert named in found.text["zh-CN"]
    assert not any(str(value) in repr(found) for value in ("E12345678", "1980-01-02", "ZHANG"))
    check: dict[str, object] = {"kind": "expiry_after", "field": "back", "months": 6}
    (expiry,) = run_checks([check], seen, {"case.back": "2029-10-01"}, {}, (), TODAY)
    assert (expiry.outcome, expiry.params["expires"]) == ("fail", "2030-03-01")
