"""Raw updates that were forged or torn: the right ones with every kind of change, for the parsers of every channel."""

import json
from typing import Any

from hypothesis import strategies as st

_CHAT = {"channel": "loopback", "account": "test", "chat": "c"}
RIGHT: dict[str, list[dict[str, Any]]] = {
    "webchat": [
        {"type": "text", "visitor": "v", "text": "hi", "other": ""},
        {"type": "text", "visitor": "v", "text": "", "other": "sticker"},
        {"type": "press", "visitor": "v", "token": "A" * 22, "message": "n1"},
        {"type": "contact", "visitor": "v", "event": "entered", "locale": "en"},
        {"type": "file", "visitor": "v", "handle": "h", "name": "a.jpg", "media_type": "m", "size": 3, "caption": ""},
    ],
    "loopback": [
        {"type": "message", "address": _CHAT, "sender": "c", "text": "hi"},
        {"type": "press", "address": _CHAT, "sender": "c", "token": "t"},
        {"type": "contact", "address": _CHAT, "sender": "c", "event": "left"},
        {
            "type": "message", "address": _CHAT, "sender": "c",
            "file": {"handle": "h", "name": "n", "media_type": "m", "size": 1},
        },
    ],
}  # fmt: skip
TORN = [
    b"", b"null", b"[]", b"{}", b'"x"', b"1e999", b"NaN", b"[" * 100_000, b'{"type":' * 30_000, b"\xff\xfe\x00",
    b"\x00" * 50,
    b'{"type":"text"', b'{"type":[]}', b'{"type":{}}', b'{"type":null,"visitor":null}', b'{"type":"\\ud800"}',
    b'{"type":"text","visitor":"v","text":"\\udfff"}', b"9" * 5000,
    b'{"type":"message","address":{"channel":"loopback","account":"test","chat":"c"},"sender":"c","text":"\\udfff"}',
]  # fmt: skip

_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=()), max_size=20)
    | st.sampled_from(["file_arrived", "text", "press", "entered", "A" * 5000, "\u202e", "\x00", "{name}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, channel: str) -> bytes:
    """A right update in which one to three places were replaced, removed or added, or whose bytes were changed."""
    said = json.loads(json.dumps(draw(st.sampled_from(RIGHT[channel]))))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(_dicts(said)))
        key = draw(st.sampled_from([*place, "extra", "type", "file", "address"]))
        if draw(st.booleans()):
            place[key] = draw(_anything)
        else:
            place.pop(key, None)
    raw = bytearray(json.dumps(said, ensure_ascii=True).encode())
    for _ in range(draw(st.integers(0, 2))):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw)


def _dicts(value: Any) -> list[dict[str, Any]]:
    found = [value] if isinstance(value, dict) else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return found + [each for part in inner for each in _dicts(part)]
