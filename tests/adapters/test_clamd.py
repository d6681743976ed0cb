"""The virus check: clean goes on, found is locked away, no answer is held and goes on by itself."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.clamd.scanner import CHUNK, Clamd
from core.cases.tables import document_version, item
from core.commands.people import IssueApiKey
from core.files.scan import ScannerDown
from core.files.tables import file
from core.ledger.tables import errand
from core.staff.tables import staff_identity
from tests.adapters.test_webchat_files import do
from tests.adapters.webpage import Site, open_site
from tests.bot.chat import picture
from tests.browser.server import free_port
from tests.files.corpus_more import scanners_mark
from tests.files.papers import pdf
from tests.platforms.fake_clamd import MIB, fake_clamd

BAD = pdf(words="x") + scanners_mark()


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 3 * MIB])
def test_every_byte_gets_there_and_clean_is_clean(size: int) -> None:
    data = bytes(number % 251 for number in range(1000)) * (size // 1000 + 1)
    with fake_clamd() as daemon:
        assert Clamd(daemon.address, 10).scan(data[:size]) is None
        assert daemon.seen == [data[:size]]


def test_what_is_found_is_named_over_tcp_and_over_a_unix_socket() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # a socket's path may have 100 characters
        for path in (None, Path(folder) / "clamd"):
            with fake_clamd(path) as daemon:
                assert Clamd(daemon.address, 10).scan(BAD) == "Eicar-Signature"


def test_a_file_above_the_daemons_limit_has_no_verdict() -> None:
    with fake_clamd(most=MIB) as daemon, pytest.raises(ScannerDown):
        Clamd(daemon.address, 10).scan(bytes(8 * MIB))


@pytest.mark.parametrize("reply", [b"", b"\0", b"stream: OK FOUND?\0", b"OK\0", b"stream: x ERROR\0", b"\xff" * 9000])
def test_only_the_known_answers_count(reply: bytes) -> None:
    with fake_clamd() as daemon:
        daemon.reply = reply
        with pytest.raises(ScannerDown):
            Clamd(daemon.address, 10).scan(b"x")


def test_nobody_there_or_nobody_answering_is_down() -> None:
    with pytest.raises(ScannerDown):
        Clamd(f"127.0.0.1:{free_port()}", 5).scan(b"x")
    with pytest.raises(ScannerDown):
        Clamd("/nowhere/clamd.ctl", 5).scan(b"x")
    with fake_clamd() as daemon:
        daemon.mute = True
        with pytest.raises(ScannerDown):
            Clamd(daemon.address, 0.2).scan(b"x")


@contextmanager
def site_with(url: str, folder: Path, clamav: str | None) -> Iterator[Site]:
    with open_site(url, folder, demo=True, filled=True, clamav=clamav, clamav_seconds=5) as site:
        site.page("consultant").presses("定金").presses("生效")
        yield site


def versions(site: Site) -> int:
    with site.banli.reading.open() as reader:
        return len(reader.find(document_version))


def test_a_clean_file_goes_on_and_the_card_says_that_it_was_checked(sqlite_url: str, tmp_path: Path) -> None:
    with fake_clamd() as daemon, site_with(sqlite_url, tmp_path, daemon.address) as site:
        site.page("client").sends("a.jpg", picture(), "退休证")
        assert daemon.seen == [picture()]
        assert "病毒检查：未发现病毒" in "\n".join(site.page("reviewer").texts())


def test_without_a_scanner_the_card_says_that_it_did_not_run(sqlite_url: str, tmp_path: Path) -> None:
    with site_with(sqlite_url, tmp_path, None) as site:
        site.page("client").sends("a.jpg", picture(), "退休证")
        told = "\n".join(site.page("reviewer").texts())
        assert re.search("未运行的检查：.*病毒检查", told)
        assert "病毒" not in "\n".join(site.page("client").texts())


def test_what_is_found_is_refused_and_nobody_gets_it(sqlite_url: str, tmp_path: Path) -> None:
    with fake_clamd() as daemon, site_with(sqlite_url, tmp_path, daemon.address) as site:
        client = site.page("client")
        client.sends("a.pdf", BAD, "退休证")
        assert "发现了病毒" in client.texts()[-1]
        assert versions(site) == 0
        with site.banli.reading.open() as reader:
            [kept] = reader.find(file)
        assert (kept["inspection"]["verdict"], kept["preview_handle"]) == ("virus", "")
        assert client.http.get(client.path(f"files/{kept['id']}")).status_code == 404


def test_while_the_scanner_is_down_a_file_is_held_and_goes_on_by_itself(database: str, tmp_path: Path) -> None:
    port = free_port()
    with site_with(database, tmp_path, f"127.0.0.1:{port}") as site:
        client = site.page("client")
        client.sends("a.jpg", picture(), "退休证")
        assert "正在做安全检查" in client.texts()[-1]
        for _ in range(8):  # longer than anything that fails is tried
            site.clock.move_to(site.clock.now() + timedelta(hours=1))
            site.rest()
        assert versions(site) == 0
        assert len([each for each in client.texts() if "安全检查" in each]) == 1
        assert site.banli.sweeper.sweep().orphans == 0  # a held file has a name
        with site.banli.reading.open() as reader:
            assert [row["state"] for row in reader.find(errand)] == ["waiting"]
        with fake_clamd(port=port):
            site.clock.move_to(site.clock.now() + timedelta(minutes=1))
            site.rest()
        assert versions(site) == 1
        assert "已收到《退休证》" in "\n".join(client.texts())


def test_staff_who_upload_meanwhile_are_told_to_come_back(sqlite_url: str, tmp_path: Path) -> None:
    with site_with(sqlite_url, tmp_path, f"127.0.0.1:{free_port()}") as site:
        with site.banli.reading.open() as reader:
            adviser = reader.first(staff_identity, external_id=site.banli.webchat.seats["consultant"])
        assert adviser is not None
        page = site.page("consultant")
        key = do(site, IssueApiKey(staff_id=adviser["staff_id"], name="x"))
        headers = {"authorization": f"Bearer {key}", "accept-language": "en"}
        with site.banli.reading.open() as reader:
            wanted = reader.find(item)[0]
        answer = page.http.post(
            f"/api/v1/items/{wanted['id']}/documents", files={"file": ("a.pdf", pdf())}, headers=headers
        )
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert "virus check" in answer.json()["detail"]
        assert not list((tmp_path / "files").glob("??/??/*"))
