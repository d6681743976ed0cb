"""Contents over the API: written as versions, on what was seen, published and withdrawn; and who would get one."""

from tests.admin_api.office import Office
from tests.admin_api.requests import REPORT

PATH = "/contents/policy"


def test_a_content_is_written_published_and_withdrawn(small_office: Office) -> None:
    admin = "visa.admin"
    written = small_office.call(admin, "POST", PATH, json=REPORT).json()  # nothing was seen yet
    assert (written["key"], written["published"]) == ("policy", None)
    assert (written["newest"]["number"], written["newest"]["state"]) == (1, "draft")
    assert small_office.post(admin, PATH, REPORT) == written  # the same again

    seen = small_office.call(admin, "GET", PATH).headers["ETag"]
    newer = {**REPORT, "text": {"zh-CN": "又有变化。", "en": "Again."}}
    assert small_office.post(admin, PATH, newer)["newest"]["number"] == 2
    late = small_office.call(admin, "POST", f"{PATH}/publish", json={"number": 1}, headers={"If-Match": seen})
    assert late.status_code == 412
    assert small_office.post(admin, f"{PATH}/publish", {"number": 2})["published"] == 2
    assert small_office.call(admin, "POST", f"{PATH}/publish", json={"number": 3}).status_code == 404
    states = [each["state"] for each in small_office.get(admin, f"{PATH}/versions")["versions"]]
    assert states == ["published", "draft"]

    found = small_office.get(admin, f"{PATH}/audience")
    assert (found["number"], found["looked_at"], found["rules"], found["shown"]) == (2, 0, [], [])
    assert small_office.post(admin, f"{PATH}/withdraw")["newest"]["state"] == "withdrawn"
    wrong = small_office.call(admin, "POST", PATH, json={**REPORT, "link": "http://example.com"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/link")
    assert small_office.call("visa.consultant", "POST", PATH, json=REPORT).status_code == 403
