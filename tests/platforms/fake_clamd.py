"""A strict little clamd on loopback: knows zINSTREAM and nothing else, and finds the scanners' test file."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.files.corpus_more import scanners_mark

MIB = 1024 * 1024


class FakeClamd:
    """Answers one file a connection. `mute`: takes everything and says nothing; `reply`: says this instead."""

    def __init__(self, listener: socket.socket, most: int) -> None:
        self.seen: list[bytes] = []
        self.mute = False
        self.reply: bytes | None = None
        self._most = most
        self._listener = listener
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        name = self._listener.getsockname()
        return name if isinstance(name, str) else f"{name[0]}:{name[1]}"

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._open:
            line.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with suppress(OSError):
                answer = self._answer(line)
                if answer is None:
                    self._open.append(line)
                    continue
                line.sendall(answer)
            line.close()

    def _answer(self, line: socket.socket) -> bytes | None:
        if _exactly(line, 10) != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND\0"
        data = bytearray()
        while length := struct.unpack(">I", _exactly(line, 4))[0]:
            if len(data) + length > self._most:
                return b"INSTREAM size limit exceeded. ERROR\0"
            data += _exactly(line, length)
        self.seen.append(bytes(data))
        if self.mute:
            return None
        if self.reply is not None:
            return self.reply
        return b"stream: Eicar-Signature FOUND\0" if scanners_mark() in data else b"stream: OK\0"


def _exactly(line: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = line.recv(size - len(parts))
        if not part:
            raise ConnectionResetError
        parts += part
    return bytes(parts)


@contextmanager
def fake_clamd(path: Path | None = None, port: int = 0, most: int = 25 * MIB) -> Iterator[FakeClamd]:
    """On a free port, on this port, or on a Unix socket at this path."""
    if path is not None:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
    else:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
    listener.listen(16)
    daemon = FakeClamd(listener, most)
    try:
        yield daemon
    finally:
        daemon.close()
