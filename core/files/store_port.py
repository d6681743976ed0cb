"""The port of the file store: bytes in, an opaque handle out. Files and previews lie there encrypted."""

from collections.abc import AsyncIterable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.kit.errors import Busy


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is in the store for good. ``sha256``: of the plain content, in hex."""

    handle: str
    size: int  # bytes of the plain content
    sha256: str


class FileStore(Protocol):
    """Where files are kept. Every method may be called from any thread and blocks it; do not call it in a
    unit."""

    def put(self, source: Iterable[bytes], most: int) -> Stored:
        """Keep what the chunks of ``source`` make up, or nothing at all.

        Raises TooMuch above ``most`` bytes, StorageFull, and whatever ``source`` raises.
        """
        ...

    async def put_stream(self, source: AsyncIterable[bytes], most: int) -> Stored:
        """As ``put``, for what comes over the network; the event loop is not held up."""
        ...

    def open(self, handle: str) -> Iterator[bytes]:
        """The content in chunks, each verified before it is given; what was cut shows only at its end.

        Raises FileGone at once, `core.kit.crypto.Tampered` on the way.
        """
        ...

    def read(self, handle: str) -> bytes:
        """The whole content, verified. Raises FileGone and Tampered."""
        ...

    def delete(self, handle: str) -> bool:
        """Erase a file and its key. False when there was none: deleting twice is no error."""
        ...


class SweptStore(Protocol):
    """What the sweeper needs of a store."""

    def aged(self, before: datetime) -> Iterator[str]:
        """Handles of the files that were complete before this moment."""
        ...

    def sweep(self, now: datetime) -> int:
        """Remove uploads that a crash left half; returns how many."""
        ...

    def delete(self, handle: str) -> bool:
        """See `FileStore`."""
        ...


class FileGone(Exception):
    """There is no file with this handle: it was deleted, or the store is not the one that the database
    knows."""


class StorageFull(Busy):
    """The store has no room. Nothing was kept: free space on the volume of ``files_dir``, then send it
    again."""

    def __init__(self) -> None:
        super().__init__("the file store is full", reason="storage_full")
