"""A fork server: one process that has imported everything and forks a child per start, so that a kill costs little.

It reads orders as lines of JSON, and answers each with the id of the child. It has one thread, so that a fork takes
nothing half done along; it ends, and its children with it, when its input ends.
"""

import contextlib
import ctypes
import gc
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
        self._ask({"op": "ready"})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in (self._server.stdin, self._server.stdout):
            assert pipe is not None
            pipe.close()
        self._server.wait(30)

    def prepare(self, settings: dict[str, Any], desks: int) -> Any:
        """Fill a database (tests.crash.world), here, so that the children inherit warm caches. The world as JSON."""
        return self._ask({"op": "prepare", "settings": settings, "desks": desks})

    def start(self, order: Any) -> Process:
        """Fork a child for this order (tests.crash.child.Order)."""
        return Process(int(self._ask({"op": "start", "order": asdict(order)})))

    def _ask(self, order: dict[str, Any]) -> Any:
        with self._lock:
            assert self._server.stdin is not None
            assert self._server.stdout is not None
            self._server.stdin.write(json.dumps(order) + "\n")
            self._server.stdin.flush()
            line = self._server.stdout.readline()
        if not line:
            raise RuntimeError("the fork server has ended")
        return json.loads(line)


def serve() -> None:
    """The server's side."""
    from tests.crash.child import Order, run  # late: the driver's side needs none of it
    from tests.crash.warm import quiet_log, warm

    warm()
    quiet_log()
    libc = ctypes.CDLL(None)
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever is printed is no answer
    for line in sys.stdin:
        told = json.loads(line)
        match told["op"]:
            case "prepare":
                reply = _prepare(told)
                assert threading.active_count() == 1, threading.enumerate()
            case "start":
                signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is killed leaves no trace
                reply = os.fork()
                if reply == 0:
                    libc.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
                    answer.close()
                    run(Order(**told["order"]))
            case _:
                reply = 0
        answer.write(json.dumps(reply) + "\n")
        answer.flush()


def _prepare(told: dict[str, Any]) -> Any:
    from core.kit.settings import Settings
    from tests.crash.world import prepare

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    world = asdict(prepare(Settings.model_validate(told["settings"]), told["desks"]))
    gc.collect()
    gc.freeze()  # a child's collector would copy every page of what it has inherited
    return world


if __name__ == "__main__":
    serve()
