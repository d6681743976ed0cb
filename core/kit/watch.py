"""What was worked, told to whoever measures it: metrics, traces, or nobody.

The rooms say what they did in labels that have few values; an id goes to the trace only, and nothing that a person
said, sent or is called goes anywhere. Telling nobody costs a call.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

REQUEST: Final = "banli.request"
"""Where an HTTP request carries its id, in the ASGI scope: log, audit and trace name the same one."""

Counted = tuple[str, ...]
"""A kind of thing and its labels, such as ("received", "webchat")."""


@dataclass(slots=True)
class Worked:
    """One piece of work. Whoever does it sets the outcome; it is told when it has ended, `seconds` after it began."""

    what: str  # update, unit, send, check, timer, request
    kind: str  # of which channel, loop or operation; never an id
    outcome: str = "done"
    cause: int | None = None  # the id of the update, request or timer from which it follows
    begins: bool = False  # it is that update, request or timer itself
    seconds: float = 0.0


class Watch(Protocol):
    """Somebody who measures. Called from any thread, after the fact; must be quick and must not fail."""

    def worked(self, work: Worked) -> None: ...

    def counted(self, things: Iterable[Counted]) -> None:
        """What a commit has made true, one entry each."""


class Watches:
    """Everybody who measures in one process; nobody unless the root adds somebody."""

    def __init__(self) -> None:
        self._all: list[Watch] = []

    @property
    def silent(self) -> bool:
        """Whether nobody measures."""
        return not self._all

    def add(self, watch: Watch) -> None:
        self._all.append(watch)

    def worked(self, work: Worked) -> None:
        for each in self._all:
            each.worked(work)

    def counted(self, things: Iterable[Counted]) -> None:
        for each in self._all:
            each.counted(things)

    @contextmanager
    def timed(self, what: str, kind: str, cause: int | None = None, *, begins: bool = False) -> Iterator[Worked]:
        """Time what happens inside; an exception that leaves is an outcome of its own."""
        work, started = Worked(what, kind, cause=cause, begins=begins), time.perf_counter()
        try:
            yield work
        except BaseException:
            work.outcome = "raised"
            raise
        finally:
            work.seconds = time.perf_counter() - started
            self.worked(work)
