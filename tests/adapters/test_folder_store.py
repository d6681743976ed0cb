"""The folder store: whole or not at all, encrypted, and every change on disk is noticed."""

import asyncio
import errno
import hashlib
import os
import re
import resource
import signal
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.folder_store.sealed_file import CHUNK
from adapters.folder_store.store import FolderStore
from core.files.store_port import FileGone, FileStore, StorageFull
from core.kit.crypto import Tampered, Vault
from core.kit.errors import TooMuch

VAULT = Vault({"k1": bytes(range(32))}, "k1")
MARK = b"marker-5f2c91-passport"
MOST = 20 * 1024 * 1024
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17]


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files", VAULT)


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def content_of(size: int) -> bytes:
    return (MARK * (size // len(MARK) + 1))[:size]


@pytest.mark.parametrize("size", SIZES)
def test_what_is_put_comes_back_with_size_and_hash(store: FolderStore, size: int) -> None:
    content = content_of(size)
    stored = store.put([content], MOST)
    assert (stored.size, stored.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert store.read(stored.handle) == content
    assert b"".join(store.open(stored.handle)) == content


@given(st.lists(st.binary(max_size=3000), max_size=60), st.integers(0, 40))
@settings(max_examples=30, deadline=None)
def test_any_division_into_pieces_gives_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], repeat: int
) -> None:
    store = FolderStore(tmp_path_factory.mktemp("files"), VAULT)
    stored = store.put(pieces * repeat, MOST)
    assert store.read(stored.handle) == b"".join(pieces * repeat)


def test_nothing_readable_is_on_disk_and_names_are_random(store: FolderStore, tmp_path: Path) -> None:
    first, second = store.put([MARK * 9000], MOST), store.put([MARK * 9000], MOST)
    assert first.sha256 == second.sha256
    assert first.handle != second.handle
    paths = files_under(tmp_path)
    assert len(paths) == 2
    for path in paths:
        assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}", str(path.relative_to(tmp_path / "files")))
        assert MARK not in path.read_bytes()
        assert MARK[:8] not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
    assert paths[0].read_bytes()[200:] != paths[1].read_bytes()[200:]


def test_an_asynchronous_stream_is_stored_the_same(store: FolderStore) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(5000):
            yield MARK
            await asyncio.sleep(0)

    stored = asyncio.run(store.put_stream(pieces(), MOST))
    assert store.read(stored.handle) == MARK * 5000


@pytest.mark.parametrize("size", SIZES[1:])
def test_every_cut_is_noticed(store: FolderStore, tmp_path: Path, size: int) -> None:
    handle = store.put([content_of(size)], MOST).handle
    (path,) = files_under(tmp_path)
    sealed = path.read_bytes()
    for keep in {
        0,
        3,
        8,
        60,
        len(sealed) - size - 1,
        len(sealed) - 16,
        len(sealed) - 1,
        len(sealed) - CHUNK - 16,
    }:
        if 0 <= keep < len(sealed):
            path.write_bytes(sealed[:keep])
            with pytest.raises(Tampered):
                store.read(handle)
    path.write_bytes(sealed + b"\0")
    with pytest.raises(Tampered):
        store.read(handle)


def test_a_file_cut_exactly_between_two_chunks_is_noticed(store: FolderStore, tmp_path: Path) -> None:
    handle = store.put([content_of(3 * CHUNK)], MOST).handle
    (path,) = files_under(tmp_path)
    sealed = path.read_bytes()
    path.write_bytes(sealed[: -(CHUNK + 16)])
    with pytest.raises(Tampered):
        store.read(handle)


def test_swapped_chunks_and_flipped_bits_are_noticed(store: FolderStore, tmp_path: Path) -> None:
    handle = store.put([content_of(3 * CHUNK)], MOST).handle
    (path,) = files_under(tmp_path)
    sealed = path.read_bytes()
    block = CHUNK + 16
    head, body = sealed[: len(sealed) - 3 * block], sealed[len(sealed) - 3 * block :]
    path.write_bytes(head + body[block : 2 * block] + body[:block] + body[2 * block :])
    with pytest.raises(Tampered):
        store.read(handle)
    for place in (0, 5, 7, 20, len(head) + 1, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(Tampered):
            store.read(handle)


def test_two_files_cannot_be_exchanged(store: FolderStore, tmp_path: Path) -> None:
    mine, yours = store.put([b"mine"], MOST), store.put([b"yours"], MOST)
    paths = {path.name: path for path in files_under(tmp_path)}
    paths[mine.handle].write_bytes(paths[yours.handle].read_bytes())
    with pytest.raises(Tampered):
        store.read(mine.handle)


def test_another_key_opens_nothing_and_a_rotated_ring_still_does(store: FolderStore, tmp_path: Path) -> None:
    handle = store.put([MARK], MOST).handle
    with pytest.raises(Tampered):
        FolderStore(tmp_path / "files", Vault({"k1": bytes(32)}, "k1")).read(handle)
    ring = Vault({"k2": bytes(32), "k1": bytes(range(32))}, "k2")
    assert FolderStore(tmp_path / "files", ring).read(handle) == MARK


def test_too_much_leaves_nothing(store: FolderStore, tmp_path: Path) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * CHUNK

    with pytest.raises(TooMuch) as caught:
        store.put(endless(), 10 * CHUNK)
    assert caught.value.params == {"reason": "file_size", "limit": 10 * CHUNK}
    assert files_under(tmp_path) == []
    assert store.put([b"x" * 10 * CHUNK], 10 * CHUNK).size == 10 * CHUNK


def test_a_source_that_breaks_off_leaves_nothing(store: FolderStore, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 3 * CHUNK
        raise ConnectionResetError("gone")

    async def broken_stream() -> AsyncIterator[bytes]:
        for piece in broken():
            yield piece

    with pytest.raises(ConnectionResetError):
        store.put(broken(), MOST)
    with pytest.raises(ConnectionResetError):
        asyncio.run(store.put_stream(broken_stream(), MOST))
    assert files_under(tmp_path) == []


@pytest.mark.parametrize("allowed", [100, 3000, 100_000])
def test_a_volume_without_room_is_a_clear_refusal_and_no_half_file(
    store: FolderStore, tmp_path: Path, allowed: int
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (allowed, before[1]))
    try:
        with pytest.raises(StorageFull) as caught:
            store.put([b"x" * 1000] * 200, MOST)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert (caught.value.status, caught.value.text_key) == (503, "refusal.busy.storage_full")
    assert files_under(tmp_path) == []
    assert store.put([b"x"], MOST).size == 1


@pytest.mark.parametrize("at", [1, 2, 4])  # the file itself, then the folders above it
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_no_room_when_it_is_made_durable_is_the_same_refusal(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, at: int
) -> None:
    calls = iter(range(1, 10))

    def full(_descriptor: int) -> None:
        if next(calls) == at:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        store.put([MARK], MOST)
    monkeypatch.undo()
    assert files_under(tmp_path) == []


def test_other_errors_of_the_volume_are_not_hidden(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="input/output"):
        store.put([MARK], MOST)


def test_content_is_durable_before_it_gets_its_name(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync
    seen: list[tuple[str, int]] = []

    def watched(descriptor: int) -> None:
        name = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        seen.append((name.rpartition("/")[2], sum(path.suffix != ".part" for path in files_under(tmp_path))))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    handle = store.put([MARK], MOST).handle
    assert seen[0] == (f"{handle}.part", 0)
    assert [name for name, _ in seen[1:]] == [handle[2:4], handle[:2], "files"]


def test_a_deleted_file_is_gone_and_deleting_twice_is_no_error(store: FolderStore, tmp_path: Path) -> None:
    handle = store.put([MARK], MOST).handle
    (path,) = files_under(tmp_path)
    link = tmp_path / "kept-by-a-snapshot"
    link.hardlink_to(path)
    assert store.delete(handle) is True
    assert store.delete(handle) is False
    assert files_under(tmp_path) == [link]
    assert not link.read_bytes().startswith(b"BANLI")  # the key in it is gone, so the rest is noise
    with pytest.raises(FileGone):
        store.open(handle)


@pytest.mark.parametrize("handle", ["", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "\n", "0" * 32, "ab/cd"])
def test_a_handle_is_never_a_path(store: FolderStore, handle: str) -> None:
    with pytest.raises(FileGone):
        store.read(handle)
    if len(handle) != 32 or handle.isupper():
        with pytest.raises(FileGone):
            store.delete(handle)


def test_uploads_that_a_crash_left_behind_are_swept_after_a_day(store: FolderStore, tmp_path: Path) -> None:
    left = tmp_path / "files" / "incoming" / "abc.part"
    left.write_bytes(b"half")
    now = datetime.now(UTC)
    assert store.sweep(now) == 0
    assert store.sweep(now + timedelta(days=2)) == 1
    assert files_under(tmp_path) == []


def test_the_folder_store_is_a_file_store(store: FolderStore) -> None:
    port: FileStore = store
    assert port.read(port.put([b"x"], 1).handle) == b"x"
