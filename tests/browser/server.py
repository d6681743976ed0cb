"""The product as `banli run` starts it, mostly with `--demo`: a process of its own on a loopback port and folder."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from core.kit.crypto import generate_key

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 20.0


@dataclass
class DemoServer:
    """Starts, stops and starts again on the same port; what was said stays in the database."""

    database: str
    folder: Path
    port: int = field(default_factory=lambda: free_port())
    key: str = field(default_factory=generate_key)
    demo: bool = True
    settings: dict[str, str] = field(default_factory=dict)  # more variables
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "DemoServer":
        """Returns when it answers. Raises RuntimeError with its own words when it does not come up."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BANLI_")}
        environment |= {
            "BANLI_DATABASE_URL": self.database,
            "BANLI_FILES_DIR": str(self.folder / "files"),
            "BANLI_KEYS": self.key,
        }
        environment |= self.settings
        mode = ["--demo"] if self.demo else []
        command = [sys.executable, "-m", "bot.cli.main", "run", *mode, "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"the server did not come up: {self.words}")
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        """As an operator would: ask it to end, and insist only if it does not."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def words(self) -> str:
        """The end of what the server has said."""
        return self.log.read_text("utf-8", errors="replace")[-3000:]

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/readyz", timeout=2) as answer:  # the address is our own
                return bool(answer.status == 200)
        except (URLError, ConnectionError, TimeoutError):
            return False


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
