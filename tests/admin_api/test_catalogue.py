"""Templates and flows over the API."""

import pytest

from tests.admin_api.office import FLOWS, Office

JP = (FLOWS / "visa_jp_tourist" / "v1.yaml").read_text("utf-8")
YAML = {"content-type": "application/yaml"}


@pytest.mark.row("DM1")
def test_a_country_and_a_visa_type_give_their_checklist_template(office: Office) -> None:
    japan = office.get("visa.sales", "/templates?country=JP&visa=tourist")["templates"]
    korea = office.get("visa.sales", "/templates?country=KR&visa=tourist")["templates"]
    assert [each["flow"] for each in japan] == ["visa_jp_tourist"]
    assert [each["flow"] for each in korea] == ["visa_kr_tourist"]
    keys = [{item["key"] for item in each["items"]} for each in (japan[0], korea[0])]
    assert keys[0] - keys[1]
    assert keys[1] - keys[0]
    for template in (*japan, *korea):
        for item in template["items"]:
            assert item["requirement"]["zh-CN"], item["key"]
            assert item["requirement"]["en"], item["key"]


def test_an_item_says_its_form_its_sample_and_of_whom_it_is_asked(small_office: Office) -> None:
    [template] = small_office.get("visa.admin", "/templates?country=jp&visa=tourist")["templates"]
    items = {item["key"]: item for item in template["items"]}
    assert items["passport"]["condition"] is None
    assert set(items["passport"]["sample"]) == {"zh-CN", "en"}
    assert "6" in items["passport"]["requirement"]["en"]  # a parameter of the flow stands in the sentence
    assert items["photo"]["format"]["accept"] == ["jpg", "png"]
    assert items["retire"]["condition"] == {"zh-CN": "申请人类型 等于 退休", "en": "applicant type is Retired"}
    assert items["licence"]["condition"]["zh-CN"] == "申请人类型 属于 在职、自营"
    assert items["kinship"]["condition"]["en"] == (
        "number of applicants is more than 1 and One household register is no"
    )
    assert items["residence"]["condition"]["zh-CN"] == "居住地与户籍地不同"  # the flow's own words
    assert items["receipt"]["proof"]
    [group] = template["groups"]
    assert (group["key"], group["min"]) == ("means", 1)
    assert {item["key"] for item in items.values() if item["group"] == "means"} > {"means_bank", "means_card"}


def test_nothing_matches_an_unknown_country_and_everything_matches_no_filter(small_office: Office) -> None:
    assert small_office.get("visa.admin", "/templates?country=XX") == {"templates": [], "next": None}
    assert len(small_office.get("visa.admin", "/templates")["templates"]) == 2


def test_a_new_version_becomes_the_template_and_the_old_one_stays(office: Office) -> None:
    changed = JP.replace("version: 1", "version: 2", 1).replace("en: Japan tourist visa", "en: Japan visa again", 1)
    made = office.post("visa.admin", "/flows", content=changed.encode(), headers=YAML)
    assert (made["flow"], made["version"]) == ("visa_jp_tourist", 2)
    [template] = office.get("visa.admin", "/templates?country=JP")["templates"]
    assert (template["version"], template["name"]["en"]) == (2, "Japan visa again")
    flows = office.get("visa.admin", "/flows")["flows"]
    told = [(each["flow"], each["version"]) for each in flows]
    assert [each for each in told if each[0] in ("visa_jp_tourist", "visa_kr_tourist")] == [
        ("visa_jp_tourist", 2),
        ("visa_jp_tourist", 1),
        ("visa_kr_tourist", 1),
    ]
    again = office.post("visa.admin", "/flows", content=changed.encode(), headers=YAML)
    assert again["id"] == made["id"]
    assert office.get("visa.admin", "/flows")["flows"] == flows


def test_a_published_version_never_changes(small_office: Office) -> None:
    other = JP.replace("en: Japan tourist visa", "en: Something else", 1)
    told = small_office.refused(422, "invalid", "visa.admin", "POST", "/flows", content=other.encode(), headers=YAML)
    assert [(each["pointer"], each["code"]) for each in told["errors"]] == [("/version", "flow.published")]


def test_a_flow_with_several_mistakes_is_told_all_of_them(small_office: Office) -> None:
    broken = JP.replace("to: collect", "to: nowhere", 1).replace("owner: copywriter", "owner: nobody", 1)
    broken = broken.replace("version: 1", "version: 2", 1)
    told = small_office.refused(422, "invalid", "visa.admin", "POST", "/flows", content=broken.encode(), headers=YAML)
    assert len(told["errors"]) >= 2
    assert all(each["pointer"].startswith("/") for each in told["errors"])
    assert {each["pointer"].split("/")[1] for each in told["errors"]} >= {"stages", "transitions"}


@pytest.mark.parametrize(
    "source, code",
    [(b"", "invalid"), (b"\xff\xfe", "invalid"), (b"key: [", "invalid"), (b"a" * 300_000, "too_much")],
    ids=["empty", "no text", "no yaml", "too large"],
)
def test_what_is_no_flow_is_refused(small_office: Office, source: bytes, code: str) -> None:
    status, before = 413 if code == "too_much" else 422, small_office.get("visa.admin", "/flows")["flows"]
    small_office.refused(status, code, "visa.admin", "POST", "/flows", content=source, headers=YAML)
    assert small_office.get("visa.admin", "/flows")["flows"] == before
