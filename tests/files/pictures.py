"""Pictures made by code: pages, portraits, and the odd and hostile forms that arrive as photos."""

import io
import struct
import zlib
from functools import cache
from typing import Final

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw, ImageFilter, ImageFont

pillow_heif.register_heif_opener()
SECRET_PLACE: Final = "Demo Street 7"  # stands in the metadata of `with_gps`


def page(width: int = 1240, height: int = 1754, lines: int = 40, blur: float = 0, dim: float = 1) -> Image.Image:
    """A printed page, as a scanner or a careful phone sees it."""
    sheet = Image.new("L", (width, height), 245)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(24 * width // 1240)
    for line in range(lines):
        words = f"Account 6222 statement 2026-05-{line % 28 + 1:02} balance 12,345.67 CNY transfer"
        draw.text((90 * width // 1240, (90 + 38 * line) * height // 1754), words, fill=30, font=font)
    if blur:
        sheet = sheet.filter(ImageFilter.GaussianBlur(blur * width / 1240))
    return sheet.point(lambda value: value * dim).convert("RGB")


def portrait(width: int = 826, height: int = 1063, wall: tuple[int, int, int] = (250, 250, 250)) -> Image.Image:
    """A head and shoulders before a plain wall."""
    sheet = Image.new("RGB", (width, height), wall)
    draw = ImageDraw.Draw(sheet)
    draw.ellipse((0.3 * width, 0.2 * height, 0.7 * width, 0.6 * height), fill=(205, 170, 150))
    draw.rectangle((0.18 * width, 0.66 * height, 0.82 * width, height), fill=(50, 60, 90))
    for strand in range(60):
        x = 0.32 * width + strand * 0.006 * width
        draw.line((x, 0.17 * height, x + 9, 0.3 * height), fill=(25 + strand % 3 * 30, 20, 20), width=2)
    for eye in (0.42, 0.58):
        draw.ellipse(((eye - 0.03) * width, 0.37 * height, (eye + 0.03) * width, 0.39 * height), fill=(20, 20, 20))
    return sheet


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


@cache
def jpg(width: int = 900, height: int = 1200) -> bytes:
    return saved(page(width, height), "JPEG", quality=85)


@cache
def png(width: int = 900, height: int = 1200) -> bytes:
    return saved(page(width, height), "PNG")


@cache
def heic(width: int = 900, height: int = 1200) -> bytes:
    return saved(page(width, height), "HEIF", quality=70)


def with_gps() -> bytes:
    """A JPEG with position, address, comment and a colour profile, turned by 90 degrees as phones do."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = SECRET_PLACE
    exif[0x8825] = {1: "N", 2: (31.0, 14.0, 1.0), 3: "E", 4: (121.0, 28.0, 1.0)}
    return saved(page(1600, 1200), "JPEG", exif=exif, comment=SECRET_PLACE.encode(), icc_profile=b"profile " * 20)


def cmyk() -> bytes:
    red = Image.new("CMYK", (800, 600), (0, 255, 255, 0))
    return saved(red, "JPEG")


def sixteen_bit() -> bytes:
    """A grey ramp from black to white in 16 bits a pixel."""
    ramp = np.tile(np.linspace(0, 65535, 800).astype(np.uint16), (600, 1))
    return saved(Image.fromarray(ramp), "PNG")


def half_transparent() -> bytes:
    return saved(Image.new("RGBA", (800, 600), (255, 0, 0, 0)), "PNG")


def animated_png() -> bytes:
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("white", "red", "blue")]
    return saved(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100)


@cache
def two_heics() -> bytes:
    return saved(page(600, 800), "HEIF", save_all=True, append_images=[page(600, 800, lines=3)], quality=60)


def pixel_flood(width: int = 20_000, height: int = 20_000) -> bytes:
    """A whole and valid PNG of 400 megapixels in about 50 KB."""
    row = b"\0" + bytes(width // 8)
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row * 500) for _ in range(height // 500)) + packer.flush()
    return png_of(width, height, body, depth=1)


def png_of(width: int, height: int, body: bytes, depth: int = 8, colour: int = 0) -> bytes:
    """A PNG with this header, whatever its body holds."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def text_bomb() -> bytes:
    """A small PNG with a compressed comment of 100 MB."""
    packer = zlib.compressobj(9)
    words = b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()
    whole = png(200, 200)
    return whole[:33] + chunk(b"zTXt", b"Comment\0\0" + words) + whole[33:]


def noise(width: int = 2400, height: int = 2400) -> bytes:
    """Nothing packs it, so that it is as heavy as it is large."""
    return saved(Image.fromarray(np.random.default_rng(7).integers(0, 255, (height, width, 3), np.uint8)), "PNG")
