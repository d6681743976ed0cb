"""Previews show the picture and nothing else: upright, in its colours, at most 1200 px."""

import io
from itertools import pairwise

import pytest
from PIL import Image

from core.files.inspect import inspect
from core.files.limits import FileLimits
from core.files.preview import to_png
from tests.files import pictures
from tests.files.papers import pdf, scanned_pdf
from tests.files.pictures import SECRET_PLACE, heic, page, saved
from tests.files.preview_parts import chunks_of, picture_of

LIMITS = FileLimits()


def preview_of(data: bytes) -> Image.Image:
    found = inspect(data, LIMITS)
    assert found.preview is not None, found.inspection.verdict
    return picture_of(found.preview)


def test_position_comment_and_profile_of_a_phone_are_gone() -> None:
    original = pictures.with_gps()
    assert SECRET_PLACE.encode() in original
    with Image.open(io.BytesIO(original)) as opened:
        assert opened.getexif().get_ifd(0x8825)
    found = inspect(original, LIMITS)
    assert found.preview is not None
    assert set(chunks_of(found.preview)) == {b"IHDR", b"IDAT", b"IEND"}
    assert SECRET_PLACE.encode() not in found.preview
    with Image.open(io.BytesIO(found.preview)) as opened:
        assert opened.info == {}
        assert not opened.getexif()


def test_writing_drops_whatever_the_picture_carries() -> None:
    loaded = Image.new("RGB", (20, 10), "red")
    loaded.info = {"icc_profile": b"profile", "dpi": (72, 72), "exif": b"Exif\0\0MM\0*", "transparency": (255, 0, 0)}
    assert chunks_of(to_png(loaded)) == [b"IHDR", b"IDAT", b"IEND"]


def test_a_turned_photo_is_shown_upright_and_measured_so() -> None:
    found = inspect(pictures.with_gps(), LIMITS)
    assert (found.inspection.width, found.inspection.height) == (1200, 1600)
    assert found.preview is not None
    assert picture_of(found.preview).size == (900, 1200)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_puts_the_marked_corner_to_its_place(orientation: int) -> None:
    upright = Image.new("RGB", (400, 200), "white")
    upright.paste((255, 0, 0), (0, 0, 100, 50))  # top left
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    seen = preview_of(saved(stored, "PNG", exif=exif))
    assert seen.size == (400, 200)
    assert seen.getpixel((20, 20)) == (255, 0, 0)
    assert seen.getpixel((380, 180)) == (255, 255, 255)


@pytest.mark.parametrize("size", [(5000, 300), (300, 5000), (2400, 2400), (4801, 3600), (1201, 1), (640, 480)])
def test_a_preview_is_at_most_1200_px_and_keeps_the_shape(size: tuple[int, int]) -> None:
    seen = preview_of(saved(Image.new("RGB", size, (10, 200, 30)), "PNG"))
    assert max(seen.size) == min(1200, max(size))
    assert seen.width == pytest.approx(size[0] * max(seen.size) / max(size), abs=1)
    assert seen.height == pytest.approx(max(1, size[1] * max(seen.size) / max(size)), abs=1)
    assert seen.getpixel((seen.width // 2, seen.height // 2)) == (10, 200, 30)


def test_a_picture_reduced_in_bands_has_no_seams() -> None:
    tall = Image.linear_gradient("L").resize((3000, 9000)).convert("RGB")
    seen = preview_of(saved(tall, "PNG")).convert("L")
    column = [seen.getpixel((seen.width // 2, y)) for y in range(seen.height)]
    steps = [int(str(after)) - int(str(before)) for before, after in pairwise(column)]
    assert min(steps) >= 0
    assert max(steps) <= 2


def test_sixteen_bits_are_scaled_not_cut_off() -> None:
    seen = preview_of(pictures.sixteen_bit()).convert("L")
    row = [int(str(seen.getpixel((x, 300)))) for x in (10, 200, 400, 600, 790)]
    assert row == [pytest.approx(x / 799 * 255, abs=3) for x in (10, 200, 400, 600, 790)]


def test_cmyk_keeps_its_colour_and_transparency_turns_white() -> None:
    red = preview_of(pictures.cmyk()).getpixel((400, 300))
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert max(red[1:]) < 60
    assert preview_of(pictures.half_transparent()).getpixel((5, 5)) == (255, 255, 255)


def test_a_heic_is_drawn_like_its_picture() -> None:
    seen, drawn = preview_of(heic()), page(900, 1200)
    assert seen.size == drawn.size
    pairs = zip(seen.convert("L").tobytes(), drawn.convert("L").tobytes(), strict=True)
    assert sum(abs(one - other) for one, other in pairs) / (900 * 1200) < 6


def test_page_one_of_a_pdf_is_drawn_to_size() -> None:
    seen = preview_of(pdf(content=b"1 0 0 rg 0 0 300 842 re f"))
    assert seen.size == (848, 1200)
    assert (seen.getpixel((100, 600)), seen.getpixel((800, 600))) == ((255, 0, 0), (255, 255, 255))
    assert min(preview_of(scanned_pdf()).convert("L").tobytes()) < 100
