"""Templates and flows over the API."""

import pytest

from tests.admin_api.office import Office


def test_smoke(small_office: Office) -> None:
    office=small_office
    for t in office.get("visa.admin", "/templates")["templates"]:
        print(t["flow"], t["groups"])
        for i in t["items"]:
            print("  ", i["key"], i["per"], i["group"], i["condition"], i["proof"], i["submit_by"], i["checks"])
    case_id = office.case(kind="employed")
    c = office.get("visa.admin", f"/cases/{case_id}")
    for i in c["items"]:
        print(i["key"], i["required"], i["asked"], i["proof"], i["status"])
    del c["items"]
    print(c)
    print(office.get("visa.admin", f"/cases/{case_id}/timeline?everything=true"))
    print(office.get("visa.copywriter", f"/tasks"))
    assert 0
