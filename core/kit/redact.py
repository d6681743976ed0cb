"""Takes personal data and secrets out of what is about to be written to a log, by key and by pattern."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Final

REDACTED: Final = "[redacted]"
MAX_TEXT: Final = 4000  # characters of one value; the rest is cut before any pattern runs
_MAX_DEPTH: Final = 5
_MAX_ITEMS: Final = 50

# A key is redacted when one of its words is in this set: client_name, phone, raw_body, accessToken.
# fmt: off
PERSONAL: Final = frozenset({
    "name", "names", "surname", "phone", "mobile", "tel", "email", "mail", "address", "addr", "passport",
    "idcard", "identity", "birth", "birthday", "text", "raw", "body", "content", "payload", "caption",
    "message", "messages", "answer", "answers", "facts", "value", "values", "filename", "file", "url",
    "uri", "query", "params", "headers", "cookie", "cookies", "token", "tokens", "secret", "secrets",
    "password", "passwd", "authorization", "credential", "credentials", "signature", "plaintext", "input",
    "output", "data", "comment", "note", "notes", "person", "sender", "keys",
})
# fmt: on
# Words that are harmless alone and not in these combinations.
PERSONAL_KEYS: Final = frozenset({"id_number", "id_no", "id_card", "api_key", "aes_key", "data_key", "private_key"})
# Keys whose words are in the set although they carry code or counts, never what a person wrote.
PLAIN_KEYS: Final = frozenset({"file_id", "message_id", "text_key", "logger", "event", "level", "timestamp"})

_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_NOT_AROUND: Final = r"(?<![A-Za-z0-9])%s(?![A-Za-z0-9])"
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK: Final = "10X98765432"

_PATTERNS: Final = (
    (re.compile(r"(?i)(?<![a-z])(bearer|basic)\s+[a-z0-9._~+/=-]{6,}"), r"\1 [token]"),
    (re.compile(r"[0-9]{6,12}:[A-Za-z0-9_-]{30,}"), "[token]"),  # Telegram: bot id and secret
    (re.compile(r"[A-Za-z0-9+/]{43}="), "[key]"),  # 32 bytes in base64
    (re.compile(r"(?<![A-Za-z0-9_./-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_./-])"), "[key]"),  # the same, URL-safe
    (
        re.compile(r"(?i)([?&;\s]|^)([a-z_]*(?:token|secret|key|sign|signature|password|code|ticket))=[^&\s\"']+"),
        r"\1\2=[token]",
    ),
    (re.compile(r"(://[^\s/:@]{0,64}:)[^\s/@]{1,256}@"), r"\1[password]@"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), "[email]"),
    (re.compile(_NOT_AROUND % r"(?i:[a-z][0-9]{8}|[a-z]{2}[0-9]{7})"), "[passport]"),
    (re.compile(r"(?<![0-9])(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])"), "[phone]"),
    (re.compile(r"(?<![0-9])0[0-9]{2,3}[ -][0-9]{7,8}(?![0-9])"), "[phone]"),
    (re.compile(r"\+[0-9][0-9 ()-]{6,16}[0-9](?![0-9])"), "[phone]"),
)
_ID_NUMBER: Final = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_CARD: Final = re.compile(r"(?<![0-9])(?:62[0-9]{14}(?:[0-9]{3})?|[45][0-9]{15})(?![0-9])")


def redact_text(text: str) -> str:
    """``text`` with phones, e-mails, passport, identity, card numbers and tokens replaced by their kind."""
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT] + "..."
    text = _ID_NUMBER.sub(lambda hit: "[id]" if _is_id_number(hit.group()) else hit.group(), text)
    text = _CARD.sub(lambda hit: "[card]" if _is_card(hit.group()) else hit.group(), text)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def redact(value: object, depth: int = 0) -> object:
    """A JSON-ready copy without personal data. Objects are named, never shown: their repr may tell."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Enum):
        return redact(value.value, depth + 1)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta | PurePath):
        return redact_text(str(value))
    if isinstance(value, Mapping | list | tuple | set | frozenset) and depth < _MAX_DEPTH:
        if isinstance(value, Mapping):
            return redact_keys(value, depth + 1)
        return [redact(each, depth + 1) for each in list(value)[:_MAX_ITEMS]]
    return f"<{type(value).__name__}>"


def redact_keys(values: Mapping[str, object], depth: int = 0) -> dict[str, object]:
    """Each value redacted by its key's class, else by what it looks like."""
    clean: dict[str, object] = {}
    for key, value in list(values.items())[:_MAX_ITEMS]:
        if is_personal(str(key)):
            clean[redact_text(str(key))] = REDACTED if value is not None else None
        else:
            clean[redact_text(str(key))] = redact(value, depth)
    return clean


def is_personal(key: str) -> bool:
    """True for a key that may carry what a person wrote, who he is, or a secret."""
    words = [word.lower() for word in _WORDS.findall(key)]
    whole = "_".join(words)
    if whole in PLAIN_KEYS:
        return False
    return not PERSONAL.isdisjoint(words) or any(part in whole for part in PERSONAL_KEYS)


def _is_id_number(number: str) -> bool:
    """The check character and birth date of a mainland identity number (GB 11643), so that row ids pass."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    plausible = 1850 < year < 2100 and 1 <= month <= 12 and 1 <= day <= 31
    return plausible and _ID_CHECK[total % 11] == number[17].upper()


def _is_card(number: str) -> bool:
    """The Luhn check of a bank card."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0
