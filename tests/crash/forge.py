"""A fork server: one process that has imported everything and forks a child per start, so that a kill costs little.

It reads orders as lines of JSON, and answers each with the id of the child. It has one thread, so that a fork takes
nothing half done along; it ends, and its children with it, when its input ends.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

ROOT: Final = Path(__file__).resolve().parents[2]
_DIE_WITH_PARENT: Final = 1  # prctl(PR_SET_PDEATHSIG)


class Process:
    """A child that runs, or has ended."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._handle: int | None = os.pidfd_open(pid)
        except ProcessLookupError:
            self._handle = None

    def ended(self, seconds: float = 0.0) -> bool:
        """Whether it is gone, after waiting at most so long."""
        if self._handle is None:
            return True
        ready, _, _ = select.select([self._handle], [], [], seconds)
        if ready:
            os.close(self._handle)
            self._handle = None
        return bool(ready)

    def signal(self, number: int) -> None:
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """At once, and not before it is gone."""
        self.signal(signal.SIGKILL)
        if not self.ended(20):
            raise TimeoutError(f"process {self.pid} does not die")

    def stop(self) -> None:
        """As an operator stops it; killed when it does not end in time."""
        self.signal(signal.SIGTERM)
        if not self.ended(20):
            self.kill()


class Forge:
    """The driver's side. Thread-safe."""

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BANLI_")}
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.forge"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**environment, "PYTHONPATH": str(ROOT)},
            text=True,
        )
        self._ask({})  # it has imported everything
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait(30)

    def start(self, order: Any) -> Process:
        """Fork a child for this order (tests.crash.child.Order)."""
        return Process(self._ask(asdict(order)))

    def _ask(self, order: dict[str, Any]) -> int:
        with self._lock:
            assert self._server.stdin is not None and self._server.stdout is not None
            self._server.stdin.write(json.dumps(order) + "\n")
            self._server.stdin.flush()
            line = self._server.stdout.readline()
        if not line:
            raise RuntimeError("the fork server has ended")
        return int(line)


def serve() -> None:
    """The server's side."""
    from bot.demo.seed import publish_flows  # noqa: F401  # imported for the children
    from tests.crash.child import Order, run
    from tests.crash.warm import warm

    warm()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is killed leaves no trace
    libc = ctypes.CDLL(None)
    answer = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        told = json.loads(line)
        pid = os.fork() if told else 0
        if told and pid == 0:
            libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
            answer.close()
            run(Order(**told))
        answer.write(f"{pid}\n")
        answer.flush()


if __name__ == "__main__":
    serve()
