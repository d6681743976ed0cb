"""The files of stories are what their names say, as the product's own inspection sees them."""

import pytest

from bot.story.recipes import RECIPES, Wanted
from core.files.inspect import inspect
from core.files.limits import FileLimits

TAKEN = {
    "png_document": "png",
    "jpg_document": "jpg",
    "blurred": "jpg",
    "white_photo": "jpg",
    "blue_photo": "jpg",
    "pdf_with_text": "pdf",
    "scanned_pdf": "pdf",
}
REFUSED = {
    "encrypted_pdf": "encrypted",
    "damaged_pdf": "damaged",
    "exe_named_jpg": "program",
    "html_named_pdf": "html",
    "empty": "empty",
    "huge": "too_large",
}


def test_every_recipe_is_tested() -> None:
    assert set(RECIPES) == {*TAKEN, *REFUSED}


@pytest.mark.parametrize("name,kind", TAKEN.items())
def test_taken(name: str, kind: str) -> None:
    wanted = Wanted(text="在职证明 张三", pages=2)
    found = inspect(RECIPES[name].make(wanted), FileLimits()).inspection
    assert (found.verdict, found.kind) == ("ok", kind)
    assert RECIPES[name].make(wanted) == RECIPES[name].make(wanted)
    assert RECIPES[name].make(Wanted(variant=2)) != RECIPES[name].make(Wanted(variant=3))


@pytest.mark.parametrize("name,verdict", REFUSED.items())
def test_refused(name: str, verdict: str) -> None:
    found = inspect(RECIPES[name].make(Wanted(text="x")), FileLimits()).inspection
    assert verdict in (found.verdict, found.seen)
    assert found.verdict != "ok"


def test_words_of_a_pdf_can_be_read_again() -> None:
    found = inspect(RECIPES["pdf_with_text"].make(Wanted(text="银行流水 张三 12,345.67", pages=3)), FileLimits())
    assert "银行流水 张三 12,345.67" in found.inspection.text
    assert found.inspection.pages == 3


def test_sharpness_tells_the_blurred_page_from_the_sharp_one() -> None:
    blurred, sharp = (
        inspect(RECIPES[name].make(Wanted()), FileLimits()).inspection.sharpness or 0
        for name in ("blurred", "jpg_document")
    )
    assert blurred * 4 < sharp
