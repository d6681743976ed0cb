"""Measures: blurred is told from dim, a portrait's wall from a coloured or shaded one."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from core.files.inspect import inspect
from core.files.limits import FileLimits
from core.files.measure import background, sharpness
from tests.files.papers import WORDS, docx, pdf, scanned_pdf
from tests.files.pictures import page, portrait, saved

WARN, REJECT = 60, 15


def noisy(picture: Image.Image, strength: float) -> Image.Image:
    grain = np.random.default_rng(7).normal(0, strength, (picture.height, picture.width, 1))
    return Image.fromarray((np.asarray(picture, dtype=float) + grain).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("width", [900, 1240, 3000])
@pytest.mark.parametrize("lines", [3, 40])
def test_a_clean_page_is_sharp_at_every_size_and_fill(width: int, lines: int) -> None:
    assert sharpness(page(width, width * 1754 // 1240, lines)) > WARN


@pytest.mark.parametrize("width", [1240, 3000])
def test_more_blur_is_less_sharp_down_to_illegible(width: int) -> None:
    values = [sharpness(page(width, width * 1754 // 1240, blur=blur)) for blur in (0, 1, 2, 3, 4, 6)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 5 * WARN
    assert values[4] < REJECT


def test_a_dim_page_is_not_taken_for_a_blurred_one_nor_the_other_way_round() -> None:
    assert sharpness(page(dim=0.3)) == pytest.approx(sharpness(page()), rel=0.1)
    assert sharpness(page(dim=0.3, blur=4)) < WARN


def test_grain_does_not_make_a_blurred_page_sharp() -> None:
    assert sharpness(noisy(page(blur=4), 6)) < REJECT
    assert sharpness(noisy(page(), 6)) > WARN


@pytest.mark.parametrize("colour", ["white", "black", "grey"])
def test_an_empty_picture_shows_nothing(colour: str) -> None:
    assert sharpness(Image.new("RGB", (800, 1000), colour)) == 0
    assert sharpness(Image.new("RGB", (10, 10), colour)) == 0


def test_a_sharp_portrait_passes_and_a_blurred_one_does_not() -> None:
    assert sharpness(portrait()) > WARN
    assert sharpness(portrait().filter(ImageFilter.GaussianBlur(5))) < REJECT


def test_the_background_of_a_portrait_is_measured_without_the_person() -> None:
    light, spread, tint = background(portrait())
    assert light == pytest.approx(0.98, abs=0.01)
    assert spread < 0.01
    assert tint == 0
    light, spread, tint = background(portrait(wall=(90, 140, 220)))
    assert light < 0.6
    assert tint > 0.4
    shaded = portrait()
    shaded.paste((120, 120, 120), (0, 0, 200, 500))
    assert background(shaded)[1] > 0.1


def test_a_photo_is_described_by_its_original_size() -> None:
    told = inspect(saved(portrait(), "JPEG"), FileLimits()).inspection
    assert (told.width, told.height, told.pages, told.text) == (826, 1063, None, "")
    assert told.sharpness is not None
    assert told.background is not None
    assert told.background > 0.9


def test_a_pdf_is_described_by_pages_text_and_locks() -> None:
    told = inspect(pdf(3), FileLimits()).inspection
    assert (told.pages, told.encrypted, told.width) == (3, False, None)
    assert told.text.count(WORDS) == 3
    scanned = inspect(scanned_pdf(), FileLimits()).inspection
    assert (scanned.text, scanned.pages) == ("", 1)
    assert scanned.sharpness is not None
    assert scanned.sharpness > WARN


def test_text_is_cut_at_the_limit_and_never_within_a_letter() -> None:
    told = inspect(pdf(15), FileLimits(text_bytes=100)).inspection
    assert len(told.text.encode()) <= 100
    long = "证明" * 100
    assert long.encode()[:100].decode("utf-8", "ignore") == long[:33]


def test_the_words_of_a_docx_are_read_across_runs() -> None:
    assert inspect(docx(), FileLimits()).inspection.text == "在职证明 & income\nsecond line"
