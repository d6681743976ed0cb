"""The folder of one test run in /tmp: its servers, their data, and who owns them.

One run has one folder, made by the process that the user started and shared by its xdist workers through the
environment. A run that was killed cannot clear up, so each run first looks for folders whose owner is gone,
stops the servers that these folders name, and removes them. Nothing that others started is ever touched.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services import postgres, redis_server

PARENT = Path("/tmp")  # short: a PostgreSQL socket's path may have 107 bytes, and macOS's own temp folder has 60
PREFIX = "banli-test-"
VARIABLE = "BANLI_TEST_RUN_FOLDER"
OWNER = "owner.json"


def open_run() -> Path:
    """Make this run's folder and tell the workers about it; clears up after killed runs first."""
    clear_orphans(PARENT)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=PARENT))
    folder.chmod(0o755)  # the server's own user, when we are root, must get through
    pid = os.getpid()
    (folder / OWNER).write_text(json.dumps({"pid": pid, "started": started_at(pid)}), encoding="utf-8")
    os.environ[VARIABLE] = str(folder)
    return folder


def current() -> Path:
    """The folder of the run that this process belongs to."""
    return Path(os.environ[VARIABLE])


def close_run(folder: Path) -> None:
    """Stop every server in the folder and remove it."""
    stop_servers(folder)
    shutil.rmtree(folder, ignore_errors=True)
    if os.environ.get(VARIABLE) == str(folder):
        del os.environ[VARIABLE]


def clear_orphans(parent: Path) -> list[Path]:
    """Remove the folders of runs whose owner is gone; returns them."""
    gone = [folder for folder in parent.glob(f"{PREFIX}*") if is_orphan(folder)]
    for folder in gone:
        stop_servers(folder)
        shutil.rmtree(folder, ignore_errors=True)
    return gone


def is_orphan(folder: Path) -> bool:
    """Whether the folder is ours and names an owner that no longer runs; without a name it is left alone."""
    try:
        if folder.stat().st_uid != os.getuid():
            return False
        owner = json.loads((folder / OWNER).read_text(encoding="utf-8"))
        return bool(started_at(int(owner["pid"])) != owner["started"])
    except (OSError, ValueError, KeyError):
        return False


def started_at(pid: int) -> str:
    """A mark that tells a process from a later one with the same id; empty when there is no such process."""
    if not Path("/proc/self").exists():
        return "alive" if is_alive(pid) else ""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        state, started = fields[0], fields[19]
    except (OSError, IndexError):
        return ""
    return "" if state in "ZX" else started


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def stop_servers(folder: Path) -> None:
    """Stop what was started below a run's folder: the marks were written by the code that started it."""
    for mark in folder.rglob(postgres.MARK):
        postgres.stop(mark.parent)
    for mark in folder.rglob(redis_server.MARK):
        redis_server.stop(mark.parent)


@contextmanager
def locked(name: str) -> Iterator[Path]:
    """Hold a lock among the processes of this run; gives the run's folder."""
    folder = current()
    with (folder / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield folder
