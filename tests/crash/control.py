"""Memory that the driver shares with one process: what kills it, what it has reached, how far its clock is off."""

import mmap
import os
import signal
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from core.kit.fail_points import POINTS

ANY: Final = "any"  # whichever point it is
_NAMES: Final = tuple(POINTS)
_INDEX: Final[Mapping[str, int]] = {name: at for at, name in enumerate(_NAMES)}
_NONE, _ANY = -1, -2
_ARMED, _LEFT, _OFFSET, _FULL, _FILES, _REFUSED, _COUNTS = 0, 1, 2, 3, 4, 5, 6  # places of 32-bit numbers


class Control:
    """One file of numbers, mapped by both sides."""

    def __init__(self, path: Path) -> None:
        self.path = path
        size = 4 * (_COUNTS + len(_NAMES))
        if not path.exists():
            path.write_bytes(bytes(size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), size)
        self._numbers = memoryview(self._map).cast("i")
        self._lock = threading.Lock()

    # -- the driver's side -----------------------------------------------------------------------------------------

    def arm(self, point: str, nth: int = 1) -> None:
        """The process dies when it gets there for the nth time from now."""
        self._numbers[_ARMED] = _NONE
        self._numbers[_LEFT] = nth
        self._numbers[_ARMED] = _ANY if point == ANY else _INDEX[point]

    def disarm(self) -> None:
        self._numbers[_ARMED] = _NONE

    def forget(self) -> None:
        """Nothing armed, nothing counted."""
        self.disarm()
        for at in range(len(_NAMES)):
            self._numbers[_COUNTS + at] = 0

    def counts(self) -> dict[str, int]:
        """How often each point was reached since `forget`."""
        return {name: count for at, name in enumerate(_NAMES) if (count := self._numbers[_COUNTS + at])}

    def shift(self, seconds: int) -> None:
        """The process's clock is so many seconds off from now on."""
        self._numbers[_OFFSET] = seconds

    def fill(self, full: bool) -> None:
        """Whether the database file may not grow any more."""
        self._numbers[_FULL] = int(full)

    def fill_files(self, full: bool) -> None:
        """Whether no file can be written any more."""
        self._numbers[_FILES] = int(full)

    @property
    def refusals(self) -> int:
        """How often the process found no room for a file."""
        return self._numbers[_REFUSED]

    # -- the process's side ----------------------------------------------------------------------------------------

    def reached(self, name: str) -> None:
        """The hook of core.kit.fail_points."""
        at = _INDEX[name]
        with self._lock:
            self._numbers[_COUNTS + at] += 1
            if self._numbers[_ARMED] in (at, _ANY):
                self._numbers[_LEFT] -= 1
                if self._numbers[_LEFT] <= 0:
                    os.kill(os.getpid(), signal.SIGKILL)

    @property
    def is_full(self) -> bool:
        return bool(self._numbers[_FULL])

    @property
    def files_are_full(self) -> bool:
        """Asked when a file is written; a yes is counted."""
        self._numbers[_REFUSED] += self._numbers[_FILES]
        return bool(self._numbers[_FILES])

    def now(self) -> datetime:
        """The clock of the process: the machine's, as far off as the driver says."""
        return datetime.now(UTC) + timedelta(seconds=self._numbers[_OFFSET])
