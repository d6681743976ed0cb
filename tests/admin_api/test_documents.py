"""Documents over the API: handed in by staff, checked, kept, given out safely."""

import hashlib
from pathlib import Path

import pytest

from admin_api import upload
from core.cases.tables import document_version
from core.files.tables import file
from core.ledger.tables import audit
from tests.admin_api.office import LIMITS, Office
from tests.files.papers import locked_pdf, pdf
from tests.files.pictures import jpg

FIRST, SECOND = pdf(words="first"), pdf(words="second")


def stored(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "files").rglob("*") if path.is_file()]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.row("DM5")
def test_a_second_upload_is_version_two_and_an_identical_one_is_none(office: Office) -> None:
    case_id = office.case()
    item_id = office.item(case_id, "retire")["id"]
    first, second = office.upload(item_id, FIRST).json(), office.upload(item_id, SECOND).json()
    assert [(each["n"], each["sha256"]) for each in (first, second)] == [(1, digest(FIRST)), (2, digest(SECOND))]
    assert office.upload(item_id, SECOND).status_code == 409
    item = office.item(case_id, "retire")
    assert [(each["n"], each["status"]) for each in item["versions"]] == [(2, "submitted"), (1, "replaced")]
    for version, data in ((first, FIRST), (second, SECOND)):
        answer = office.call("visa.consultant", "GET", f"/versions/{version['id']}/file")
        assert answer.content == data
    # only the newest counts: the first one cannot be decided on any more, the second one settles the item
    review = {"decision": "approved"}
    office.refused(409, "stale", "visa.reviewer", "POST", f"/versions/{first['id']}/review", json=review)
    office.post("visa.reviewer", f"/versions/{second['id']}/review", review)
    assert office.item(case_id, "retire")["status"] == "approved"


def test_whoever_hands_a_document_in_is_recorded(office: Office) -> None:
    case_id = office.case()
    item_id = office.item(case_id, "retire")["id"]
    made = office.upload(item_id, FIRST, who="visa.copywriter").json()
    assert made["by"] == {
        "kind": "staff",
        "id": str(office.staff["visa.copywriter"]),
        "name": "visa.copywriter",
    }
    [version] = office.item(case_id, "retire")["versions"]
    assert (version["by"], version["channel"], version["file_name"]) == (made["by"], "api", "scan.pdf")
    assert (version["media_type"], version["size"], version["has_preview"]) == ("application/pdf", len(FIRST), True)
    with office.parts.reading.open() as reader:
        kept = reader.find(file)
    assert [each["client_id"] for each in kept] == [office.clients["张三"]]


def test_a_file_and_its_version_come_together_or_not_at_all(office: Office, tmp_path: Path) -> None:
    case_id = office.case()
    item_id = office.item(case_id, "retire")["id"]
    office.upload(item_id, FIRST)
    there = sorted(stored(tmp_path))
    assert len(there) == 2  # the original and its preview
    told = office.upload(item_id, FIRST)
    assert (told.status_code, told.json()["code"]) == (409, "same_file")
    assert sorted(stored(tmp_path)) == there
    with office.parts.reading.open() as reader:
        assert len(reader.find(file)) == len(reader.find(document_version)) == 1
        refused = reader.find(audit, audit.c.outcome == "refused")
    assert [(each["command"], each["subject"], each["code"]) for each in refused] == [
        ("SubmitDocument", f"item:{item_id}", "same_file")
    ]


@pytest.mark.parametrize(
    "data, code, word",
    [
        (b"", "file.empty", "empty"),
        (b"MZ" + bytes(200), "file.program", "program"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "file.web_page", "SVG"),
        (locked_pdf(), "file.encrypted", "password"),
        (FIRST[:200], "file.damaged", "damaged"),
    ],
    ids=["empty", "program", "svg", "locked", "damaged"],
)
def test_a_file_that_cannot_be_taken_is_told_why(
    small_office: Office, tmp_path: Path, data: bytes, code: str, word: str
) -> None:
    item_id = small_office.item(small_office.case(), "retire")["id"]
    answer = small_office.upload(item_id, data)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/file", code)
    assert word in error["message"]
    assert stored(tmp_path) == []


def test_the_verdict_is_told_in_chinese_as_well(small_office: Office) -> None:
    item_id = small_office.item(small_office.case(), "retire")["id"]
    path = f"/items/{item_id}/documents"
    chinese = {"accept-language": "zh-CN,zh;q=0.9"}
    answer = small_office.call("visa.sales", "POST", path, files={"file": ("a.pdf", locked_pdf())}, headers=chinese)
    assert "密码" in answer.json()["errors"][0]["message"]
    assert answer.headers["content-language"] == "zh-CN"


def test_a_file_above_the_limit_is_refused_before_it_is_kept(small_office: Office, tmp_path: Path) -> None:
    item_id = small_office.item(small_office.case(), "retire")["id"]
    for size in (LIMITS.upload_bytes + 1, LIMITS.upload_bytes + 200_000):  # by its content, by its announced length
        answer = small_office.upload(item_id, FIRST + bytes(size - len(FIRST)))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_much")
        assert "2 MB" in answer.json()["errors"][0]["message"]
    assert stored(tmp_path) == []
    assert small_office.upload(item_id, FIRST + b"\n" * (LIMITS.upload_bytes - len(FIRST))).status_code == 201


@pytest.mark.parametrize(
    "what",
    [
        {"data": {"file": "no file"}, "files": {"other": ("a.pdf", FIRST)}},
        {"files": [("file", ("a.pdf", FIRST)), ("file", ("b.pdf", SECOND))]},
        {"content": b"--x\r\nbroken", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": FIRST, "headers": {"content-type": "multipart/form-data"}},
    ],
    ids=["other field", "two files", "cut", "no boundary"],
)
def test_what_is_no_form_with_one_file_is_refused(
    small_office: Office, tmp_path: Path, what: dict[str, object]
) -> None:
    item_id = small_office.item(small_office.case(), "retire")["id"]
    path = f"/items/{item_id}/documents"
    told = small_office.refused(422, "invalid", "visa.sales", "POST", path, **what)
    assert [(each["pointer"], each["code"]) for each in told["errors"]] == [("/file", "upload.form")]
    assert stored(tmp_path) == []


@pytest.mark.parametrize("what", [{"json": {"file": "x"}}, {"content": FIRST, "headers": {"content-type": "a/pdf"}}])
def test_what_is_no_form_at_all_is_refused_by_its_type(
    small_office: Office, tmp_path: Path, what: dict[str, object]
) -> None:
    item_id = small_office.item(small_office.case(), "retire")["id"]
    small_office.refused(415, "unsupported_media_type", "visa.sales", "POST", f"/items/{item_id}/documents", **what)
    assert stored(tmp_path) == []


def test_a_file_of_a_kind_that_the_item_does_not_take_is_told_at_its_field(
    small_office: Office, tmp_path: Path
) -> None:
    item_id = small_office.item(small_office.case(), "photo")["id"]
    answer = small_office.upload(item_id, FIRST)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, ["/file"])
    assert "JPG, PNG" in answer.json()["detail"]
    assert stored(tmp_path) == []


def test_nobody_stores_a_file_for_what_he_does_not_reach(small_office: Office, tmp_path: Path) -> None:
    item_id = small_office.item(small_office.case(), "retire")["id"]
    for who, status in (("other.sales", 404), ("visa.finance", 403)):
        assert small_office.upload(item_id, FIRST, who=who).status_code == status
    assert stored(tmp_path) == []
    with small_office.parts.reading.open() as reader:
        refused = reader.find(audit, audit.c.outcome == "refused")
    assert [(each["command"], each["actor_id"], each["code"]) for each in refused] == [
        ("SubmitDocument", small_office.staff["other.sales"], "not_found"),
        ("SubmitDocument", small_office.staff["visa.finance"], "not_allowed"),
    ]
    assert {each["subject"] for each in refused} == {f"item:{item_id}"}


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", 'a"b.pdf', "护照\u202efdp.exe", "x" * 5000, "a\r\nSet-Cookie: b=c"]
)
def test_an_original_comes_as_an_attachment_that_nothing_runs(small_office: Office, name: str) -> None:
    item_id = small_office.item(small_office.case(), "retire")["id"]
    version_id = small_office.upload(item_id, jpg(), name=name).json()["id"]
    answer = small_office.call("visa.reviewer", "GET", f"/versions/{version_id}/file")
    assert (answer.status_code, answer.content) == (200, jpg())
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=\"retire-v1.jpg\"; filename*=UTF-8''")
    assert disposition.isascii()
    encoded = disposition.rpartition("''")[2]
    assert len(encoded) < 1200
    for unsafe in ("/", '"', "%2F", "%22", "%0D", "%0A", "%E2%80%AE"):
        assert unsafe not in encoded


def test_a_preview_is_a_picture_made_anew(office: Office) -> None:
    item_id = office.item(office.case(), "retire")["id"]
    version_id = office.upload(item_id, FIRST).json()["id"]
    answer = office.call("visa.reviewer", "GET", f"/versions/{version_id}/preview")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["content-disposition"] == 'inline; filename="preview.png"'


def test_a_file_that_was_erased_is_gone(small_office: Office) -> None:
    item_id = small_office.item(small_office.case(), "retire")["id"]
    version_id = small_office.upload(item_id, FIRST).json()["id"]
    with small_office.parts.reading.open() as reader:
        [kept] = reader.find(file)
    small_office.parts.files.delete(kept["handle"])
    small_office.refused(410, "file_gone", "visa.reviewer", "GET", f"/versions/{version_id}/file")


def test_an_item_is_waived_with_a_reason(office: Office) -> None:
    case_id = office.case()
    item_id = office.item(case_id, "retire")["id"]
    before = office.get("visa.supervisor", f"/cases/{case_id}")["done"]
    office.refused(422, "invalid", "visa.supervisor", "POST", f"/items/{item_id}/waive", json={"reason": " "})
    office.post("visa.supervisor", f"/items/{item_id}/waive", {"reason": "由使馆豁免"})
    item = office.item(case_id, "retire")
    assert (item["status"], item["words"]) == ("waived", "由使馆豁免")
    assert office.get("visa.supervisor", f"/cases/{case_id}")["done"] == before + 1


def test_a_closed_case_takes_no_documents(small_office: Office, tmp_path: Path) -> None:
    case_id = small_office.case()
    item_id = small_office.item(case_id, "retire")["id"]
    small_office.post("visa.supervisor", f"/cases/{case_id}/advance", {"trigger": "withdraw"})
    answer = small_office.upload(item_id, FIRST)
    assert (answer.status_code, answer.json()["detail"]) == (409, "The case is closed.")
    assert stored(tmp_path) == []


def test_the_same_content_for_another_item_takes_no_second_place(small_office: Office, tmp_path: Path) -> None:
    case_id = small_office.case()
    for key in ("retire", "tickets_hotel"):
        assert small_office.upload(small_office.item(case_id, key)["id"], FIRST).status_code == 201
    assert len(stored(tmp_path)) == 2  # one original and its preview


def test_a_client_without_room_is_told_and_nothing_is_kept(
    small_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item_id = small_office.item(small_office.case(), "retire")["id"]
    monkeypatch.setattr(upload, "used_by", lambda *_: LIMITS.client_bytes - 1)
    answer = small_office.upload(item_id, FIRST)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/file", "file.quota")
    assert "is full" in error["message"]
    assert stored(tmp_path) == []
