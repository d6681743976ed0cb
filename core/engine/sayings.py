"""The bot's own sentences as somebody may reword them: which there are, and what may stand in each."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Protocol

from core.engine.text import LANGUAGES, Words, check_template, too_wide
from core.kit.errors import Problem


class Sayings(Protocol):
    """The catalogue of built-in sentences."""

    def __hash__(self) -> int: ...

    def keys(self) -> frozenset[str]: ...

    def holes(self, key: str) -> frozenset[str] | None:
        """The placeholders of a sentence, None for a key that nobody says."""

    def written(self, language: str, key: str) -> str:
        """The built-in sentence with its placeholders as they are. Raises KeyError."""

    def say(self, language: str, key: str, params: Mapping[str, object] | None = None) -> str:
        """The sentence, filled. Raises KeyError for a key that nobody wrote."""


def in_both(sayings: Sayings, key: str) -> Words:
    """A sentence without placeholders, for what is kept in both languages."""
    return {language: sayings.say(language, key) for language in LANGUAGES}


def key_problems(sayings: Sayings, key: str, pointer: str) -> list[Problem]:
    """None for a sentence that is said; else one that names what was perhaps meant."""
    if sayings.holes(key) is not None:
        return []
    near = get_close_matches(key, sayings.keys(), n=3)
    zh = f"没有文案 {key}" + (f"；相近的有：{'、'.join(near)}" if near else "")
    en = f"there is no text {key}" + (f"; close to it: {', '.join(near)}" if near else "")
    return [Problem(pointer, "text.unknown", {"zh-CN": zh, "en": en})]


def words_problems(sayings: Sayings, key: str, words: str, pointer: str) -> list[Problem]:
    """What is wrong with these words for a sentence that is said. A placeholder may be left out, never invented."""
    if not words.strip():
        return [Problem(pointer, "text.empty", {"zh-CN": "文案不能为空", "en": "a text cannot be empty"})]
    wide = too_wide(words, pointer) if key.startswith("button.") else []
    return [*check_template(words, sayings.holes(key) or (), pointer), *wide]
