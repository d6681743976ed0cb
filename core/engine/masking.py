"""Personal values made unreadable: enough is left to recognise one's own, never enough to use it.

A value that is too short for its pattern is hidden whole, so that a mask can never be the value itself.
"""

import re

HIDDEN = "****"

_NOT_DIGIT = re.compile(r"\D")
_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]")
_CJK = re.compile(r"[\u3400-\u9fff]")


def mask_value(kind: str, value: str) -> str:
    """``value`` masked as a phone, passport, id_number, email, name or account; another kind is hidden.

    Examples: 138****5678, E****678, 310****1234, z****@example.com, 张*, ****6789. Empty stays empty.
    """
    text = value.strip()
    if not text:
        return ""
    mask = _MASKS.get(kind)
    return mask(text) if mask else HIDDEN


def _phone(text: str) -> str:
    digits = _NOT_DIGIT.sub("", text)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) >= 11:
        return f"{digits[:3]}{HIDDEN}{digits[-4:]}"
    return f"{digits[:2]}{HIDDEN}{digits[-2:]}" if len(digits) >= 8 else HIDDEN


def _passport(text: str) -> str:
    plain = _NOT_ALNUM.sub("", text)
    return f"{plain[0]}{HIDDEN}{plain[-3:]}" if len(plain) >= 8 else HIDDEN


def _id_number(text: str) -> str:
    plain = _NOT_ALNUM.sub("", text)
    return f"{plain[:3]}{HIDDEN}{plain[-4:]}" if len(plain) >= 15 else HIDDEN


def _account(text: str) -> str:
    plain = _NOT_ALNUM.sub("", text)
    return f"{HIDDEN}{plain[-4:]}" if len(plain) >= 12 else HIDDEN


def _email(text: str) -> str:
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        return HIDDEN
    return f"{local[0]}{HIDDEN}@{domain}" if len(local) >= 3 else f"{HIDDEN}@{domain}"


def _name(text: str) -> str:
    if len(text) < 2:
        return "*"
    if _CJK.match(text):
        return text[0] + "*" * (len(text) - 1)
    return " ".join(f"{word[0]}***" if len(word) > 1 else "*" for word in text.split())


_MASKS = {
    "phone": _phone,
    "passport": _passport,
    "id_number": _id_number,
    "email": _email,
    "name": _name,
    "account": _account,
}
