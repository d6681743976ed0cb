"""A PDF of one page with two letters and no font in it, so that the machine's own fonts must do."""

from collections.abc import Sequence

_LATIN = (b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",)
_CHINESE = (
    b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
    b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 7 0 R"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>",
    b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
    b"/Descent -120/CapHeight 880/StemV 93>>",
)


def paper(*, chinese: bool) -> bytes:
    """The letters 办 and 理, or A and B, one in each half of the page."""
    letters, fonts = ((b"<529E>", b"<7406>"), _CHINESE) if chinese else ((b"(A)", b"(B)"), _LATIN)
    drawn = b"".join(
        b"BT /F 60 Tf %d 25 Td %s Tj ET\n" % (at, each) for at, each in zip((20, 120), letters, strict=True)
    )
    return _file(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
            b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
            *fonts,
        ]
    )


def _file(objects: Sequence[bytes]) -> bytes:
    """The objects, numbered from 1, with the table of where each one begins."""
    content, begins = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, start=1):
        begins.append(len(content))
        content += b"%d 0 obj%s endobj\n" % (number, each)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in begins)
    size = len(objects) + 1
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(content))
    return bytes(content) + b"xref\n0 %d\n" % size + table + end
