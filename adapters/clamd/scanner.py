"""Asks clamd about a file with INSTREAM, as clamd(8) describes it: no file of ours is ever given by its path.

``zINSTREAM\\0``, then chunks of ``length, 4 bytes, network order | content``, then a chunk of length 0. The answer ends
with NUL: ``stream: OK``, ``stream: <name> FOUND``, or ``<what> ERROR``.
"""

import socket
import struct
import time
from typing import Final

import structlog

from core.files.scan import ScannerDown

CHUNK: Final = 64 * 1024
_ORDER: Final = b"zINSTREAM\0"
_LENGTH: Final = struct.Struct(">I")
_MOST_REPLY: Final = 4096
_NAME_CHARACTERS: Final = 100

log = structlog.get_logger(__name__)


class Clamd:
    """Implements `core.files.scan.Scanner`. A connection for each file; thread-safe."""

    name = "clamav"

    def __init__(self, address: str, seconds: float) -> None:
        """``address``: ``host:port`` or the path of a Unix socket; ``seconds``: for one file altogether."""
        self._address = address
        self._seconds = seconds

    def scan(self, data: bytes) -> str | None:
        """See `core.files.scan.Scanner`."""
        end = time.monotonic() + self._seconds
        try:
            with self._connect() as line:
                self._send(line, data, end)
                reply = self._reply(line, end)
        except OSError as broken:
            raise ScannerDown(type(broken).__name__) from broken
        return _meaning(reply)

    def _connect(self) -> socket.socket:
        if self._address.startswith("/"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self._seconds)
            try:
                line.connect(self._address)
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self._address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), self._seconds)

    def _send(self, line: socket.socket, data: bytes, end: float) -> None:
        """A daemon that stops reading has mostly answered already: that its file is too long, for instance."""
        try:
            line.sendall(_ORDER)
            for start in range(0, len(data), CHUNK):
                chunk = data[start : start + CHUNK]
                line.settimeout(_left(end))
                line.sendall(_LENGTH.pack(len(chunk)) + chunk)
            line.sendall(_LENGTH.pack(0))
        except (BrokenPipeError, ConnectionResetError):
            return

    def _reply(self, line: socket.socket, end: float) -> bytes:
        said = bytearray()
        while b"\0" not in said and len(said) < _MOST_REPLY:
            line.settimeout(_left(end))
            part = line.recv(_MOST_REPLY)
            if not part:
                break
            said += part
        return bytes(said).split(b"\0")[0]


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _meaning(reply: bytes) -> str | None:
    """Only the two answers that are known count; everything else is no answer."""
    words = reply.decode("ascii", "replace").strip()
    if words == "stream: OK":
        return None
    if words.startswith("stream: ") and words.endswith(" FOUND"):
        return words.removeprefix("stream: ").removesuffix(" FOUND")[:_NAME_CHARACTERS]
    log.error("scanner_answer", reply=words[:200], remedy="is StreamMaxLength of clamd at least the upload limit?")
    raise ScannerDown("no verdict")
