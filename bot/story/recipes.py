"""Recipes: the files that people of a story send, each made by code, always the same bytes for the same words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.story.paper import locked_pdf, pdf_with_text
from bot.story.pictures import portrait, printed_page, saved

WHITE, BLUE = (250, 250, 250), (67, 142, 219)
PDF, JPG, PNG = "application/pdf", "image/jpeg", "image/png"
HUGE = 21 * 2**20  # bytes; one MiB above what the house takes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a story says about a file: another `variant` is another file of the same kind."""

    text: str = ""
    pages: int = 1
    variant: int = 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """`name` is the file's name unless the story gives one; `media_type` is what the sender's phone claims."""

    name: str
    media_type: str
    make: Callable[[Wanted], bytes]


RECIPES: Mapping[str, Recipe] = {
    "png_document": Recipe("scan.png", PNG, lambda wanted: saved(printed_page(wanted.variant), "PNG")),
    "jpg_document": Recipe("photo.jpg", JPG, lambda wanted: saved(printed_page(wanted.variant), "JPEG")),
    "blurred": Recipe("photo.jpg", JPG, lambda wanted: saved(printed_page(wanted.variant, blur=6), "JPEG")),
    "white_photo": Recipe("portrait.jpg", JPG, lambda wanted: saved(portrait(WHITE, wanted.variant), "JPEG")),
    "blue_photo": Recipe("portrait.jpg", JPG, lambda wanted: saved(portrait(BLUE, wanted.variant), "JPEG")),
    "pdf_with_text": Recipe("document.pdf", PDF, lambda wanted: pdf_with_text(_words(wanted), wanted.pages)),
    "scanned_pdf": Recipe("scan.pdf", PDF, lambda wanted: saved(printed_page(wanted.variant), "PDF")),
    "encrypted_pdf": Recipe("locked.pdf", PDF, lambda wanted: locked_pdf(_words(wanted))),
    "damaged_pdf": Recipe("broken.pdf", PDF, lambda wanted: b"%PDF-1.7\n" + _noise(wanted.variant, 4000)),
    "exe_named_jpg": Recipe("photo.jpg", JPG, lambda wanted: b"MZ\x90\x00" + _noise(wanted.variant, 4000)),
    "html_named_pdf": Recipe("form.pdf", PDF, lambda _: b"<!DOCTYPE html><html><script>alert(1)</script></html>"),
    "empty": Recipe("empty.pdf", PDF, lambda _: b""),
    "huge": Recipe("large.pdf", PDF, lambda wanted: pdf_with_text(_words(wanted)).ljust(HUGE, b"\n")),
}


def _words(wanted: Wanted) -> str:
    return wanted.text if wanted.variant == 1 else f"{wanted.text}\n{wanted.variant}"


def _noise(seed: int, size: int) -> bytes:
    return bytes((number * 7 + seed) % 251 for number in range(size))
