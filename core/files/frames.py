"""How parent and child talk over a pipe: a frame is two lengths, a JSON object and a block of bytes."""

import json
import struct
from collections.abc import Mapping
from typing import BinaryIO, Final

_LENGTHS: Final = struct.Struct(">II")  # bytes of the JSON text, bytes of the block
MAX_HEADER: Final = 4 * 1024 * 1024
MAX_BLOCK: Final = 256 * 1024 * 1024


class BrokenFrame(Exception):
    """The other side stopped within a frame or sent something else."""


def pack(header: Mapping[str, object], block: bytes = b"") -> bytes:
    text = json.dumps(header, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return b"".join((_LENGTHS.pack(len(text), len(block)), text, block))


def read(stream: BinaryIO) -> tuple[dict[str, object], bytes] | None:
    """The next frame, or None at a proper end. Raises BrokenFrame."""
    lengths = stream.read(_LENGTHS.size)
    if not lengths:
        return None
    if len(lengths) < _LENGTHS.size:
        raise BrokenFrame("cut within the lengths")
    header_size, block_size = _LENGTHS.unpack(lengths)
    if header_size > MAX_HEADER or block_size > MAX_BLOCK:
        raise BrokenFrame("absurd lengths")
    text, block = stream.read(header_size), stream.read(block_size)
    if len(text) < header_size or len(block) < block_size:
        raise BrokenFrame("cut within a frame")
    try:
        header = json.loads(text)
    except ValueError as wrong:
        raise BrokenFrame("no JSON") from wrong
    if not isinstance(header, dict):
        raise BrokenFrame("no object")
    return header, block
