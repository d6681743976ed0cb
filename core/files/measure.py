"""Measures of a picture in plain numpy: how sharp it is, and how light and even its background."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Grey = NDArray[np.float32]

SHARP_PX: Final = 1000  # longer side at which sharpness is measured, so that thresholds hold for every camera
_TILES: Final = 8
_BUSIEST: Final = 0.25  # share of tiles that count: an empty margin must not make a page look blurred
_QUIETEST: Final = 0.9
_SMOOTH: Final = 0.8  # px
_WHITE: Final = 245.0  # where the lightest hundredth is brought
_MAX_GAIN: Final = 4.0  # a black picture must not have its noise blown up


def sharpness(picture: Image.Image) -> float:
    """Spread of edges. Drawn pages: clean 300 to 1,900, blurred by 2 px 20 to 130, by 4 px 2 to 12; empty 0.

    1. grey, at most 1000 px; 2. brightness to the full range, so that a dim photo is not taken for a
    blurred one;
    3. a light smoothing against the camera's noise; 4. variance of the 4-neighbour Laplacian in 8 x 8 tiles;
    5. mean of the busiest quarter less the quietest tenth, which is noise or paper.
    """
    small = picture.convert("L")
    small.thumbnail((SHARP_PX, SHARP_PX), Image.Resampling.BOX)
    grey = np.asarray(small.filter(ImageFilter.GaussianBlur(_SMOOTH)), dtype=np.float32)
    if min(grey.shape) < 3 * _TILES:
        return 0.0
    grey = grey * min(_MAX_GAIN, _WHITE / max(float(np.percentile(grey, 99)), 1.0))
    edges = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    spread = sorted((float(tile.var()) for tile in _tiles(edges)), reverse=True)
    busiest = spread[: int(len(spread) * _BUSIEST)]
    return round(sum(busiest) / len(busiest) - spread[int(len(spread) * _QUIETEST)], 1)


def background(picture: Image.Image) -> tuple[float, float, float]:
    """Mean lightness 0..1, its standard deviation and the tint 0..1 of a portrait's background.

    Looked at: a strip along the top, and the left and right edges of the upper half, where no shoulder is.
    """
    small = picture.convert("RGB")
    small.thumbnail((300, 300), Image.Resampling.BOX)
    pixels = np.asarray(small, dtype=np.float32) / 255
    height, width = pixels.shape[:2]
    top, side, half = max(1, height // 20), max(1, width // 10), max(1, height // 2)
    parts = (pixels[:top], pixels[top:half, :side], pixels[top:half, -side:])
    seen = np.concatenate([part.reshape(-1, 3) for part in parts])
    light = seen @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    mean = seen.mean(axis=0)
    tint = float(mean.max() - mean.min())
    return round(float(light.mean()), 3), round(float(light.std()), 3), round(tint, 3)


def _tiles(grey: Grey) -> list[Grey]:
    return [tile for row in np.array_split(grey, _TILES) for tile in np.array_split(row, _TILES, axis=1)]
