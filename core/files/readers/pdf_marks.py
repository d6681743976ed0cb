"""Looks through a PDF's objects for what a reader might run: scripts, program starts, embedded files.

Official fillable forms carry scripts, so these are only told to the reviewer; an action that launches a
program has no place in a client's document and is refused (ISO 32000-1 12.6.4.5 launch, 12.6.4.16
JavaScript, 7.11.4 files).
"""

import io
from collections import deque
from typing import Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from core.files.gate import Refused

_MOST_OBJECTS: Final = 5000
# Branches without actions: what is drawn, how it is structured, and ways back up.
_SKIPPED: Final = frozenset(
    {
        "/Parent",
        "/P",
        "/Resources",
        "/Contents",
        "/StructTreeRoot",
        "/Metadata",
        "/ParentTree",
        "/Font",
        "/AP",
    }
)
_SCRIPT_KEYS: Final = frozenset({"/JS", "/JavaScript", "/XFA"})
_FILE_KEYS: Final = frozenset({"/EmbeddedFiles", "/EF", "/RichMediaContent"})


def marks_of(data: bytes) -> tuple[str, ...]:
    """Which of "script", "attachment" and "unscanned" hold. Raises Refused for a document that starts
    programs."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return ("unscanned",)
        return _walk(reader)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError):
        return ("unscanned",)  # a structure that only a lenient reader can follow
    except (RecursionError, NotImplementedError, AssertionError, ArithmeticError):
        return ("unscanned",)


def _walk(reader: PdfReader) -> tuple[str, ...]:
    """Breadth first from the trailer, every indirect object once, at most `_MOST_OBJECTS` of them."""
    marks: set[str] = set()
    queue: deque[object] = deque([reader.trailer.get("/Root", None)])
    known: set[int] = set()
    looked_at = 0
    while queue:
        node = queue.popleft()
        if isinstance(node, IndirectObject):
            if node.idnum in known:
                continue
            known.add(node.idnum)
            node = node.get_object()
        if isinstance(node, DictionaryObject):
            marks |= _marks_of_keys(node)
            queue.extend(dict.__getitem__(node, key) for key in node if key not in _SKIPPED)
        elif isinstance(node, ArrayObject):
            queue.extend(list.__iter__(node))
        looked_at += 1
        if looked_at > _MOST_OBJECTS * 10 or len(known) > _MOST_OBJECTS:
            marks.add("unscanned")
            break
    return tuple(sorted(marks))


def _marks_of_keys(node: DictionaryObject) -> set[str]:
    keys = set(node)
    marks = set()
    action = str(node.get("/S", ""))
    if action == "/Launch":
        raise Refused("starts_program")
    if keys & _SCRIPT_KEYS or action == "/JavaScript":
        marks.add("script")
    if keys & _FILE_KEYS or action == "/GoToE":
        marks.add("attachment")
    return marks
