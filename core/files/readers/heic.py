"""Opens HEIC photos as phones write them; libheif turns them upright itself."""

from typing import Final

import pillow_heif

from core.files.gate import Refused
from core.files.inspection import Inspected
from core.files.limits import FileLimits
from core.files.readers.image import check_pixels, describe, picture_of

pillow_heif.options.DECODE_THREADS = 1  # every thread would take its own share of the address space
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False
_MODES: Final = frozenset({"L", "LA", "RGB", "RGBA"})


def read_heic(data: bytes, limits: FileLimits) -> Inspected:
    """Raises Refused: too_many_pixels, damaged. The pixels are not copied: 48 megapixels must fit into the
    child."""
    try:
        pictures = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
        picture = pictures[pictures.primary_index]
        check_pixels(*picture.size, limits)
        if picture.mode not in _MODES:
            raise Refused("damaged")
        small = picture_of(picture, limits.preview_px)
        width, height = picture.size
    except (OSError, SyntaxError, ValueError, RuntimeError, EOFError, IndexError) as broken:
        if isinstance(broken, RuntimeError) and "Memory allocation" in str(broken):
            raise MemoryError from broken
        raise Refused("damaged") from broken
    marks = ("more_pictures",) if len(pictures) > 1 else ()
    return describe(small, "heic", len(data), (width, height), marks)
