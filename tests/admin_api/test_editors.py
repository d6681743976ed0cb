"""The flow language's schema and flows' diagrams over the API."""

from xml.etree import ElementTree

import jsonschema_rs

from tests.admin_api.office import FLOWS, Office

KR = (FLOWS / "visa_kr_tourist" / "v1.yaml").read_text("utf-8")


def korea(office: Office) -> str:
    [found] = office.get("visa.sales", "/flows?flow=visa_kr_tourist")["flows"]
    return str(found["id"])


def test_the_schema_is_given_to_whoever_may_read_flows(small_office: Office) -> None:
    answer = small_office.call("visa.sales", "GET", "/flow-schema")
    assert answer.headers["content-type"] == "application/schema+json"
    jsonschema_rs.meta.validate(answer.json())
    assert not jsonschema_rs.is_valid(answer.json(), {"key": "x"})


def test_a_published_version_is_drawn_in_both_forms_and_languages(small_office: Office) -> None:
    path = f"/flows/{korea(small_office)}/diagram"
    answer = small_office.call("visa.sales", "GET", f"{path}?language=en")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Korea tourist visa" in (ElementTree.fromstring(answer.text)[0].text or "")
    graph = small_office.call("visa.sales", "GET", f"{path}?format=mermaid&language=zh-CN")
    assert graph.headers["content-type"].startswith("text/vnd.mermaid")
    assert "材料收集" in graph.text
    spoken = small_office.call("visa.sales", "GET", f"{path}?format=mermaid", headers={"accept-language": "en"})
    assert "Start collecting" in spoken.text
    for wrong in ("format=png", "language=fr"):
        small_office.refused(422, "invalid", "visa.sales", "GET", f"{path}?{wrong}")
    small_office.refused(404, "not_found", "visa.sales", "GET", "/flows/1/diagram")


def test_a_draft_is_drawn_when_nothing_is_wrong_with_it(office: Office) -> None:
    source = KR.replace("en: Start collecting", "en: Begin now", 1)
    path = f"/flow-drafts/{office.post('visa.admin', '/flow-drafts', {'source': source})['id']}"
    assert "Begin now" in office.call("visa.admin", "GET", f"{path}/diagram?language=en").text
    assert "Begin now" in office.call("visa.admin", "GET", f"{path}/diagram?format=mermaid&language=en").text
    broken = office.post("visa.admin", "/flow-drafts", {"source": source.replace("to: collect", "to: nowhere", 1)})[
        "id"
    ]
    told = office.refused(422, "invalid", "visa.admin", "GET", f"/flow-drafts/{broken}/diagram")
    assert any(each["code"] == "flow.unknown_stage" for each in told["errors"])
    office.refused(403, "not_allowed", "visa.sales", "GET", f"{path}/diagram")
