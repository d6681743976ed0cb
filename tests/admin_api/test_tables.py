"""Tables of the office over the API: imported whole, given back byte for byte, guarded by the flows that use them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from core.commands.work import PublishFlow
from core.engine.pack import Pack, PackedFlow, PackedTable, read_pack, write_pack
from tests.admin_api.office import Office

SCHOOL = Path(__file__).parents[1] / "tables" / "school"
SCHOOLS = (SCHOOL / "tables" / "schools.csv").read_bytes()
REGIONS = (SCHOOL / "tables" / "regions.csv").read_bytes()
HOW = {"as_of": "2026-03-01", "source": "招生简章"}
AS = {"content-type": "text/csv"}


def send(office: Office, name: str, content: bytes, **more: Any) -> Any:
    return office.post("visa.admin", f"/tables/{name}", content=content, headers=AS, params={**HOW, **more})


def test_a_table_is_imported_looked_over_restored_and_given_back(small_office: Office) -> None:
    office = small_office
    content = "\ufeff".encode() + SCHOOLS.replace(b"\n", b"\r\n")
    done = send(office, "schools", content)
    assert (done["kept"], done["edition"], done["added"], done["open_cases"]) == (True, 1, 4, 0)
    assert send(office, "schools", content)["edition"] == 1  # the same again is the same
    assert office.call("visa.sales", "GET", "/tables/schools/csv").content == content
    shown = office.get("visa.sales", "/tables/schools")
    assert (shown["columns"]["deposit"], shown["as_of"], shown["tree"]) == ("money", "2026-03-01", False)
    [_, second] = office.get("visa.sales", "/tables/schools/rows?limit=2")["rows"]
    assert second["cells"] == {"province": "hz", "deadline": "2026-07-15", "deposit": 200050}

    other = SCHOOLS.replace(b"2026-07-15", b"2026-07-01").replace(b"pku", b"thu")
    looked = send(office, "schools", other.decode().encode("gb18030"), dry_run="true")
    told = {"kept": False, "edition": 1, "changed_keys": ["zju"], "added_keys": ["thu"], "removed_keys": ["pku"]}
    assert told.items() <= looked.items()
    assert office.get("visa.sales", "/tables/schools")["edition"] == 1
    assert send(office, "schools", other)["edition"] == 2
    assert office.post("visa.admin", "/tables/schools/restore", {"edition": 1})["edition"] == 3
    assert office.call("visa.sales", "GET", "/tables/schools/csv").content == content
    assert office.call("visa.sales", "GET", "/tables/schools/csv?edition=2").content == other
    assert [each["edition"] for each in office.get("visa.sales", "/tables/schools/editions")["editions"]] == [3, 2, 1]
    office.refused(404, "not_found", "visa.admin", "POST", "/tables/schools/restore", json={"edition": 9})
    office.refused(404, "not_found", "visa.sales", "GET", "/tables/nothing")


def test_one_row_is_changed_added_and_taken_out_as_an_import_would(small_office: Office) -> None:
    office = small_office
    send(office, "schools", SCHOOLS)
    path, told = "/tables/schools/rows/zju", {"as_of": "2026-05-01", "source": "电话"}
    row = {"name.zh-CN": "浙大", "name.en": "ZJU", "province": "hz", "deadline": "2026-07-01", "deposit": "1500.50"}
    seen = office.call("visa.admin", "GET", path).headers["etag"]
    office.refused(428, "precondition_required", "visa.admin", "PUT", path, json={"cells": row, **told})
    done = office.call("visa.admin", "PUT", path, json={"cells": row, **told}, headers={"if-match": seen})
    assert (done.status_code, done.json()["cells"]) == (
        200,
        {"province": "hz", "deadline": "2026-07-01", "deposit": 150050},
    )
    office.refused(
        412, "precondition_failed", "visa.admin", "PUT", path, json={"cells": row, **told}, headers={"if-match": seen}
    )
    shown = office.get("visa.sales", "/tables/schools")
    assert (shown["edition"], shown["as_of"], shown["source"], shown["rows"]) == (2, "2026-05-01", "电话", 4)
    others = [line for line in SCHOOLS.decode().splitlines() if not line.startswith("zju")]
    now = office.call("visa.sales", "GET", "/tables/schools/csv").content.decode().splitlines()
    assert [line for line in now if not line.startswith("zju")] == others  # the rest says what it said
    wrong = {"deadline": "1.7.", "fee": "1"}
    mistakes = office.refused(422, "invalid", "visa.admin", "PUT", path, json={"cells": wrong, **told})
    assert [each["pointer"] for each in mistakes["errors"]] == ["/cells/fee"]
    mistakes = office.refused(422, "invalid", "visa.admin", "PUT", path, json={"cells": {"deadline": "1.7."}, **told})
    assert [each["pointer"] for each in mistakes["errors"]] == ["/cells/name.zh-CN", "/cells/deadline"]
    office.refused(422, "invalid", "visa.admin", "PUT", path, json={"cells": row, "as_of": "2026-05-01"})
    office.refused(403, "not_allowed", "visa.sales", "PUT", path, json={"cells": row, **told})
    gone = office.call("visa.admin", "DELETE", path, params=told, headers={"if-match": "*"})
    assert (gone.status_code, office.get("visa.sales", "/tables/schools")["rows"]) == (204, 3)
    office.refused(404, "not_found", "visa.admin", "DELETE", path, params=told)
    office.refused(404, "not_found", "visa.sales", "GET", path)
    office.refused(404, "not_found", "visa.admin", "PUT", "/tables/none/rows/a", json={"cells": row, **told})


def test_every_mistake_of_a_file_is_told_with_line_and_column(small_office: Office) -> None:
    wrong = b"key,name.en,when:date\nA,A,2026-1-1\nb,,2026-01-01\nb,B,\n"
    told = small_office.refused(
        422, "invalid", "visa.admin", "POST", "/tables/t", content=wrong, headers=AS, params=HOW
    )
    assert [each["pointer"] for each in told["errors"]] == ["/2/key", "/2/when", "/3/name.zh-CN", "/4/key"]
    what = {"content": SCHOOLS, "headers": AS, "params": HOW}
    small_office.refused(403, "not_allowed", "visa.sales", "POST", "/tables/t", **what)
    small_office.refused(404, "not_found", "visa.sales", "GET", "/tables/t")


def test_a_flow_and_its_tables_go_together(small_office: Office) -> None:
    office = small_office
    source = (SCHOOL / "v1.yaml").read_bytes()
    sent = {"content": source, "headers": {"content-type": "application/yaml"}}
    missing = office.refused(422, "invalid", "visa.admin", "POST", "/flows", **sent)
    assert {(each["code"], each["pointer"]) for each in missing["errors"]} == {
        ("flow.table_missing", "/tables/0"),
        ("flow.table_missing", "/tables/1"),
    }
    send(
        office,
        "schools",
        SCHOOLS.replace(b"deadline:date", b"deadline:text").replace(b",deposit:money", b",fee:decimal"),
    )
    send(office, "regions", REGIONS.replace(b"east;", b"west;").replace(b";east", b";west"))
    lacking = office.refused(422, "invalid", "visa.admin", "POST", "/flows", **sent)
    assert [(each["code"], each["pointer"]) for each in lacking["errors"]] == [
        ("formula.result", "/fields/3/compute"),
        ("formula.column", "/fields/4/compute/sum/0/column"),
        ("flow.table_row", "/transitions/1/when/all/0/value"),
        ("flow.table_row", "/fields/5/compute/when/none/0/value"),
        ("flow.table_row", "/items/0/required_when/all/0/value"),
    ]
    send(office, "schools", SCHOOLS)
    send(office, "regions", REGIONS)
    office.do(PublishFlow(source=source.decode()))
    # What the flow uses is not taken away from it.
    kept = {"content": SCHOOLS.replace(b"deadline:date", b"until:date"), "headers": AS, "params": HOW}
    told = office.refused(422, "invalid", "visa.admin", "POST", "/tables/schools", **kept)
    assert ["school_choice v1 /fields/3/compute/column" in each["message"] for each in told["errors"]] == [True]


def test_a_pack_brings_the_tables_of_its_flows(small_office: Office) -> None:
    office = small_office
    table = PackedTable(SCHOOLS, "2026-02-01", "官网")
    story = (SCHOOL / "stories" / "choice.yaml").read_bytes()
    flow = PackedFlow("school_choice", 1, (SCHOOL / "v1.yaml").read_bytes(), {"choice": story})
    pack = Pack((flow,), tables={"schools": table, "regions": PackedTable(REGIONS, "2026-02-01", "官网")})
    zipped = {"headers": {"content-type": "application/zip"}}
    wrong = write_pack(replace(pack, tables={**pack.tables, "schools": replace(table, content=b"x")}))
    told = office.refused(422, "invalid", "visa.admin", "POST", "/pack", content=wrong, **zipped)
    assert told["errors"][0]["pointer"].startswith("/tables~1schools.csv/1/")
    assert office.post("visa.admin", "/pack", content=write_pack(pack), **zipped)["tables"] == ["regions", "schools"]
    assert office.get("visa.sales", "/tables/schools")["as_of"] == "2026-02-01"
    exported = office.call("visa.admin", "GET", "/pack?flow=school_choice").content
    assert read_pack(exported) == pack


def test_whoever_writes_flows_is_told_what_they_may_name(small_office: Office) -> None:
    office = small_office
    send(office, "regions", REGIONS)
    names = office.get("visa.admin", "/flow-names")
    assert names["tables"] == [{"name": "regions", "columns": {}, "tree": True}]
    assert (names["departments"], names["flows"]) == (["other", "visa"], ["visa_jp_tourist", "visa_kr_tourist"])
    assert "cn-office" in names["calendars"]
    assert {"sales", "reviewer"} <= set(names["roles"])
    assert (names["webhooks"], names["services"]) == ([], [])
    office.refused(403, "not_allowed", "visa.sales", "GET", "/flow-names")
