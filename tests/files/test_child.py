"""The child process: a file can at worst end its own process; the parent, the next file and the secrets are safe."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from core.files.child import Inspector, InspectorDown
from core.files.frames import BrokenFrame, pack, read
from core.files.limits import FileLimits
from core.files.verdicts import VERDICTS
from tests.files.measured import ROOT, measured
from tests.files.papers import docx, endless_pdf, flood_pdf, pdf, scanned_pdf
from tests.files.pictures import heic, jpg, page, png, saved


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    with Inspector() as running:
        yield running


def children() -> set[int]:
    """Process ids of our running children."""
    threads = Path("/proc/self/task").glob("*/children")  # a child moves to another thread when its own one ends
    return {int(each) for listed in threads for each in listed.read_text().split()}


def own_memory() -> int:
    """Resident bytes of this very process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def confined(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process that has shut itself in to 100 MiB and one second."""
    shut = "from core.files.confine import *\nlimit_resources(100 * 2**20, 1)\nprint(shut_network())\n"
    return subprocess.run(
        [sys.executable, "-c", shut + textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


def test_a_file_that_needs_more_memory_than_allowed_is_refused_and_harms_nobody() -> None:
    heavy = saved(page(6000, 8000), "PNG")
    with Inspector(FileLimits(check_memory_mib=100, check_processes=1)) as tight:
        before = own_memory()
        assert tight.inspect(heavy).inspection.verdict == "too_heavy"
        assert own_memory() - before < 60 * 1024 * 1024
        assert tight.inspect(png()).inspection.verdict == "ok"
    with Inspector(FileLimits(check_processes=1)) as usual:
        assert usual.inspect(heavy).inspection.verdict == "ok"


def test_the_heaviest_files_that_are_taken_stay_within_the_memory(tmp_path: Path) -> None:
    (tmp_path / "0").write_bytes(flood_pdf())  # 400 megapixels; PDFium draws them row by row
    (tmp_path / "1").write_bytes(saved(Image.new("RGBA", (7000, 7100), "red"), "PNG"))
    (tmp_path / "2").write_bytes(saved(Image.new("CMYK", (7000, 7100)), "JPEG"))
    verdicts, idle, most = measured(tmp_path)
    assert verdicts == ["ok", "ok", "ok"]
    assert idle < 200 * 1024  # KiB: what the readers' libraries need
    assert most - idle < 300 * 1024


def test_a_file_that_would_take_for_ever_is_stopped() -> None:
    with Inspector(FileLimits(check_seconds=1, check_processes=1)) as impatient:
        found = impatient.inspect(endless_pdf())
        assert (found.inspection.verdict, found.inspection.seen) == ("too_heavy", "pdf")
        assert impatient.inspect(pdf()).inspection.verdict == "ok"


def test_the_memory_limit_holds() -> None:
    done = confined("try:\n    bytearray(200 * 2**20)\nexcept MemoryError:\n    print('no memory')\n")
    assert done.stdout.splitlines()[1:] == ["no memory"]
    assert confined("bytearray(50 * 2**20); print('enough')").stdout.splitlines()[1:] == ["enough"]


def test_the_time_limit_holds() -> None:
    assert confined("while True: pass").returncode in {-signal.SIGXCPU, -signal.SIGKILL}


def test_no_file_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / "x"
    done = confined(f"""
        try:
            with open({str(target)!r}, "wb") as out:
                out.write(b"x" * 100_000)
        except OSError as no:
            print("refused", no.errno)
    """)
    assert "refused" in done.stdout
    assert target.stat().st_size == 0


def test_there_is_no_network_and_no_other_program() -> None:
    done = confined("""
        import os, socket
        for forbidden in (
            lambda: socket.socket(socket.AF_INET),
            lambda: socket.socket(socket.AF_UNIX),
            lambda: os.execv("/bin/true", ["true"]),
            lambda: os.posix_spawn("/bin/true", ["true"], {}),
        ):
            try:
                forbidden()
                print("possible")
            except OSError as no:
                print("refused")
        print(open("/etc/hostname").readable())
    """)
    said = done.stdout.splitlines()
    assert said[0] == "True"  # the filter is in force on every machine that the tests run on
    assert said[1:4] == ["refused"] * 3
    assert said[-1] == "True"


def test_the_children_know_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANLI_KEYS", "k1:marker-5f2c91")
    before = children()
    with Inspector(FileLimits(check_processes=1)) as running:
        running.inspect(png())
        (child,) = children() - before
        environment = Path(f"/proc/{child}/environ").read_bytes()
        assert b"marker-5f2c91" not in environment
        assert b"BANLI" not in environment
        assert len(list(Path(f"/proc/{child}/fd").iterdir())) <= 6  # its pipes, nothing of ours


def test_a_child_outlives_the_thread_that_started_it() -> None:
    before = children()
    with Inspector(FileLimits(check_processes=1)) as running:
        thread = threading.Thread(target=running.inspect, args=(png(),))
        thread.start()
        thread.join()
        (child,) = children() - before
        assert running.inspect(jpg()).inspection.ok
        assert children() - before == {child}


def test_a_dead_child_is_not_held_against_the_file() -> None:
    before = children()
    with Inspector(FileLimits(check_processes=1)) as running:
        assert running.inspect(png()).inspection.ok
        (child,) = children() - before
        stopped = threading.Timer(0, os.kill, (child, signal.SIGKILL))
        stopped.start()
        stopped.join()
        while True:  # either it was seen to be dead and replaced, or it died under this very file
            try:
                assert running.inspect(png()).inspection.ok
                break
            except InspectorDown:
                continue
        assert children() - before != {child}


def test_a_child_that_does_not_start_is_not_held_against_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Inspector(FileLimits(check_processes=1)) as broken:
        with pytest.raises(InspectorDown):
            broken.inspect(png())
        assert broken.inspect(b"").inspection.verdict == "empty"  # what needs no child is answered still
        monkeypatch.undo()
        assert broken.inspect(png()).inspection.ok


def test_closing_ends_every_process() -> None:
    before = children()
    running = Inspector(FileLimits(check_processes=2))
    with ThreadPoolExecutor(4) as threads:
        verdicts = [
            found.inspection.verdict for found in threads.map(running.inspect, [png(), pdf(), jpg(), docx()] * 3)
        ]
    assert verdicts == ["ok"] * 12
    assert 1 <= len(children() - before) <= 2
    running.close()
    assert children() - before == set()
    assert running.inspect(png()).inspection.ok
    running.close()


@pytest.mark.parametrize("make", [jpg, png, heic, pdf, scanned_pdf, docx], ids=lambda make: make.__name__)
def test_damaged_at_random_a_file_still_gets_a_verdict(inspector: Inspector, make: object) -> None:
    assert callable(make)
    whole = make()
    chance = random.Random(f"banli {len(whole)}")
    for _ in range(12):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 40)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        if chance.random() < 0.3:
            del broken[chance.randrange(len(broken)) :]
        found = inspector.inspect(bytes(broken))
        assert found.inspection.verdict in VERDICTS
        assert (found.preview is not None) == (found.inspection.ok and found.inspection.kind != "docx")


def test_frames_come_back_as_they_were_and_cut_ones_are_noticed() -> None:
    import io

    whole = pack({"名": 1, "odd": "\ud800"}, b"block")
    assert read(io.BytesIO(whole)) == ({"名": 1, "odd": "\ud800"}, b"block")
    assert read(io.BytesIO(b"")) is None
    for length in range(1, len(whole)):
        with pytest.raises(BrokenFrame):
            read(io.BytesIO(whole[:length]))
    for wrong in (b"\xff" * 20, pack({}).replace(b"{}", b"[]"), pack({}).replace(b"{}", b"{,")):
        with pytest.raises(BrokenFrame):
            read(io.BytesIO(wrong))
