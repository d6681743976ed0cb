"""PDFs made by code: pages with a text layer, in Chinese too, and one that is locked."""

import io
import textwrap

from pypdf import PdfReader, PdfWriter

_LINE = 28  # characters that fit on one line
_FONT = b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>"
_GLYPHS = (
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R /DW 1000 "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>"
)
_METRICS = (
    b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
    b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
)


def pdf_with_text(text: str, pages: int = 1) -> bytes:
    """Pages that carry these words as a text layer. The font is one that every reader knows, so none is inside."""
    lines = [line for part in text.splitlines() or [""] for line in textwrap.wrap(part, _LINE) or [""]]
    drawn = b"".join(
        b"BT /F1 18 Tf 60 %d Td <%s> Tj ET\n" % (760 - 30 * number, line.encode("utf-16-be").hex().encode())
        for number, line in enumerate(lines[:24])
    )
    leaf = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R "
        b"/Resources << /Font << /F1 3 0 R >> >> >>"
    )
    kids = b" ".join(b"%d 0 R" % (7 + number) for number in range(pages))
    return _assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids),
            _FONT,
            _GLYPHS,
            _METRICS,
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
            *([leaf] * pages),
        ]
    )


def locked_pdf(text: str) -> bytes:
    """A PDF that opens with a password only."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_with_text(text))))
    writer.encrypt("only the owner knows", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _assembled(objects: list[bytes]) -> bytes:
    """The objects, numbered from 1, with their cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
