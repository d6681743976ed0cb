"""Against a real clamd on this machine: `make clamd` runs it; the ordinary suite does not, as CI has no ClamAV.

The daemon gets a database of one signature of our own, so nothing is downloaded; it listens on a socket in a temporary
folder and ends with the test.
"""

import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.clamd.scanner import Clamd
from core.files.scan import ScannerDown
from core.files.tables import file
from tests.adapters.test_clamd import BAD, site_with, versions
from tests.bot.chat import picture
from tests.files.corpus_more import scanners_mark
from tests.files.papers import pdf

MIB = 2**20
LIMIT = 4 * MIB  # StreamMaxLength
NAME = "Banli.TestFile"
START_SECONDS = 60.0
CONFIG = """
Foreground yes
LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/database
StreamMaxLength {limit}
LogFile {folder}/clamd.log
OfficialDatabaseOnly no
"""


class Daemon:
    """One clamd with its own folder; `stop` and `start` as an operator would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = str(folder / "clamd.sock")
        (folder / "database").mkdir()
        mark = f"{NAME}:0:*:{scanners_mark().hex()}\n"
        (folder / "database" / "banli.ndb").write_text(mark)
        (folder / "clamd.conf").write_text(CONFIG.format(folder=folder, limit=LIMIT))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        path = shutil.which("clamd")
        assert path is not None, "no clamd: apt-get install -y clamav-daemon"
        self.process = subprocess.Popen([path, "--config-file", str(self.folder / "clamd.conf")])
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "clamd.log").read_text("utf-8")
            assert time.monotonic() < end, "clamd does not come up"
            time.sleep(0.1)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None
            Path(self.address).unlink(missing_ok=True)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(self.address)
                line.sendall(b"zPING\0")
                return line.recv(100).startswith(b"PONG")
            except OSError:
                return False


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # a socket's path may have 100 characters
        made = Daemon(Path(name))
        made.start()
        yield made
        made.stop()


def test_the_scanners_test_file_is_found_and_a_clean_one_is_not(daemon: Daemon) -> None:
    scanner = Clamd(daemon.address, 30)
    assert scanner.scan(picture()) is None
    assert scanner.scan(pdf()) is None
    assert scanner.scan(b"") is None
    for bad in (scanners_mark(), BAD):
        found = scanner.scan(bad)
        assert found is not None
        assert found.startswith(NAME)


def test_many_at_once_each_get_their_own_verdict(daemon: Daemon) -> None:
    scanner = Clamd(daemon.address, 60)
    files = [BAD if number % 3 == 0 else picture(number) for number in range(30)]
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(scanner.scan, files))
    assert [verdict is not None for verdict in verdicts] == [number % 3 == 0 for number in range(30)]


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT + MIB, 20 * MIB])
def test_above_its_stream_limit_there_is_no_verdict(daemon: Daemon, size: int) -> None:
    scanner = Clamd(daemon.address, 60)
    assert scanner.scan(bytes(LIMIT - MIB)) is None
    with pytest.raises(ScannerDown):
        scanner.scan(bytes(size))
    assert scanner.scan(picture()) is None  # and it goes on


def test_a_daemon_that_is_killed_in_the_middle_gives_no_verdict(daemon: Daemon) -> None:
    """It has the connection and does not read: that is the middle, whenever it ends."""
    assert daemon.process is not None
    daemon.process.send_signal(signal.SIGSTOP)
    verdicts: list[object] = []

    def ask() -> None:
        try:
            verdicts.append(Clamd(daemon.address, 60).scan(bytes(3 * MIB)))
        except ScannerDown as down:
            verdicts.append(down)

    asking = threading.Thread(target=ask)
    asking.start()
    daemon.stop(signal.SIGKILL)
    asking.join()
    assert isinstance(verdicts[0], ScannerDown)
    with pytest.raises(ScannerDown):
        Clamd(daemon.address, 5).scan(picture())


def test_the_product_takes_refuses_holds_and_goes_on(daemon: Daemon, sqlite_url: str, tmp_path: Path) -> None:
    with site_with(sqlite_url, tmp_path, daemon.address) as site:
        client = site.page("client")
        client.sends("a.jpg", picture(), "退休证")
        assert versions(site) == 1
        with site.banli.reading.open() as reader:
            [kept] = reader.find(file)
        assert kept["inspection"]["virus_check"] == "clean"
        client.sends("b.pdf", BAD, "户口簿整本")
        assert "发现了病毒" in client.texts()[-1]
        assert versions(site) == 1
        daemon.stop()
        client.sends("c.jpg", picture(3), "身份证正反面")
        assert "正在做安全检查" in client.texts()[-1]
        assert versions(site) == 1
        daemon.start()
        site.clock.move_to(site.clock.now() + timedelta(minutes=1))
        site.rest()
        assert versions(site) == 2
