"""The bot's own sentences as somebody may reword them: which there are, and what may stand in each."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Protocol

from core.engine.text import LANGUAGES, Words, check_template, too_wide
from core.kit.errors import Problem, Refusal


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


def refusal_words(sayings: Sayings, refusal: Refusal) -> tuple[Words, ...]:
    """A "no" in both languages, for what is kept: its own reasons or problems, else the sentence of its code."""
    own = refusal.params.get("reasons")
    if isinstance(own, list | tuple) and own:
        return tuple(dict(reason) for reason in own)
    if refusal.problems:
        return tuple(dict(problem.message) for problem in refusal.problems)
    general = f"refusal.{refusal.code}"
    specific = [refusal.text_key] if refusal.text_key != general else []  # the general one may ask for reasons
    keys = (*specific, f"{general}.plain", general)
    key = next((each for each in keys if sayings.holes(each) is not None), None)
    if key is None:
        return ()
    return ({language: sayings.say(language, key, refusal.params) for language in LANGUAGES},)


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
