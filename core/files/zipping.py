"""A zip archive as a stream: nothing of it lies in a temporary file."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

_LEAST: Final = 64 * 1024  # bytes that are given out at once
_PRIVATE: Final = 0o600 << 16


class _Passing(io.RawIOBase):
    """Takes what is written and gives it away; it cannot be sought in."""

    def __init__(self) -> None:
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # the archive writes bytes only
        self.waiting += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken


def zipped(entries: Iterable[tuple[str, Iterable[bytes]]], at: datetime) -> Iterator[bytes]:
    """The archive in pieces; each entry is a name with its content. Raises what the contents raise."""
    out = _Passing()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, pieces in entries:
            about = zipfile.ZipInfo(name, at.timetuple()[:6])
            about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, _PRIVATE
            with archive.open(about, "w", force_zip64=True) as entry:
                for piece in pieces:
                    entry.write(piece)
                    if len(out.waiting) >= _LEAST:
                        yield out.take()
    yield out.take()
