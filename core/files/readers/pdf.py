"""Opens PDFs: pages, text layer and a drawing of page 1 by PDFium; scripts and attachments by `pdf_marks`."""

from typing import Final

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import raw

from core.files.gate import Refused
from core.files.inspection import Inspected, Inspection
from core.files.limits import FileLimits
from core.files.measure import sharpness
from core.files.preview import shrink, to_png
from core.files.readers.pdf_marks import marks_of

_TEXT_PAGES: Final = 20  # pages whose text is read; keywords stand on the first ones
_SMALLEST_SIDE: Final = 1.0  # points; a page of no size cannot be drawn


def read_pdf(data: bytes, limits: FileLimits) -> Inspected:
    """Raises Refused: encrypted, damaged, too_many_pages, starts_program."""
    document = _open(data)
    try:
        pages = len(document)
        if pages == 0:
            raise Refused("damaged")
        if pages > limits.pages:
            raise Refused("too_many_pages", pages=pages, limit=limits.pages)
        marks = marks_of(data)
        picture = _draw(document, limits.preview_px)
        inspection = Inspection(
            size=len(data),
            seen="pdf",
            kind="pdf",
            pages=pages,
            encrypted=raw.FPDF_GetSecurityHandlerRevision(document.raw) != -1,
            text=_text(document, limits.text_bytes),
            sharpness=sharpness(picture),
            marks=marks,
        )
        return Inspected(inspection, to_png(picture))
    finally:
        document.close()


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as broken:
        locked = broken.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise Refused("encrypted" if locked else "damaged") from broken


def _draw(document: pdfium.PdfDocument, longest: int) -> Image.Image:
    """Page 1 so large that its longer side has ``longest`` px, whatever size the page claims."""
    try:
        page = document[0]
        side = max(page.get_size())
        if side < _SMALLEST_SIDE:
            raise Refused("damaged")
        picture = page.render(scale=longest / side, may_draw_forms=False).to_pil()
    except pdfium.PdfiumError as broken:
        raise Refused("damaged") from broken
    return shrink(picture, longest)


def _text(document: pdfium.PdfDocument, most: int) -> str:
    """The text layer, at most ``most`` bytes of UTF-8; a page that cannot be read has none."""
    parts: list[str] = []
    room = most
    for index in range(min(len(document), _TEXT_PAGES)):
        try:
            said = document[index].get_textpage().get_text_bounded().strip()
        except pdfium.PdfiumError:
            continue
        if said:
            parts.append(said.encode("utf-8", "ignore")[:room].decode("utf-8", "ignore"))
            room -= len(parts[-1].encode()) + 1
        if room <= 0:
            break
    return "\n".join(parts)
