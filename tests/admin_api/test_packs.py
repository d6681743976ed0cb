"""Packs over the API: what one agency has worked out goes to another as one file, whole or not at all."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.catalog.tables import flow_story, flow_version, text_override
from core.engine.pack import MANIFEST, Pack, PackedFlow, read_pack, write_pack
from core.files.child import Inspector
from tests.admin_api.office import FLOWS, Office, open_office
from tests.admin_api.requests import HOURS
from tests.services.databases import Databases

KR = FLOWS / "visa_kr_tourist"
SOURCE = (KR / "v1.yaml").read_text("utf-8").replace("version: 1", "version: 2", 1)
SOURCE = SOURCE.replace("calendar: cn-office", "calendar: sg-office", 1) + "# worked out with care\n"
STORIES = {
    each.stem: each.read_bytes().replace(b"../v1.yaml", b"../v2.yaml") for each in sorted(KR.glob("stories/*.yaml"))
}
CALENDAR = HOURS | {
    "days": [{"day": "2026-08-10", "hours": [], "note": "National Day", "confirmed": True, "source": ""}]
}
PACK = Pack(
    (PackedFlow("visa_kr_tourist", 2, SOURCE.encode(), STORIES),),
    {"en": {"welcome.client": "Hi {name}"}, "zh-CN": {"welcome.client": "{name}，您好"}},
    {"sg-office": CALENDAR},
)


@pytest.fixture
def another(databases: Databases, tmp_path: Path, inspector: Inspector) -> Iterator[Office]:
    with databases.fresh("sqlite") as url, open_office(url, tmp_path / "another", inspector) as opened:
        yield opened


def send(office: Office, content: bytes, query: str = "", who: str = "visa.admin") -> tuple[int, dict[str, object]]:
    headers = {"content-type": "application/zip", "if-match": "*"}
    answer = office.call(who, "POST", f"/pack{query}", content=content, headers=headers)
    return answer.status_code, answer.json()


def counts(office: Office) -> list[int]:
    with office.parts.reading.open() as reader:
        return [len(reader.find(table)) for table in (flow_version, flow_story, text_override)]


@pytest.mark.row("NC5")
def test_what_one_agency_worked_out_another_takes_over_as_one_file(office: Office, another: Office) -> None:
    status, content = send(office, write_pack(PACK))
    assert (status, content) == (
        200,
        {
            "flows": [{"key": "visa_kr_tourist", "version": 2, "stories": sorted(STORIES)}],
            "calendars": ["sg-office"],
            "tables": [],
            "texts": 2,
            "kept": True,
        },
    )
    exported = office.call("visa.admin", "GET", "/pack?flow=visa_kr_tourist").content
    assert read_pack(exported) == PACK
    assert send(another, exported)[0] == 200
    assert another.call("visa.admin", "GET", "/pack?flow=visa_kr_tourist").content == exported
    [version] = [each for each in another.get("visa.admin", "/flows")["flows"] if each["version"] == 2]
    assert another.call("visa.sales", "GET", f"/flows/{version['id']}/source").text == SOURCE
    before = counts(another)
    assert send(another, exported)[0] == 200  # the same again is the same
    assert counts(another) == before
    everything = read_pack(another.call("visa.admin", "GET", "/pack").content)
    assert [each.key for each in everything.flows] == ["visa_jp_tourist", "visa_kr_tourist"]


def test_everything_is_looked_over_before_anything_is_kept(office: Office) -> None:
    flow = PACK.flows[0]
    other = (FLOWS / "visa_jp_tourist" / "v1.yaml").read_bytes() + b"# changed\n"
    stories = {
        "desk": flow.stories["desk"].replace(b"clock:", b"clocks:", 1),
        "away": b"flow: /etc/passwd\nsteps: []\n",
    }
    wrong = Pack(
        (
            replace(flow, source=SOURCE.replace("owner: ", "owner: no", 1).encode(), stories=stories),
            PackedFlow("visa_jp_tourist", 1, other),
        ),
        {"en": {"welcome.nobody": "Hi", "welcome.client": "Hi {who}"}, "fr": {"welcome.client": "x"}},
        {"sg-office": CALENDAR | {"zone": "Singapur"}, "x": {"week": 1}},
    )
    before = counts(office)
    status, told = send(office, write_pack(wrong))
    assert status == 422
    errors = told["errors"]
    assert isinstance(errors, list)
    files = {each["pointer"].split("/")[1].replace("~1", "/") for each in errors}
    assert files >= {
        "flows/visa_kr_tourist/v2.yaml",
        "flows/visa_kr_tourist/stories/desk.yaml",
        "flows/visa_kr_tourist/stories/away.yaml",
        "flows/visa_jp_tourist/v1.yaml",
        "texts.json",
        "calendars/sg-office.json",
        "calendars/x.json",
    }
    assert {"/texts.json/en/welcome.nobody", "/texts.json/en/welcome.client", "/texts.json/fr/welcome.client"} <= {
        each["pointer"] for each in errors
    }
    assert "root:" not in str(told)
    assert counts(office) == before
    assert send(office, write_pack(PACK), "?dry_run=true")[1]["kept"] is False
    assert counts(office) == before


def tampered(name: str, content: bytes) -> bytes:
    """The pack with one file changed or added, its manifest as it was."""
    with zipfile.ZipFile(io.BytesIO(write_pack(PACK))) as archive:
        files = {each: archive.read(each) for each in archive.namelist()}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data in (files | {name: content}).items():
            archive.writestr(each, data)
    return written.getvalue()


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "pack.zip"),
        (b"PK\x03\x04 no zip at all", "pack.zip"),
        (write_pack(PACK)[:-30], "pack.zip"),
        (tampered("flows/visa_kr_tourist/v2.yaml", SOURCE.encode() + b"#"), "pack.hash"),
        (tampered("flows/more.yaml", b"x"), "pack.hash"),
        (tampered(MANIFEST, b"[]"), "pack.json"),
        (tampered(MANIFEST, json.dumps({"format": "other"}).encode()), "pack.format"),
        (tampered("bomb", b"\0" * 3_000_000), "pack.size"),
    ],
    ids=["empty", "no zip", "cut", "changed", "added", "no manifest", "other format", "bomb"],
)
def test_what_is_no_pack_is_refused(small_office: Office, content: bytes, code: str) -> None:
    status, told = send(small_office, content)
    assert status == 422
    assert {each["code"] for each in told["errors"]} == {code}  # type: ignore[attr-defined]  # a list of objects


def test_packs_are_the_admins_alone(small_office: Office) -> None:
    assert send(small_office, write_pack(PACK), who="visa.supervisor")[0] == 403
    small_office.refused(403, "not_allowed", "visa.supervisor", "GET", "/pack")
    small_office.refused(404, "not_found", "visa.admin", "GET", "/pack?flow=visa_xx")


def test_a_pack_does_not_write_over_what_was_changed_since(office: Office) -> None:
    headers = {"content-type": "application/zip", **office.seen("visa.admin", "/pack")}
    content = write_pack(PACK)
    plain = {"content-type": "application/zip"}
    office.refused(428, "precondition_required", "visa.admin", "POST", "/pack", content=content, headers=plain)
    office.put("other.admin", "/texts/welcome.client/en", {"words": "Hi {name}"})
    before = counts(office)
    office.refused(412, "precondition_failed", "visa.admin", "POST", "/pack", content=content, headers=headers)
    assert counts(office) == before
    headers |= office.seen("visa.admin", "/pack")
    assert office.call("visa.admin", "POST", "/pack", content=content, headers=headers).status_code == 200
