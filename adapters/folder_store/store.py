"""Files in a folder: ``<root>/ab/cd/<handle>`` with random names, written aside, made durable, then moved
in place."""

import asyncio
import contextlib
import errno
import fcntl
import os
import re
import secrets
from collections.abc import AsyncIterable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from adapters.folder_store.sealed_file import CHUNK, SealedWriter, read_sealed, rewrapped, wrapped_key
from core.files.store_port import FileGone, StorageFull, Stored
from core.kit.crypto import Vault, key_id_of
from core.kit.errors import TooMuch
from core.kit.fail_points import reach

_HANDLE: Final = re.compile(r"[0-9a-f]{32}")
_PARTS: Final = "incoming"  # on the same volume, so that moving is one atomic step
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PIECE: Final = 1024 * 1024
_HEADER: Final = 512  # bytes that surely contain the wrapped key
_LEFT_OVER: Final = timedelta(days=1)


class FolderStore:
    """A file store in one folder, which may be shared by several processes and machines."""

    def __init__(self, root: Path, vault: Vault) -> None:
        """Makes the folder if it is missing. Raises OSError when it cannot be written."""
        self._root = root
        self._vault = vault
        for folder in (root, root / _PARTS):  # with parents=True only the last one would be closed to others
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, source: Iterable[bytes], most: int) -> Stored:
        """See `core.files.store_port.FileStore`."""
        upload = _Upload(self._root, self._vault, most)
        try:
            for piece in source:
                upload.write(piece)
            return upload.commit()
        finally:
            upload.discard()

    async def put_stream(self, source: AsyncIterable[bytes], most: int) -> Stored:
        """See `core.files.store_port.FileStore`."""
        upload = await asyncio.to_thread(_Upload, self._root, self._vault, most)
        try:
            waiting = bytearray()
            async for piece in source:
                waiting += piece
                if len(waiting) >= CHUNK:
                    await asyncio.to_thread(upload.write, bytes(waiting))
                    waiting.clear()
            upload.write(bytes(waiting))
            return await asyncio.to_thread(upload.commit)
        finally:
            upload.discard()

    def open(self, handle: str) -> Iterator[bytes]:
        """See `core.files.store_port.FileStore`."""
        place = _place(self._root, handle)
        if not place.is_file():
            raise FileGone(handle)
        return self._chunks(place, handle)

    def read(self, handle: str) -> bytes:
        """See `core.files.store_port.FileStore`."""
        return b"".join(self.open(handle))

    def sealed(self, handle: str) -> Iterator[bytes]:
        """The file as it lies here, encrypted, for a backup. Raises FileGone with the first piece."""
        try:
            with _place(self._root, handle).open("rb") as source:
                while piece := source.read(_PIECE):
                    yield piece
        except FileNotFoundError as gone:
            raise FileGone(handle) from gone

    def adopt(self, handle: str, pieces: Iterable[bytes]) -> None:
        """Put a file of a backup back under its handle, in place of one that may be there."""
        part = self._root / _PARTS / f"{handle}.part"
        with _full_volume():
            try:
                with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                    out.writelines(pieces)
                    out.flush()
                    os.fsync(out.fileno())
                _move_in(part, _place(self._root, handle), self._root)
            finally:
                part.unlink(missing_ok=True)

    def handles(self) -> Iterator[str]:
        """Of every file that is here, in no order."""
        for place in self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            if _HANDLE.fullmatch(place.name):
                yield place.name

    def key_of(self, handle: str) -> str:
        """The id of the key under which the file's own key lies. Raises FileGone, Tampered."""
        try:
            with _place(self._root, handle).open("rb") as source:
                return key_id_of(wrapped_key(source))
        except FileNotFoundError as gone:
            raise FileGone(handle) from gone

    def rekey(self, handle: str) -> bool:
        """Put the file's own key under the primary one; false when it was there already or is gone. Raises Tampered.

        Written aside and moved in place: whatever happens meanwhile, one of the two is whole.
        """
        path = _place(self._root, handle)
        with held(path) as source:
            if source is None or key_id_of(wrapped_key(source)) == self._vault.primary:
                return False
            source.seek(0)
            times = path.stat()
            self.adopt(handle, rewrapped(source, self._vault, handle))
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # the sweeper goes by its age
        return True

    def is_empty(self) -> bool:
        """Whether no file has been kept here yet."""
        return next(self.handles(), None) is None

    def delete(self, handle: str) -> bool:
        """See `core.files.store_port.FileStore`. The wrapped key is overwritten first, so that no copy of the
        content's blocks on the volume can be read later."""
        path = _place(self._root, handle)
        with held(path) as file:
            if file is None:
                return False
            file.write(b"\0" * min(_HEADER, path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
            path.unlink()
        _sync_folder(path.parent)
        return True

    def aged(self, before: datetime) -> Iterator[str]:
        """See `core.files.store_port.SweptStore`."""
        for handle in self.handles():
            with contextlib.suppress(FileNotFoundError):
                if datetime.fromtimestamp(_place(self._root, handle).stat().st_mtime, UTC) < before:
                    yield handle

    def sweep(self, now: datetime) -> int:
        """Remove uploads that a crash left behind more than a day ago; returns how many."""
        removed = 0
        for part in (self._root / _PARTS).iterdir():
            with contextlib.suppress(FileNotFoundError):
                if now - datetime.fromtimestamp(part.stat().st_mtime, UTC) > _LEFT_OVER:
                    part.unlink()
                    removed += 1
        return removed

    def _chunks(self, place: Path, handle: str) -> Iterator[bytes]:
        try:
            source = place.open("rb")
        except FileNotFoundError as gone:  # deleted meanwhile
            raise FileGone(handle) from gone
        with source:
            yield from read_sealed(source, self._vault, handle)


class _Upload:
    """One file on its way in. After `commit` it is in the store; without it `discard` leaves nothing
    behind."""

    def __init__(self, root: Path, vault: Vault, most: int) -> None:
        self._root = root
        self._most = most
        self.handle = secrets.token_hex(16)
        self._part = root / _PARTS / f"{self.handle}.part"
        with _full_volume():
            descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._out = os.fdopen(descriptor, "wb")
            self._writer = SealedWriter(self._out, vault, self.handle)

    def write(self, piece: bytes) -> None:
        if self._writer.size + len(piece) > self._most:
            raise TooMuch("the file is too large", reason="file_size", limit=self._most)
        with _full_volume():
            self._writer.write(piece)

    def commit(self) -> Stored:
        """1. the last chunk; 2. content durable; 3. moved in place; 4. the move durable."""
        with _full_volume():
            digest = self._writer.finish()
            self._out.flush()
            os.fsync(self._out.fileno())
            self._out.close()
            reach("files.written")
            place = _place(self._root, self.handle)
            try:
                _move_in(self._part, place, self._root)
            except OSError:
                place.unlink(missing_ok=True)
                raise
        reach("files.moved")
        return Stored(self.handle, self._writer.size, digest)

    def discard(self) -> None:
        """Remove what is not committed; does nothing after `commit`."""
        with contextlib.suppress(OSError):
            self._out.close()  # a full volume may refuse the buffered rest once more
        with contextlib.suppress(FileNotFoundError):
            self._part.unlink()


@contextlib.contextmanager
def _full_volume() -> Iterator[None]:
    try:
        yield
    except OSError as wrong:
        if wrong.errno in _FULL:
            raise StorageFull from wrong
        raise


def _place(root: Path, handle: str) -> Path:
    if not _HANDLE.fullmatch(handle):  # a handle is never a path
        raise FileGone(handle)
    return root / handle[:2] / handle[2:4] / handle


@contextlib.contextmanager
def held(path: Path) -> Iterator[BinaryIO | None]:
    """The file, held against everybody else who would replace or remove it; None when it is gone."""
    while True:
        try:
            file = path.open("r+b")
        except FileNotFoundError:
            yield None
            return
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _still(path, file):
                yield file
                return


def _still(path: Path, file: BinaryIO) -> bool:
    """Whether it is the one that the path names, now that it is held."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    return False


def _move_in(part: Path, place: Path, root: Path) -> None:
    """Under its final name, durably."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part.replace(place)
    for folder in (place.parent, place.parent.parent, root):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
