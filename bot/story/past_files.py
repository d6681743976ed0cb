"""A real file as the recipe of a made-up one of the same kind: its pages, and what the checks saw; nothing of it."""

from collections.abc import Iterable
from typing import Any, Final

from bot.story.standins import Standins
from core.cases.tables import document_file, document_version
from core.channel.inbound import FileArrived
from core.engine.flow import Flow
from core.files.tables import file
from core.ledger.tables import inbox
from core.store.reading import Reader
from core.store.sealing import Row

_REFUSED: Final = {
    "empty": "empty",
    "too_large": "huge",
    "program": "exe_named_jpg",
    "web_page": "html_named_pdf",
    "encrypted": "encrypted_pdf",
}
_MOST: Final = 999  # variants of a recipe
_MOST_PAGES: Final = 500


def file_step(
    reader: Reader, flow: Flow, entry: int, names: Standins, travellers: Iterable[str]
) -> dict[str, Any] | None:
    """What a story `sends` for the file that this update announced; None where the file is not kept."""
    kept = _kept(reader, entry)
    if kept is None:
        return None
    seen = kept["inspection"]
    verdict = seen.get("verdict", "ok")
    if verdict != "ok":
        return {"file": _REFUSED.get(verdict, "damaged_pdf")}
    step: dict[str, Any] = {"file": _recipe(reader, kept)}
    variant = _variant(reader, kept)
    if variant > 1:
        step["variant"] = variant
    if step["file"] == "pdf_with_text":
        step["text"] = _words(flow, str(seen.get("text", "")), names, travellers)
        step["pages"] = min(seen.get("pages") or 1, _MOST_PAGES)
    return step


def _kept(reader: Reader, entry: int) -> Row | None:
    arrived = reader.first(inbox, platform_id=f"file:{entry}")
    if arrived is None or not arrived["raw"]:
        return None
    told = FileArrived.model_validate_json(arrived["raw"])
    return None if told.file_id is None else reader.peek(file, told.file_id)


def _recipe(reader: Reader, kept: Row) -> str:
    seen = kept["inspection"]
    if seen["kind"] == "docx" or (seen["kind"] == "pdf" and (seen.get("text") or (seen.get("pages") or 1) > 1)):
        return "pdf_with_text"
    if seen["kind"] == "pdf":
        return "scanned_pdf"
    found = {each["check"]: each["outcome"] for each in _findings(reader, kept["id"])}
    if "photo.background" in found:
        return "white_photo" if found["photo.background"] == "ok" else "blue_photo"
    if found.get("sharp", "ok") not in ("ok", "not_run"):
        return "blurred"
    return "png_document" if seen["kind"] == "png" else "jpg_document"


def _findings(reader: Reader, file_id: int) -> list[dict[str, Any]]:
    version = reader.first(document_version, file_id=file_id)
    if version is None and (more := reader.first(document_file, file_id=file_id)) is not None:
        version = reader.peek(document_version, more["version_id"])
    return list(version["findings"]) if version is not None else []


def _variant(reader: Reader, kept: Row) -> int:
    """Another content is another variant; the same one again is the same."""
    his = reader.find(file, client_id=kept["client_id"]) if kept["client_id"] is not None else [kept]
    known = list(dict.fromkeys(each["sha256"] for each in his))
    return known.index(kept["sha256"]) % _MOST + 1


def _words(flow: Flow, text: str, names: Standins, travellers: Iterable[str]) -> str:
    """Of the words in the file those that the flow looks for, and stand-ins of the names that stand there."""
    wanted = [
        str(word)
        for each in flow.items
        for check in each.checks
        if check.kind == "keywords"
        for word in check.model_dump().get("any") or []
    ]
    found = [word for word in dict.fromkeys(wanted) if word in text]
    bare = "".join(letter for letter in text.casefold() if letter.isalnum())
    named = [each for each in travellers if "".join(c for c in each.casefold() if c.isalnum()) in bare]
    return " ".join([*found, *(names.name(each) for each in named)]) or "document"
