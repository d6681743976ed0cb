"""What a file of the corpus is, and the simplest ways to make one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """One file: how it is made, what must be said of it, and what it is taken for."""

    name: str
    make: Callable[[], bytes]
    verdict: str
    seen: str
    marks: tuple[str, ...] = ()


def text(words: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: words.encode(encoding)


def raw(head: bytes, more: int = 2000) -> Callable[[], bytes]:
    """A file that begins so and goes on with bytes that mean nothing."""
    return lambda: head + bytes(number * 7 % 251 for number in range(more))
