"""A version of several files over the API: how many there are, each to download, and what is on no item."""

import hashlib

from core.cases.tables import document_version
from core.commands.documents import AddFile, KeepFile
from core.files.inspection import Inspection
from tests.admin_api.office import Office
from tests.files.papers import pdf

FIRST, SECOND = pdf(words="first"), pdf(words="second")


def keep(office: Office, client_id: int, data: bytes, name: str) -> int:
    stored = office.parts.files.put([data], 10_000_000)
    return int(
        office.do(
            KeepFile(
                name=name,
                media_type="application/pdf",
                size=stored.size,
                sha256=hashlib.sha256(data).hexdigest(),
                handle=stored.handle,
                client_id=client_id,
                inspection=Inspection(size=stored.size, seen="pdf", kind="pdf", pages=1).to_json(),
            )
        )
    )


def test_every_file_of_a_version_is_counted_and_downloaded(office: Office) -> None:
    case_id = office.case()
    item = office.item(case_id, "retire")
    assert office.upload(item["id"], FIRST).status_code == 201
    with office.parts.reading.open() as reader:
        [version] = reader.find(document_version)
    second = keep(office, office.clients["张三"], SECOND, "2.pdf")
    case = office.get("visa.consultant", f"/cases/{case_id}")
    assert [each["name"] for each in case["unplaced"]] == ["2.pdf"]
    assert office.get("visa.finance", f"/cases/{case_id}")["unplaced"] == []  # who reads no documents sees no names
    office.do(AddFile(version_id=version["id"], file_id=second))
    shown = office.item(case_id, "retire")["versions"][0]
    assert (shown["n"], shown["status"], shown["files"]) == (1, "submitted", 2)
    assert office.get("visa.consultant", f"/cases/{case_id}")["unplaced"] == []
    path = f"/versions/{version['id']}/file"
    assert office.call("visa.consultant", "GET", path).content == FIRST
    assert office.call("visa.consultant", "GET", f"{path}?page=2").content == SECOND
    assert office.call("visa.consultant", "GET", f"{path}?page=3").status_code == 404
    assert office.call("visa.consultant", "GET", f"{path}?page=0").status_code == 422
