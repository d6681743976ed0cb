"""Whether a file that was kept is the one that a form holds: nothing in it that the sender has not sent."""

import hashlib
from dataclasses import dataclass

from tests.forgery.description import Event
from tests.forgery.sent import Sent


@dataclass(frozen=True, slots=True)
class Handed:
    """What else is known of a file: the id of the delivery as its sender gave it."""

    id: str


def handed_in(event: Event, sent: Sent, handed: Handed) -> bool:
    """A form that was torn may be read in more than one way; but each word and every byte must stand in it."""
    fields = dict(event.said)
    ref = fields.get("file")
    if fields.get("type") != "message" or not ref:
        return False
    name = ref["name"] if ref["name"] != "file" else ""
    words = (fields["text"], fields["album"], name, ref["media_type"], handed.id)
    return all(_stands(each, sent.body) for each in words) and _holds(sent.body, ref["handle"], ref["size"])


def _stands(word: str, body: bytes) -> bool:
    bare = body.replace(b"\x00", b"").replace(b"\\", b"")
    plain = word.replace("\\", "")
    spellings = [plain.encode("utf-8", "surrogatepass")]
    spellings += [plain.encode("latin-1")] if all(ord(each) < 256 for each in plain) else []
    return any(each in bare for each in spellings)


def _holds(body: bytes, digest: str, size: int) -> bool:
    """Whether some stretch of the body, between two ends of a line, is this content."""
    starts = [at + 2 for at in _places(body, b"\r\n")]
    return any(hashlib.sha256(body[start : start + size]).hexdigest() == digest for start in starts)


def _places(body: bytes, what: bytes) -> list[int]:
    found, at = [], body.find(what)
    while at >= 0:
        found.append(at)
        at = body.find(what, at + 1)
    return found
