"""The language in which a caller wants to read: zh-CN or en, from Accept-Language (RFC 9110 12.5.4)."""

import re
from collections.abc import Mapping
from typing import Final

DEFAULT: Final = "zh-CN"
_MOST: Final = 20  # ranges that are looked at
_RANGE = re.compile(r"\s*([A-Za-z*]{1,8}(?:-[A-Za-z0-9*]{1,8})*)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?")


def language_of(headers: Mapping[str, str]) -> str:
    """The best of the caller's ranges that we speak; zh-CN when none is given or none fits."""
    best, best_weight = DEFAULT, 0.0
    for part in headers.get("accept-language", "").split(",")[:_MOST]:
        match = _RANGE.fullmatch(part)
        if match is None:
            continue
        spoken = _spoken(match[1].lower())
        weight = float(match[2] or "1")
        if spoken is not None and weight > best_weight:
            best, best_weight = spoken, weight
    return best


def _spoken(wanted: str) -> str | None:
    if wanted == "*":
        return DEFAULT
    return {"zh": "zh-CN", "en": "en"}.get(wanted.split("-")[0])
