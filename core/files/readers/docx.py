"""Opens Word documents as the zip that they are: entries and sizes first, then macros, outside links and
the text."""

import html
import io
import re
import stat
import zipfile
import zlib
from typing import Final

from core.files.gate import Refused
from core.files.inspection import Inspected, Inspection
from core.files.limits import MIB, FileLimits

_DOCUMENT: Final = "word/document.xml"
_CONTENT: Final = "[Content_Types].xml"
_OTHERS: Final = {"xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx", "content.xml": "odt"}
_LOCKED: Final = 0x1  # APPNOTE 4.4.4: bit 0 says that the entry is encrypted
_UNIX: Final = 3  # APPNOTE 4.4.2.2: then the upper half of the outer attributes is a file mode
_MOST_XML: Final = 8 * MIB  # of one part that we read
_NESTED: Final = (
    ".zip",
    ".docx",
    ".xlsx",
    ".docm",
    ".exe",
    ".js",
    ".vbs",
    ".bat",
    ".hta",
    ".lnk",
    ".bin",
    ".msi",
)
_OUTSIDE: Final = re.compile(rb"<Relationship\b[^>]*>", re.IGNORECASE)
_LOADED: Final = re.compile(rb"/(?:attachedTemplate|oleObject|frame|subDocument|package)[\"']", re.IGNORECASE)
_EXTERNAL: Final = re.compile(rb"TargetMode\s*=\s*[\"']External[\"']", re.IGNORECASE)
_PARAGRAPH: Final = re.compile(r"</w:p>|<w:br\b[^>]*>|<w:tab\b[^>]*>")
_TAG: Final = re.compile(r"<[^>]*>")


def read_docx(data: bytes, limits: FileLimits) -> Inspected:
    """Raises Refused: archive, type, damaged, encrypted, macro, unpacks_too_large. There is no preview."""
    if _claimed_entries(data) > limits.office_entries:
        raise Refused("unpacks_too_large", seen="zip")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries, limits)
            names = {entry.filename for entry in entries}
            _check_kind(names)
            content = _part(archive, _CONTENT).lower()
            if b"macroenabled" in content or any(name.lower().endswith("vbaproject.bin") for name in names):
                raise Refused("macro", seen="docx")
            for name in names:
                if name.endswith(".rels") and _loads_from_outside(_part(archive, name)):
                    raise Refused("macro", seen="docx")
            text = _text(_part(archive, _DOCUMENT), limits.text_bytes)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        OSError,
        KeyError,
        NotImplementedError,
    ) as broken:
        raise Refused("damaged", seen="docx") from broken
    except RuntimeError as broken:  # what zipfile raises for a password
        raise Refused("encrypted", seen="docx") from broken
    nested = any(name.startswith("word/embeddings/") or name.lower().endswith(_NESTED) for name in names)
    marks = ("attachment",) if nested else ()
    return Inspected(Inspection(size=len(data), seen="docx", kind="docx", text=text, marks=marks))


def _claimed_entries(data: bytes) -> int:
    """How many entries the end record names, read before a directory of millions is built in memory."""
    end = data.rfind(b"PK\x05\x06")
    return int.from_bytes(data[end + 10 : end + 12], "little") if end >= 0 else 0


def _check_entries(entries: list[zipfile.ZipInfo], limits: FileLimits) -> None:
    total = 0
    for entry in entries:
        name = entry.orig_filename
        if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or "\0" in name or ":" in name:
            raise Refused("damaged", seen="docx")
        if entry.create_system == _UNIX and stat.S_ISLNK(entry.external_attr >> 16):
            raise Refused("damaged", seen="docx")
        if entry.flag_bits & _LOCKED:
            raise Refused("encrypted", seen="docx")
        total += entry.file_size
        ratio = entry.file_size / max(1, entry.compress_size)
        if total > limits.office_bytes or (entry.file_size > MIB and ratio > limits.office_ratio):
            raise Refused("unpacks_too_large", seen="zip")
    if len(entries) > limits.office_entries:
        raise Refused("unpacks_too_large", seen="zip")


def _check_kind(names: set[str]) -> None:
    if _DOCUMENT in names and _CONTENT in names:
        return
    for name, seen in _OTHERS.items():
        if name in names:
            raise Refused("type", seen=seen)
    raise Refused("archive", seen="zip")


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """At most `_MOST_XML` bytes of an entry, whatever size its header claims."""
    with archive.open(name) as part:
        return part.read(_MOST_XML)


def _loads_from_outside(relations: bytes) -> bool:
    return any(_LOADED.search(each) and _EXTERNAL.search(each) for each in _OUTSIDE.findall(relations))


def _text(document: bytes, most: int) -> str:
    """The words of the main part without parsing XML, so that no entity is ever expanded."""
    plain = _TAG.sub("", _PARAGRAPH.sub("\n", document.decode("utf-8", "ignore")))
    return html.unescape(plain).strip().encode("utf-8", "ignore")[:most].decode("utf-8", "ignore")
