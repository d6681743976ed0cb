"""Has files opened by child processes; a hostile file can at worst end its own process and get a refusal."""

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self, cast

from core.files import frames
from core.files.gate import Refused, gate, kind_of, refusal
from core.files.inspection import Inspected, Inspection
from core.files.limits import FileLimits
from core.kit.log import get_log
from core.kit.watch import Watches

_START_SECONDS: Final = 60.0  # for importing the readers on a busy machine
_GRACE_SECONDS: Final = 5.0  # beyond the child's own limit, for passing the data to and fro
# Nothing of our own environment: it holds keys. One thread and one arena keep the address space predictable.
_ENVIRONMENT: Final = {
    "PATH": os.defpath,
    "LC_ALL": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
}
_log = get_log(__name__)


class InspectorDown(Exception):
    """No child process could be had. The file was not looked at: try again later, do not refuse it."""


class Children:
    """A small pool of child processes, started when first needed. Thread-safe.

    Whoever makes one closes it at the end; several inspectors may share one, since a child keeps nothing of a file.
    """

    def __init__(self, most: int = FileLimits().check_processes) -> None:
        self._idle: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(most):
            self._idle.put(None)

    def take(self) -> "_Child | None":
        """One that nobody uses, or the right to start one; waits while all are at work. Give it back."""
        return self._idle.get()

    def give_back(self, child: "_Child | None") -> None:
        self._idle.put(child)

    def close(self) -> None:
        """End the processes that are idle; whoever takes one later starts it anew."""
        drained: list[_Child | None] = []
        with contextlib.suppress(queue.Empty):
            while True:
                drained.append(self._idle.get_nowait())
        for child in drained:
            if child is not None:
                child.end()
            self._idle.put(None)


class Inspector:
    """Has files opened by `children`, by its own ones where none are given; `inspect` blocks its thread.

    Call it from a worker thread (``asyncio.to_thread``), never inside a transaction. Close it at the end.
    """

    def __init__(
        self, limits: FileLimits | None = None, watches: Watches | None = None, children: Children | None = None
    ) -> None:
        self.limits = limits or FileLimits()
        self._watches = watches or Watches()
        self._own = children is None
        self._children = children or Children(self.limits.check_processes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def inspect(self, data: bytes) -> Inspected:
        """What the file is and whether it will do. Raises InspectorDown."""
        with self._watches.timed("check", "file") as work:
            found = self._inspect(data)
            work.outcome = found.inspection.verdict
        return found

    def _inspect(self, data: bytes) -> Inspected:
        refused = gate(data, self.limits)
        if refused is not None:  # nothing to open, no process needed
            return Inspected(refused)
        child = self._children.take()
        try:
            if child is not None and not child.alive:
                child.end()
                child = None
            child = child or _Child()
            return self._ask(child, data)
        except (OSError, frames.BrokenFrame) as broken:
            if child is not None:
                child.end()
                child = None
            raise InspectorDown(type(broken).__name__) from broken
        finally:
            self._children.give_back(child)

    def close(self) -> None:
        """End its own processes that are idle; a later `inspect` starts new ones."""
        if self._own:
            self._children.close()

    def _ask(self, child: "_Child", data: bytes) -> Inspected:
        header, preview = child.ask(data, self.limits)
        if failure := header.get("failure"):
            _log.warning("file_check_failed", failure=failure, kind=kind_of(data), error=header.get("error"))
            verdict = "damaged" if failure == "crash" else "too_heavy"
            return Inspected(refusal(len(data), kind_of(data), Refused(verdict)))
        return Inspected(Inspection.from_json(header["inspection"]), preview or None)


class _Child:
    """One running ``core.files.inspect`` and the pipes to it; used by one thread at a time."""

    def __init__(self) -> None:
        """Starts the process and waits until it is ready. Raises OSError or BrokenFrame."""
        code = Path(__file__).resolve().parents[2]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "core.files.inspect"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=code,
            env=_ENVIRONMENT | {"PYTHONPATH": str(code)},
            start_new_session=True,  # a Ctrl-C at the terminal is the parent's to handle
        )
        self._told = False
        try:
            self._exchange(b"", _START_SECONDS)
        except (OSError, frames.BrokenFrame):
            self.end()
            raise

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, data: bytes, limits: FileLimits) -> tuple[dict[str, object], bytes]:
        """Send one file and wait for the answer. Raises OSError or BrokenFrame."""
        request = frames.pack({"limits": asdict(limits)}, data)
        header, preview = self._exchange(request, limits.check_seconds + _GRACE_SECONDS)
        if header.get("confined") is False and not self._told:
            self._told = True
            _log.warning("file_check_unconfined", reason="no system call filter here; only limits hold")
        return header, preview

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def _exchange(self, request: bytes, seconds: float) -> tuple[dict[str, object], bytes]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        watchdog = threading.Timer(seconds, self._process.kill)
        watchdog.start()
        try:
            if request:
                stdin.write(request)
                stdin.flush()
            answer = frames.read(cast(BinaryIO, stdout))
        finally:
            watchdog.cancel()
        if answer is None:
            raise frames.BrokenFrame("the child process has ended")
        return answer
