"""`banli calendar`: what is there, a year's holidays, days of a file; and what the doctor says of a year."""

from datetime import UTC, datetime
from pathlib import Path

from bot.cli.checkup.calendars import calendars
from bot.cli.checkup.finding import State
from core.kit.crypto import Vault
from core.kit.db import reader_engine
from core.store.reading import Reading
from core.store.sealing import Sealing
from tests.cli.agency import Agency


def findings(agency: Agency, now: datetime) -> list[tuple[State, str]]:
    reading = Reading(reader_engine(agency.url), Sealing(Vault({"k1": bytes(32)}, "k1")))
    with reading.open() as reader:
        found = [(each.state, each.said) for each in calendars(reader, "cn-office", now)]
    reading.close()
    return found


def test_a_year_is_added_and_shown(agency: Agency) -> None:
    [before] = agency.asks("calendar", "list")
    assert (before["name"], before["known"], before["expected"]) == ("cn-office", [2025, 2026], [2027])
    done = agency.asks("calendar", "holidays", "cn-office", "--country", "cn", "--year", "2024")
    assert (done["expected"], done["kept"], done["open_cases"]) == (0, 0, 0)
    [after] = agency.asks("calendar", "list")
    assert after["known"] == [2024, 2025, 2026]
    shown = agency.asks("calendar", "show", "cn-office", "--year", "2024")
    assert len(shown["days"]) == done["added"]
    assert {"day": "2024-10-12", "hours": ["09:00-12:00", "13:30-18:00"]}.items() <= shown["days"][-1].items()
    words = agency.banli("calendar", "show", "cn-office", "--year", "2027").stdout
    assert "2027-10-01  closed  待公布 (holidays:CN, expected)" in words


def test_a_file_with_mistakes_changes_nothing_and_names_its_lines(agency: Agency, tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    file.write_text("day,hours,note\n2028-05-01,,\n2028-05-32,,\n2028-05-03,9-12,\n", "utf-8")
    before = agency.asks("calendar", "show", "cn-office")
    told = agency.banli("calendar", "import", "cn-office", str(file))
    assert (told.exit_code, "line 3" in told.stderr, "line 4" in told.stderr) == (1, True, True), told.output
    assert agency.asks("calendar", "show", "cn-office") == before
    file.write_text("day,hours,note\n2028-05-01,,劳动节\n", "utf-8")
    assert agency.asks("calendar", "import", "cn-office", str(file)) == {"days": 1, "open_cases": 0}
    file = tmp_path / "days.ics"
    event = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20281001\nDTEND;VALUE=DATE:20281003\nSUMMARY:国庆\nEND:VEVENT\n"
    file.write_text(f"BEGIN:VCALENDAR\n{event}END:VCALENDAR\n", "utf-8-sig")
    days = agency.asks("calendar", "import", "cn-office", str(file), "--preview")
    assert [(each["day"], each["hours"], each["note"]) for each in days] == [
        ("2028-10-01", [], "国庆"),
        ("2028-10-02", [], "国庆"),
    ]
    assert "2028-10-02" not in str(agency.asks("calendar", "show", "cn-office"))
    assert agency.asks("calendar", "import", "cn-office", str(file)) == {"days": 2, "open_cases": 0}


def test_what_is_not_there_is_said(agency: Agency) -> None:
    no_country = agency.banli("calendar", "holidays", "cn-office", "--country", "XX", "--year", "2027")
    assert (no_country.exit_code, "ISO 3166" in no_country.stderr) == (1, True), no_country.output
    assert agency.banli("calendar", "show", "nowhere").exit_code == 1


def test_the_doctor_names_the_next_year_from_november_on(agency: Agency) -> None:
    october, november = datetime(2026, 10, 31, 12, tzinfo=UTC), datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert findings(agency, october) == [(State.OK, "cn-office knows 2026.")]
    [(state, said)] = findings(agency, november)  # it is November in Shanghai
    assert (state, "only expected days for 2027" in said) == (State.ADVICE, True)
    said_later = [said for _, said in findings(agency, datetime(2028, 11, 2, tzinfo=UTC))]
    assert ["no days for 2028" in said_later[0], "no days for 2029" in said_later[1]] == [True, True]
    assert {"calendars"} <= {each["name"] for each in agency.asks("doctor")["findings"]}
