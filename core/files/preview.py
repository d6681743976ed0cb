"""Previews: a decoded picture made small, upright, plain RGB, and written as a PNG that carries nothing
else."""

import io
from typing import Final

import numpy as np
from PIL import Image

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BAND: Final = 256  # rows of the reduced picture that are made at a time
SIDEWAYS: Final = frozenset({5, 6, 7, 8})  # EXIF orientations that swap width and height


def shrink(picture: Image.Image, longest: int) -> Image.Image:
    """A fresh RGB picture of at most ``longest`` px, without the metadata of the original.

    A large picture is reduced band by band, so that beside the decoded original only one band is in memory
    twice.
    """
    picture.load()
    width, height = picture.size
    factor = max(1, max(width, height) // (2 * longest))
    small = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    for top in range(0, height, factor * _BAND):
        band = picture.crop((0, top, width, min(height, top + factor * _BAND)))
        small.paste(_plain(_eight_bits(band)).reduce(factor), (0, top // factor))
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return small


def upright(picture: Image.Image, orientation: int) -> Image.Image:
    """Turned as the camera says (EXIF orientation 1 to 8)."""
    turn = _TURNS.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def to_png(picture: Image.Image) -> bytes:
    """The picture as PNG: image data and nothing else, whatever ``picture.info`` holds.

    Compressed lightly: a photo becomes hardly smaller for the double time that the usual level takes.
    """
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    clean.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _eight_bits(picture: Image.Image) -> Image.Image:
    """16-bit greys scaled to 8 bits, palettes and bitmaps spelled out; other modes as they are."""
    if picture.mode.startswith("I"):  # Pillow's own conversion would cut off instead of scale
        return Image.fromarray((np.asarray(picture) >> 8).clip(0, 255).astype(np.uint8))
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in ("P", "PA"):
        return picture.convert("RGBA" if "transparency" in picture.info or picture.mode == "PA" else "RGB")
    return picture


def _plain(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "La", "RGBa"):
        sheet = Image.new("RGB", picture.size, "white")
        seen = picture.convert("RGBA")
        sheet.paste(seen, mask=seen.getchannel("A"))
        return sheet
    return picture.convert("RGB")
