"""Giving a file out: the original only as an attachment that no browser opens, the preview as a plain picture."""

import unicodedata
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from core.files.store_port import FileGone, FileStore
from core.files.verdicts import OK
from core.store.sealing import Row

SAFE: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
_UNSAFE_KINDS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # control, direction marks, no characters
_UNSAFE: Final = frozenset('/\\:*?"<>|')
_MOST_NAME: Final = 120
ENDINGS: Final[Mapping[str, str]] = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/heic": ".heic",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
"""Media types of the files that clients send, with what their names end in."""


def original(files: FileStore, kept: Row, plain_name: str, *, named: bool) -> Response:
    """The file as it was sent. Raises FileGone, also for one that was refused: it is locked away.

    ``plain_name``: an ASCII name of ours, without an ending; ``named``: whether the reader may see what the sender has
    called it, which is often his own name.
    """
    if kept["inspection"]["verdict"] != OK:
        raise FileGone(kept["handle"])
    ending = ending_of(kept["media_type"])
    encoded = quote(safe_name(kept["name"] if named else "", plain_name + ending), safe="")
    headers = {
        **SAFE,
        "Content-Disposition": f"attachment; filename=\"{plain_name}{ending}\"; filename*=UTF-8''{encoded}",
        "Content-Length": str(kept["size"]),
    }
    return StreamingResponse(files.open(kept["handle"]), media_type=kept["media_type"], headers=headers)


def preview(files: FileStore, handle: str) -> Response:
    """The re-encoded picture of page 1, which holds nothing but pixels. Raises FileGone."""
    headers = {**SAFE, "Content-Disposition": 'inline; filename="preview.png"'}
    return Response(files.read(handle), media_type="image/png", headers=headers)


def safe_name(given: str, otherwise: str) -> str:
    """A client's file name without path, control and direction characters."""
    last = given.replace("\\", "/").rpartition("/")[2]
    kept = "".join(each for each in last if each not in _UNSAFE and unicodedata.category(each) not in _UNSAFE_KINDS)
    return kept.strip(" .")[-_MOST_NAME:] or otherwise


def ending_of(media_type: str) -> str:
    return ENDINGS.get(media_type, ".bin")
