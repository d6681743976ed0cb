"""What a file is by its first bytes; names and claimed media types are never looked at.

Five kinds are taken: pdf, jpg, png, heic, docx. Everything else is refused and, where it can be, called by
its name, so that the client understands what came. Signatures: ISO 32000-1 7.5.2 (PDF), ISO 10918-1 (JPEG),
PNG 5.2, ISO 14496-12 with ISO 23008-12 annex B (HEIC brands), APPNOTE 4.3 (zip).
"""

import re
from typing import Final, Literal, get_args

FileKind = Literal["pdf", "jpg", "png", "heic", "docx"]
KINDS: Final[tuple[FileKind, ...]] = get_args(FileKind)
HEAD_BYTES: Final = 4096  # as many as `sniff` wants to see
MEDIA_TYPES: Final[dict[FileKind, str]] = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "heic": "image/heic",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_IMAGE_BRANDS: Final = frozenset({b"mif1", b"msf1", b"mif2"})  # say "pictures" and leave the coding to the others
_SIGNATURES: Final = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"PK\x03\x04", "zip"),  # a docx is one; the reader looks inside
    (b"PK\x05\x06", "zip"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xfe\xed\xfa", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"#!", "program"),
    (b"L\0\0\0\x01\x14\x02\0", "program"),  # a Windows shortcut starts whatever it names
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),  # old Office, and new Office with a password
    (b"{\\rtf", "rtf"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"MSCF", "archive"),
    (b"\xfd7zXZ\0", "archive"),
    (b"#!AMR", "audio"),
    (b"#!SILK", "audio"),
    (b"\x02#!SILK", "audio"),  # what WeChat sends
    (b"ID3", "audio"),
    (b"OggS", "audio"),
    (b"fLaC", "audio"),
    (b"\x1aE\xdf\xa3", "video"),
    (b"MIME-Version:", "html"),  # mhtml
)
_LONGEST_FIRST: Final = sorted(_SIGNATURES, key=lambda pair: -len(pair[0]))
_MARKUP: Final = (
    (re.compile(rb"<svg[\s>]", re.IGNORECASE), "svg"),
    (re.compile(rb"<!doctype\s+html|<html[\s>]|<script[\s>]|<body[\s>]|<iframe[\s>]", re.IGNORECASE), "html"),
    (re.compile(rb"^<(?:\?xml|!--|[a-z!])", re.IGNORECASE), "xml"),
)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(head: bytes) -> str:
    """A FileKind, or the name of something that is not taken, or "unknown". A docx is told as "zip" here."""
    if not head:
        return "empty"
    for signature, name in _LONGEST_FIRST:
        if head.startswith(signature):
            return name
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    if head.startswith(b"RIFF"):
        return {b"WEBP": "webp", b"WAVE": "audio", b"AVI ": "video"}.get(head[8:12], "unknown")
    return _of_text(head)


def _of_brands(head: bytes) -> str:
    end = min(int.from_bytes(head[:4], "big"), len(head), 256)
    major = head[8:12]
    brands = {major, *(head[at : at + 4] for at in range(16, end - 3, 4))}
    if major in _HEIC_BRANDS or (major in _IMAGE_BRANDS and brands & _HEIC_BRANDS):
        return "heic"
    if brands & {b"avif", b"avis"}:
        return "avif"
    return "audio" if major.startswith(b"M4A") else "video"


def _of_text(head: bytes) -> str:
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        plain = head[2:].replace(b"\0", b"").lstrip()
    for pattern, name in _MARKUP:
        if plain.startswith(b"<") and pattern.search(plain):
            return name
    if plain.startswith(b"%PDF-"):  # some banks' printers put a line feed in front
        return "pdf"
    return "unknown" if not plain or _CONTROL.search(plain) else "text"
