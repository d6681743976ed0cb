"""What a client photographs and scans: real pictures and PDFs, one for every item of the demo's checklist."""

from pathlib import Path

from tests.files.papers import FONT, pdf, raw_pdf, stream
from tests.files.pictures import page, portrait, saved


def make(folder: Path) -> dict[str, Path]:
    """Item key -> file. The first is named as a camera names it, so that it has to be asked what it is."""
    folder.mkdir(parents=True, exist_ok=True)
    bodies = {
        "passport": ("IMG_0001.png", saved(page(900, 1200, lines=9), "PNG")),
        "photo": ("photo.jpg", saved(portrait(), "JPEG")),
        "id_card": ("id_card.png", saved(page(1000, 640, lines=14), "PNG")),
        "hukou": ("hukou.pdf", chinese_pdf("居民户口簿", pages=3)),
        "form": ("form.pdf", pdf(pages=2, words="Application form")),
        "retire": ("retire.png", saved(page(900, 640, lines=12), "PNG")),
        "means_card": ("means_card.jpg", saved(page(1000, 700, lines=13), "JPEG")),
        "tickets_hotel": ("tickets_hotel.pdf", pdf(words="Flight NH 919, hotel 5 nights")),
        "receipt": ("IMG_0002.png", saved(page(900, 1200, lines=15), "PNG")),
        "blurred": ("IMG_0003.png", saved(page(900, 1200, lines=9, blur=9), "PNG")),
    }
    return {key: write(folder / name, body) for key, (name, body) in bodies.items()}


def write(path: Path, body: bytes) -> Path:
    path.write_bytes(body)
    return path


def chinese_pdf(words: str, pages: int) -> bytes:
    """Chinese letters as a text layer, in a font that every reader brings along."""
    kids = " ".join(f"{6 + n} 0 R" for n in range(pages))
    leaf = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R {FONT} >>".encode()
    font, system = (
        "/Type /Font /BaseFont /STSong-Light",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >>",
    )
    return raw_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>".encode(),
            f"<< {font} /Subtype /Type0 /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>".encode(),
            stream(f"BT /F1 32 Tf 90 680 Td <{words.encode('utf-16-be').hex()}> Tj ET".encode()),
            f"<< {font} /Subtype /CIDFontType0 {system} >>".encode(),
            *([leaf] * pages),
        ]
    )
