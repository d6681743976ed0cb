"""Words that wait to be said: a sentence of the catalogue by its key, filled and put into a language when drawn."""

from typing import Any

SAY = "say"


def said(key: str, **params: object) -> dict[str, Any]:
    """A label or parameter that stands for a sentence of the catalogue. A parameter may itself be such words, or
    words in both languages."""
    return {SAY: key, "params": params} if params else {SAY: key}
