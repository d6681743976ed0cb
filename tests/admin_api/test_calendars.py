"""Working calendars over the API: an agency's own hours count from the moment when they are written."""

from admin_api.schemas.calendars import CalendarHours
from core.cases.tables import case
from core.engine.calendar_spec import read_calendar, write_calendar
from core.engine.calendars.cn_office import CN_OFFICE
from core.store.sealing import Row
from tests.admin_api.office import FLOWS, Office
from tests.admin_api.requests import ANY, HOURS

KR = (FLOWS / "visa_kr_tourist" / "v1.yaml").read_text("utf-8")
PATH = "/calendars/cn-office"


def due(office: Office, case_id: str) -> str:
    found = office.get("visa.admin", f"/cases/{case_id}")["due"]
    return str(found)


def test_what_is_read_can_be_written_back() -> None:
    data = write_calendar(CN_OFFICE)
    again = read_calendar(CalendarHours.model_validate(data).model_dump(mode="json"))
    assert (again.zone, again.weekly, again.exceptions) == (CN_OFFICE.zone, CN_OFFICE.weekly, CN_OFFICE.exceptions)


def test_an_own_holiday_moves_what_is_due_from_then_on(office: Office) -> None:
    before = office.case("张三")
    calendar = office.get("visa.admin", PATH)
    assert not calendar["own"]
    closed = [{"day": f"2026-03-{day:02}", "hours": []} for day in range(3, 10)]
    hours = {"zone": calendar["zone"], "week": calendar["week"], "days": [*calendar["days"], *closed]}
    written = office.put("visa.admin", PATH, hours)
    assert written["own"]
    after = office.case("李四")
    assert due(office, after) > due(office, before)
    moved = {row["id"]: row["due"] for row in rows(office)}
    assert (moved[int(after)] - moved[int(before)]).days == 7
    assert office.get("visa.sales", "/calendars")["calendars"] == [
        {"name": "cn-office", "own": True, "zone": "Asia/Shanghai"}
    ]


def rows(office: Office) -> list[Row]:
    with office.parts.reading.open() as reader:
        return reader.find(case)


def test_a_flow_may_name_a_calendar_once_it_is_there(office: Office) -> None:
    source = KR.replace("version: 1", "version: 2", 1).replace("calendar: cn-office", "calendar: sg-office", 1)
    draft_id = office.post("visa.admin", "/flow-drafts", {"source": source})["id"]
    path = f"/flow-drafts/{draft_id}"
    [problem] = office.get("visa.admin", f"{path}/validation")["problems"]
    assert (problem["pointer"], problem["code"]) == ("/calendar", "flow.calendar")
    office.refused(422, "invalid", "visa.admin", "POST", f"{path}/publish", headers=ANY)
    office.post("visa.admin", "/calendars", HOURS | {"name": "sg-office"})
    assert office.get("visa.admin", f"{path}/validation")["publishable"]
    assert office.post("visa.admin", f"{path}/publish", headers=ANY)["version"] == 2
    told = office.refused(422, "invalid", "visa.admin", "POST", "/calendars", json=HOURS | {"name": "sg-office"})
    assert [each["code"] for each in told["errors"]] == ["calendar.exists"]


def test_every_mistake_of_a_calendar_is_told_at_its_place(small_office: Office) -> None:
    wrong = {
        "zone": "Shanghai",
        "week": [["18:00-09:00"], ["nine"], [], [], [], [], []],
        "days": [{"day": "2026-10-01"}, {"day": "2026-10-01", "hours": ["09:00-12:00", "11:00-13:00"]}],
    }
    told = small_office.refused(422, "invalid", "visa.admin", "PUT", PATH, json=wrong, headers=ANY)
    assert {each["pointer"] for each in told["errors"]} == {
        "/zone",
        "/week/0",
        "/week/1",
        "/days/1/day",
        "/days/1/hours",
    }
    closed = HOURS | {"week": [[]] * 7}
    told = small_office.refused(422, "invalid", "visa.admin", "PUT", PATH, json=closed, headers=ANY)
    assert [each["pointer"] for each in told["errors"]] == ["/week"]
    small_office.refused(428, "precondition_required", "visa.admin", "PUT", PATH, json=HOURS)
    small_office.refused(404, "not_found", "visa.admin", "PUT", "/calendars/xx", json=HOURS, headers=ANY)
    small_office.refused(403, "not_allowed", "visa.supervisor", "PUT", PATH, json=HOURS, headers=ANY)


def test_a_year_of_holidays_is_added_and_what_was_entered_stays(office: Office) -> None:
    office.case("张三")
    calendar = office.get("visa.admin", PATH)
    own = {"day": "2028-10-02", "hours": ["09:00-12:00"], "note": "值班"}
    hours = {"zone": calendar["zone"], "week": calendar["week"], "days": [*calendar["days"], own]}
    office.put("visa.admin", PATH, hours)
    done = office.post("visa.admin", f"{PATH}/holidays", {"country": "CN", "year": 2028})
    assert done["added"] == done["expected"] > 5  # nothing is announced yet
    assert (done["kept"], done["open_cases"]) == (1, 1)
    days = {each["day"]: each for each in office.get("visa.admin", PATH)["days"]}
    assert days["2028-10-02"] == own | {"confirmed": True, "source": ""}
    assert (days["2028-10-01"]["source"], days["2028-10-01"]["confirmed"]) == ("holidays:CN", False)
    assert office.get("visa.admin", PATH)["open_cases"] == 1


def test_a_file_of_days_is_taken_whole_or_not_at_all(office: Office) -> None:
    before = office.get("visa.admin", PATH)["days"]
    bad = {"csv": "day,hours\n2027-05-08,09:00-12:00\nsoon,\n2027-05-09,18:00-09:00\n"}
    told = office.refused(422, "invalid", "visa.admin", "POST", f"{PATH}/days", json=bad)
    assert [(each["pointer"], each["code"]) for each in told["errors"]] == [
        ("/csv", "calendar.day"),
        ("/csv", "calendar.hours"),
    ]
    assert ["line 3" in told["errors"][0]["message"], "line 4" in told["errors"][1]["message"]] == [True, True]
    assert office.get("visa.admin", PATH)["days"] == before
    good = {"csv": "day,hours,note\n2027-05-08,09:00-12:00,半天\n2027-10-01,,国庆\n"}
    shown = office.post("visa.admin", f"{PATH}/days", {**good, "preview": True})
    assert [each["note"] for each in shown["rows"]] == ["半天", "国庆"]
    assert office.get("visa.admin", PATH)["days"] == before
    done = office.post("visa.admin", f"{PATH}/days", good)
    assert (done["days"], done["rows"], done["open_cases"]) == (2, shown["rows"], 0)
    days = {each["day"]: each for each in office.get("visa.admin", PATH)["days"]}
    assert (days["2027-05-08"]["hours"], days["2027-10-01"]["source"]) == (["09:00-12:00"], "")


def test_what_is_wrong_with_a_year_is_told(small_office: Office) -> None:
    path = f"{PATH}/holidays"
    told = small_office.refused(422, "invalid", "visa.admin", "POST", path, json={"country": "XX", "year": 2027})
    assert [(each["pointer"], each["code"]) for each in told["errors"]] == [("/country", "calendar.country")]
    wanted = {"country": "CN", "year": 2027}
    small_office.refused(404, "not_found", "visa.admin", "POST", "/calendars/xx/holidays", json=wanted)
    small_office.refused(403, "not_allowed", "visa.supervisor", "POST", path, json=wanted)
