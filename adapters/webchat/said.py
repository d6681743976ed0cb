"""What the page says, read with suspicion: an object of limited size, strings that are strings, an id of its own."""

import json
import re
from typing import Any

from starlette.requests import Request

from adapters.webhook import read_body
from core.kit.errors import Invalid, Problem, TooMuch

MAX_JSON = 64 * 1024  # bytes of a message or press
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_UNSPEAKABLE = re.compile(r"[\x00\ud800-\udfff]")  # NUL and halves of characters: no database and no file keeps them


async def read_json(request: Request) -> dict[str, Any]:
    """The body as an object, each of whose names is said once. Raises TooMuch, Invalid."""
    body = await read_body(request, MAX_JSON)
    try:
        said = json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _wrong("", "json", "请求内容必须是 JSON 对象", "the body must be a JSON object")
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Whoever checks a body before us may take the first of two, and we the last. Raises ValueError."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def words_of(said: dict[str, Any], name: str, most: int) -> str:
    """A string of at most `most` characters; empty when it is not there. Raises Invalid, TooMuch."""
    found = said.get(name, "")
    if not isinstance(found, str):
        raise _wrong(f"/{name}", "string", f"{name} 必须是字符串", f"{name} must be a string")
    if len(found) > most:
        raise TooMuch(limit=most)
    return speakable(found)


def id_of(said: dict[str, Any]) -> str:
    """The page's own id of what it says: sending it again changes nothing. Raises Invalid."""
    found = said.get("id")
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise _wrong("/id", "id", "id 应为 8 到 64 个字母、数字或连字符", "id is 8 to 64 letters, digits or dashes")
    return found


def speakable(text: str) -> str:
    """Without what cannot be kept as text."""
    return _UNSPEAKABLE.sub("", text)


def _wrong(pointer: str, code: str, zh: str, en: str) -> Invalid:
    return Invalid(problems=[Problem(pointer, code, {"zh-CN": zh, "en": en})])
