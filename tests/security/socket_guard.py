"""Watches where this process connects: an audit hook of the interpreter, which sees every socket of Python's."""

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Forbidden(OSError):
    """Somebody wanted to talk to a host that nobody has configured."""


@dataclass
class Guard:
    """`tried`: hosts that were asked for and are not allowed; `reached`: those that were."""

    allowed: Collection[str]
    tried: list[str] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)

    def look(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto"):
            address = arguments[1]
            host = address[0] if isinstance(address, tuple) else None  # None: a socket in the file system
        elif event == "socket.getaddrinfo":
            host = arguments[0]
        else:
            return
        if host is None:
            return
        name = host.decode() if isinstance(host, bytes) else str(host)
        if name in LOOPBACK or name in self.allowed:
            self.reached.append(name)
            return
        self.tried.append(name)
        raise Forbidden(f"no connection to {name}")


_watching: list[Guard] = []
_installed: list[bool] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    for guard in _watching:
        guard.look(event, arguments)


@contextmanager
def only(*allowed: str) -> Iterator[Guard]:
    """Inside, every connection that leaves loopback fails, but to these hosts. A hook cannot be removed, only idle."""
    if not _installed:
        sys.addaudithook(_hook)
        _installed.append(True)
    guard = Guard(allowed)
    _watching.append(guard)
    try:
        yield guard
    finally:
        _watching.remove(guard)
