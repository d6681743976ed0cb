"""Words that wait to be said: a sentence of the catalogue by its key, filled and put into a language when drawn."""

from typing import Any

SAY, DAY = "say", "day"


def as_is(text: str) -> dict[str, str]:
    """What reads the same in every language: a name, a number."""
    return {"zh-CN": text, "en": text}


def on_day(iso: str) -> dict[str, Any]:
    """A date, written as the reader's language writes it. `iso`: 2026-05-01."""
    return {DAY: iso}


def said(key: str, **params: object) -> dict[str, Any]:
    """A label or parameter that stands for a sentence of the catalogue. A parameter may itself be such words, or
    words in both languages."""
    return {SAY: key, "params": params} if params else {SAY: key}
