"""How phone numbers, e-mails, decimals and passport numbers look: one rule for chat, API, contracts and import."""

import re
import unicodedata

from core.engine.text import Words

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9]{6,15}")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_PASSPORT = re.compile(r"[A-Z0-9]{5,20}")

PHONE: Words = {"zh-CN": "电话号码只能包含 6 到 15 位数字", "en": "a phone number has 6 to 15 digits"}
EMAIL: Words = {"zh-CN": "邮箱格式应为 name@example.com", "en": "an e-mail looks like name@example.com"}
DECIMAL: Words = {
    "zh-CN": "数字，最多 15 位整数和 6 位小数，如 0.25",
    "en": "a number such as 0.25, with at most 15 digits and 6 decimals",
}
PASSPORT: Words = {
    "zh-CN": "护照号为 5 到 20 位字母和数字",
    "en": "a passport number has 5 to 20 letters and digits",
}


def plain_phone(text: str) -> str:
    """Without spaces, brackets and hyphens, and with plain digits where full-width ones were typed."""
    return re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", text))


def plain_passport(text: str) -> str:
    """In capital letters, without spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def is_phone(text: str) -> bool:
    return _PHONE.fullmatch(plain_phone(text)) is not None


def is_email(text: str) -> bool:
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None


def is_passport(text: str) -> bool:
    return _PASSPORT.fullmatch(plain_passport(text)) is not None


def is_decimal(text: str) -> bool:
    """Whether it is a figure in plain digits, with a point if need be."""
    return _DECIMAL.fullmatch(text) is not None
