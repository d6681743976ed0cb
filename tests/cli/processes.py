"""Processes of `banli` as an operator starts them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 180.0  # a busy machine is slow; nothing is measured here

Found = TypeVar("Found")


@dataclass
class Process:
    """`banli WORDS`; what it says goes to a file."""

    words: list[str]
    env: dict[str, str]
    folder: Path
    root: Path = ROOT  # whose sources run
    module: str = "bot.cli.main"
    log: Path = field(init=False)
    running: "subprocess.Popen[bytes]" = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / f"{'-'.join(self.words[:2])}-{time.monotonic_ns()}.log"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BANLI_")}
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", self.module, *self.words],
                cwd=self.folder,
                env={**clean, "PYTHONPATH": str(self.root), **self.env},
                stdout=log,
                stderr=log,
            )

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", errors="replace")

    def says(self, words: str) -> "Process":
        """Returns when it has said this. Raises AssertionError with its own words when it ends before."""
        until(lambda: words in self.said or self.running.poll() is not None, self)
        assert words in self.said, self.said
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code; negative for a signal."""
        if self.running.poll() is None:
            self.running.send_signal(how)
        return self.running.wait(SECONDS)


def until(look: Callable[[], Found], *processes: Process) -> Found:
    """What `look` finds at last. Raises AssertionError with what the processes said when it never does."""
    end = time.monotonic() + SECONDS
    while not (found := look()):
        assert time.monotonic() < end, "\n".join(each.said[-3000:] for each in processes)
        time.sleep(0.05)
    return found
