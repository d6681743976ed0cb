"""Opens photos and scans: size before decoding, then measures and a preview that is drawn anew."""

import io
from typing import Final

import numpy as np
from PIL import Image

from core.files.gate import Refused
from core.files.inspection import Inspected, Inspection
from core.files.limits import FileLimits
from core.files.measure import background, sharpness
from core.files.preview import SIDEWAYS, shrink, to_png, upright
from core.files.sniff import FileKind

Image.MAX_IMAGE_PIXELS = None  # our own, lower limit is looked at right after the header, before anything is decoded
_FORMATS: Final[dict[FileKind, list[str]]] = {"jpg": ["JPEG", "MPO"], "png": ["PNG"]}
_ORIENTATION: Final = 0x0112  # EXIF tag


def read_image(data: bytes, kind: FileKind, limits: FileLimits) -> Inspected:
    """Raises Refused: too_many_pixels, animated, damaged."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS[kind]) as picture:
            check_pixels(*picture.size, limits)
            if kind == "png" and getattr(picture, "is_animated", False):
                raise Refused("animated")
            orientation = _orientation(picture)
            width, height = picture.size
            if orientation in SIDEWAYS:
                width, height = height, width
            picture.draft(None, (limits.preview_px, limits.preview_px))
            small = upright(shrink(picture, limits.preview_px), orientation)
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, EOFError) as broken:
        raise Refused("damaged") from broken  # what Pillow raises for broken files, by its plug-ins
    return describe(small, kind, len(data), (width, height))


def check_pixels(width: int, height: int, limits: FileLimits) -> None:
    """Raises Refused for a picture that is too big to be decoded."""
    if width * height > limits.pixels:
        raise Refused("too_many_pixels", width=width, height=height, limit=limits.pixels // 1_000_000)


def describe(
    small: Image.Image, kind: FileKind, size: int, pixels: tuple[int, int], marks: tuple[str, ...] = ()
) -> Inspected:
    """Measures and preview of a picture that is decoded, small and upright; ``pixels`` are the original's."""
    light, spread, tint = background(small)
    inspection = Inspection(
        size=size,
        seen=kind,
        kind=kind,
        width=pixels[0],
        height=pixels[1],
        sharpness=sharpness(small),
        background=light,
        background_spread=spread,
        background_tint=tint,
        marks=marks,
    )
    return Inspected(inspection, to_png(small))


def picture_of(pixels: object, longest: int) -> Image.Image:
    """A small RGB picture from an array-like of decoded pixels, thinned out before it is copied."""
    array = np.asarray(pixels)
    step = max(1, max(array.shape[:2]) // (2 * longest))
    return shrink(Image.fromarray(np.ascontiguousarray(array[::step, ::step])), longest)


def _orientation(picture: Image.Image) -> int:
    try:
        value = picture.getexif().get(_ORIENTATION, 1)
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError):
        return 1  # broken metadata does not make a readable photo unusable
    return value if isinstance(value, int) else 1
