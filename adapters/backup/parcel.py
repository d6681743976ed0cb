"""The folder of a backup while it is written: private, durable, and under its final name only when it is whole."""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from adapters.backup.manifest import NAME, Manifest, Part

PIECE: Final = 1024 * 1024
_HALF: Final = ".half-"  # before the final name


class Parcel:
    """`add` its parts, then `close` it with the manifest; `discard` leaves nothing behind."""

    def __init__(self, final: Path) -> None:
        """Raises FileExistsError when there is something of this name already, OSError when it cannot be written."""
        if final.exists():
            raise FileExistsError(17, "there is something of this name already", str(final))
        self._final = final
        self.folder = final.parent / (_HALF + final.name)
        final.parent.mkdir(parents=True, exist_ok=True)
        _clear(final.parent)
        self.folder.mkdir(mode=0o700)
        self._held = os.open(self.folder, os.O_RDONLY)
        fcntl.flock(self._held, fcntl.LOCK_EX)  # ends with the process: a half one that nobody holds may go
        self._parts: list[Part] = []

    def add(self, path: str, pieces: Iterable[bytes]) -> Part:
        """Write one part; it is on disk when this returns."""
        size, digest, place = 0, hashlib.sha256(), self._room_for(path)
        try:
            with private(place) as handle:
                for piece in pieces:
                    size += len(piece)
                    digest.update(piece)
                    _write(handle, piece)
        except BaseException:
            place.unlink(missing_ok=True)
            raise
        return self._keep(Part(path=path, size=size, sha256=digest.hexdigest()))

    def adopt(self, path: str) -> Part:
        """Take in a part that somebody else has written at `place(path)`."""
        place = self.folder / path
        place.chmod(0o600)
        with place.open("rb") as file:
            os.fsync(file.fileno())
        size, digest = measured(place)
        return self._keep(Part(path=path, size=size, sha256=digest))

    def place(self, path: str) -> Path:
        """Where a part will lie, in a folder that is there."""
        return self._room_for(path)

    def close(self, manifest: Manifest) -> Path:
        """1. the manifest; 2. every folder durable; 3. the final name; 4. the name durable."""
        with private(self.folder / NAME) as handle:
            _write(handle, manifest.model_dump_json(indent=1).encode())
        for folder in (*(each for each in self.folder.rglob("*") if each.is_dir()), self.folder):
            sync(folder)
        self.folder.rename(self._final)
        sync(self._final.parent)
        os.close(self._held)
        return self._final

    def discard(self) -> None:
        """After a failure; does nothing once it is closed."""
        if self.folder.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            os.close(self._held)

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(self._parts)

    def _room_for(self, path: str) -> Path:
        place = self.folder / path
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return place

    def _keep(self, part: Part) -> Part:
        self._parts.append(part)
        return part


@contextlib.contextmanager
def private(place: Path) -> Iterator[int]:
    """A new file that only its owner reads; durable at the end. Gives the descriptor."""
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        yield handle
        os.fsync(handle)
    finally:
        os.close(handle)


def pieces_of(place: Path) -> Iterator[bytes]:
    with place.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def measured(place: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file."""
    size, digest = 0, hashlib.sha256()
    for piece in pieces_of(place):
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


def sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(handle: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(handle, view) :]


def _clear(folder: Path) -> None:
    """Remove what processes that were killed have left half."""
    for half in folder.glob(_HALF + "*"):
        handle = os.open(half, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(half, ignore_errors=True)
        except BlockingIOError:
            continue  # another backup is being made here
        finally:
            os.close(handle)
