"""Pictures made by code: a printed page, sharp or blurred, and a portrait before a plain wall."""

import io

from PIL import Image, ImageDraw, ImageFilter, ImageFont

PAGE = (900, 1200)
BUTTONS = (230, 230, 235)  # the colour of the row on the coat that tells variants apart
PORTRAIT = (827, 1063)  # 35 x 45 mm at 600 dpi


def printed_page(variant: int = 1, blur: float = 0) -> Image.Image:
    """A page of lines, as a careful phone sees it; another `variant` is another page."""
    sheet = Image.new("L", PAGE, 245)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(22)
    for line in range(28):
        words = f"Document {variant:03} line {line + 1:02} issued 2026-02-{line % 28 + 1:02} 1,234.56"
        draw.text((70, 70 + 38 * line), words, fill=30, font=font)
    if blur:
        sheet = sheet.filter(ImageFilter.GaussianBlur(blur))
    return sheet.convert("RGB")


def portrait(wall: tuple[int, int, int], variant: int = 1) -> Image.Image:
    """A head and shoulders, nobody's."""
    width, height = PORTRAIT
    sheet = Image.new("RGB", PORTRAIT, wall)
    draw = ImageDraw.Draw(sheet)
    draw.ellipse((0.3 * width, 0.2 * height, 0.7 * width, 0.6 * height), fill=(205, 170, 150))
    draw.rectangle((0.18 * width, 0.66 * height, 0.82 * width, height), fill=(50, 60, 90))
    for strand in range(60):
        x = 0.32 * width + strand * 0.006 * width
        draw.line((x, 0.17 * height, x + 9, 0.3 * height), fill=(25 + strand % 3 * 30, 20, 20), width=2)
    for eye in (0.42, 0.58):
        draw.ellipse(((eye - 0.03) * width, 0.37 * height, (eye + 0.03) * width, 0.39 * height), fill=(20, 20, 20))
    draw.rectangle((0.3 * width, 0.8 * height, 0.3 * width + 0.4 * width * variant / 999, 0.82 * height), fill=BUTTONS)
    return sheet


def saved(picture: Image.Image, form: str) -> bytes:
    """The same bytes for the same picture: a PDF carries no date."""
    dates = {"creationDate": None, "modDate": None} if form == "PDF" else {}
    out = io.BytesIO()
    picture.save(out, form, **dates)
    return out.getvalue()
