"""The audit over HTTP: looks and exports stand in it, it is read in pages, and tampering shows."""

import io
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import update

from admin_api.paging import before_id
from bot.eraser import Eraser
from core.clients.tables import client
from core.kit.db import writer_engine
from core.ledger import chain
from core.ledger.tables import audit
from core.store.sealing import Row
from tests.admin_api.office import VAULT, Office
from tests.files.papers import pdf


def noted(office: Office) -> list[Row]:
    with office.parts.reading.open() as reader:
        return reader.find(audit)


def looks(office: Office, *paths: str, who: str = "visa.consultant") -> list[tuple[str, str | None]]:
    """What the audit says of these reads."""
    before = len(noted(office))
    for path in paths:
        assert office.call(who, "GET", path).status_code == 200, path
    return [(row["command"], row["subject"]) for row in noted(office)[before:]]


def sign_in(office: Office, password: str) -> int:
    body = {"login": "zhangsan", "password": password, "code": ""}
    return office.call(None, "POST", "/sessions", json=body).status_code


@pytest.mark.row("SE5")
def test_writes_looks_exports_logins_and_refusals_are_in_one_chain(office: Office) -> None:
    """An audit row for every write, every read of what is sensitive, export and login; chained by a keyed hash."""
    case_id, client_id = office.case(), str(office.clients["张三"])
    item_id = office.item(case_id, "passport")["id"]
    version_id = office.upload(item_id, pdf()).json()["id"]
    written = {row["command"] for row in noted(office)}
    assert {"RegisterClient", "DraftContract", "ActivateContract", "OpenCase", "KeepFile", "SubmitDocument"} <= written

    assert looks(office, f"/clients/{client_id}", f"/cases/{case_id}", f"/cases/{case_id}/timeline") == [
        ("read_client", f"client:{client_id}"),
        ("read_case", f"case:{case_id}"),
        ("read_timeline", f"case:{case_id}"),
    ]
    assert looks(office, f"/versions/{version_id}/file") == [("download_original", f"version:{version_id}")]
    assert looks(office, "/find?q=V-2026", "/cases") == [("find", None), ("list_cases", None)]
    exported = office.call("visa.supervisor", "POST", f"/clients/{client_id}/export")
    assert "data.json" in zipfile.ZipFile(io.BytesIO(exported.content)).namelist()
    office.refused(404, "not_found", "other.consultant", "GET", f"/cases/{case_id}")
    office.refused(403, "not_allowed", "visa.sales", "POST", f"/clients/{client_id}/erase")

    member = f"/staff/{office.staff['visa.sales']}"
    office.post("visa.admin", f"{member}/login", {"login": "zhangsan"})
    office.post("visa.admin", f"{member}/password", {"password": "four words and a half"})
    assert (sign_in(office, "another four words"), sign_in(office, "four words and a half")) == (401, 201)

    last = [(row["command"], row["outcome"]) for row in noted(office)]
    assert ("ExportClient", "done") in last
    assert ("EraseClient", "refused") in last
    assert last[-2:] == [("CountWrongSignIn", "done"), ("SignIn", "done")]
    with office.parts.reading.open() as reader:
        assert "张三" not in str(reader.find(audit))
    office.parts.store.run(lambda uow: chain.seal(uow, VAULT.derive(chain.PURPOSE)))
    found = office.get("visa.admin", "/audit/verify")
    assert (found["sound"], found["faults"]) == (True, [])
    assert found["sealed"] >= len(written)


def test_whoever_stands_in_and_whoever_looks_is_named(small_office: Office) -> None:
    client_id = str(small_office.clients["张三"])
    small_office.contract()
    small_office.get("visa.consultant", f"/clients/{client_id}")

    found = small_office.get("visa.admin", f"/audit?subject=client:{client_id}&command=read_client")["entries"]

    assert [each["actor_id"] for each in found] == [str(small_office.staff["visa.consultant"])]
    assert found[0]["door"] == "api"


def test_it_is_read_in_pages_newest_first(small_office: Office) -> None:
    small_office.contract()
    whole = small_office.get("visa.admin", "/audit?limit=500")["entries"]
    pages, cursor = list[str](), before_id(int(whole[0]["id"]))
    while cursor is not None:
        page = small_office.get("visa.admin", f"/audit?limit=7&cursor={cursor}")
        pages += [each["id"] for each in page["entries"]]
        cursor = page["next"]

    assert pages == [each["id"] for each in whole[1:]]
    assert pages == sorted(pages, key=int, reverse=True)


def test_only_an_admin_reads_it_and_that_is_noted_too(small_office: Office) -> None:
    for who in ("visa.supervisor", "visa.finance", "visa.consultant"):
        small_office.refused(403, "not_allowed", who, "GET", "/audit")
        small_office.refused(403, "not_allowed", who, "GET", "/audit/verify")

    assert looks(small_office, "/audit", who="visa.admin") == [("list_audit", None)]


def test_tampering_shows(small_office: Office, sqlite_url: str) -> None:
    small_office.contract()
    small_office.parts.store.run(lambda uow: chain.seal(uow, VAULT.derive(chain.PURPOSE)))
    engine = writer_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(update(audit).where(audit.c.chain == 3).values(actor_id=1))
    engine.dispose()

    found = small_office.get("visa.admin", "/audit/verify")

    assert found["sound"] is False
    assert (found["faults"][0]["chain"], found["faults"][0]["what"]) == (3, "changed")


def test_an_erased_client_can_still_be_read_about(small_office: Office, tmp_path: Path) -> None:
    """The skeleton: case, timeline and contract answer, without a word about him; his file is gone."""
    office = small_office
    case_id, client_id = office.case(), str(office.clients["张三"])
    item_id = office.item(case_id, "passport")["id"]
    version_id = office.upload(item_id, pdf()).json()["id"]
    office.refused(409, "not_possible_now", "visa.admin", "POST", f"/clients/{client_id}/erase")
    office.post("visa.consultant", f"/cases/{case_id}/advance", {"trigger": "withdraw"})

    office.post("visa.admin", f"/clients/{client_id}/erase")
    parts = office.parts
    assert Eraser(parts.store, parts.reading, parts.bus, parts.files, tmp_path / "erased.jsonl").settle() == 1

    for path in (f"/clients/{client_id}", f"/cases/{case_id}", f"/cases/{case_id}/timeline?everything=true", "/cases"):
        answer = office.call("visa.admin", "GET", path)
        assert answer.status_code == 200, answer.text
        assert "13800001234" not in answer.text
    assert office.call("visa.admin", "GET", f"/versions/{version_id}/file").status_code == 410
    with office.parts.reading.open() as reader:
        row = reader.peek(client, int(client_id))
    assert row is not None
    assert row["phone"] is None
