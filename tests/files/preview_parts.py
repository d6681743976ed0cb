"""Takes a PNG apart, to see that nothing but the picture is in it."""

import io
import struct

from PIL import Image


def chunks_of(png: bytes) -> list[bytes]:
    """The names of its chunks."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    names, place = [], 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        names.append(png[place + 4 : place + 8])
        place += size + 12
    return names


def picture_of(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as opened:
        opened.load()
        return opened.convert("RGB")
