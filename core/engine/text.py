"""Words that people read: picking a language, filling ``{name}`` placeholders, drawing a progress bar.

A template knows one thing only: ``{name}`` with a name from a list that the caller gives; ``{case.<field>}`` is such a
name too. There are no attributes, indexes, format specs, filters or loops, and what a value contains is never looked
at again.
"""

import re
from collections.abc import Collection, Mapping
from unicodedata import east_asian_width, normalize

from core.kit.errors import Problem

Words = dict[str, str]  # keys are languages, "zh-CN" and "en"

LANGUAGES = ("zh-CN", "en")  # in the order in which pick() falls back

# A doubled brace is no placeholder: "{{name}}" stays as it is, and check_template() tells the author.
_PLACEHOLDER = re.compile(r"(?<!\{)\{((?:case\.)?[a-z][a-z0-9_]*)\}(?!\})")
_BRACES = re.compile(r"[{}]+[^{}]*[{}]*")
_BAR_CELLS = 10
LABEL_COLUMNS = 24  # of a button; a Chinese character takes two: 12 Chinese characters or 24 Latin letters


def one_form(word: str) -> str:
    """What makes two words the same one: not width, not case."""
    return normalize("NFKC", word).casefold()


def fill(template: str, params: Mapping[str, object], allowed: Collection[str]) -> str:
    """The template with every allowed ``{name}`` replaced by ``str(params[name])``, inserted literally.

    A value that is absent or None becomes nothing. A name outside ``allowed`` and every other brace stay as
    they are written; check_template() tells authors about those before publishing.
    """

    def value_of(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in allowed:
            return match.group(0)
        value = params.get(name)
        return "" if value is None else str(value)

    return _PLACEHOLDER.sub(value_of, template)


def placeholders(template: str) -> frozenset[str]:
    """The names that the template asks for, whether allowed or not."""
    return frozenset(_PLACEHOLDER.findall(template))


def check_template(template: str, allowed: Collection[str], pointer: str) -> list[Problem]:
    """Every placeholder that is not allowed and every brace that is none, as problems at ``pointer``."""
    names = "、".join(f"{{{name}}}" for name in sorted(allowed)) or "-"
    problems = [
        Problem(
            pointer,
            "text.placeholder",
            {
                "zh-CN": f"未知占位符 {{{name}}}；可用：{names}",
                "en": f"unknown placeholder {{{name}}}; allowed: {names}",
            },
        )
        for name in sorted(placeholders(template) - set(allowed))
    ]
    rest = _PLACEHOLDER.sub("", template)
    if stray := _BRACES.search(rest):
        excerpt = stray.group(0)[:30]
        problems.append(
            Problem(
                pointer,
                "text.brace",
                {
                    "zh-CN": f"“{excerpt}”不是占位符：请写 {{name}}（小写字母、数字、下划线），正文不能有花括号",
                    "en": f"{excerpt!r} is not a placeholder: write {{name}} (lower case letters, digits, _) "
                    "and use no braces in the text",
                },
            )
        )
    return problems


def columns(text: str) -> int:
    """Display width: wide and full-width characters count two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def too_wide(label: str, pointer: str) -> list[Problem]:
    """Whether the words of a button are longer than it shows; what a placeholder brings is not counted."""
    wide = columns(_PLACEHOLDER.sub("", label))
    if wide <= LABEL_COLUMNS:
        return []
    zh = f"按钮文字过长：{wide} 列，上限 {LABEL_COLUMNS} 列（一个汉字占 2 列）。"
    en = f"Too long for a button: {wide} columns, at most {LABEL_COLUMNS} (Chinese: 2 each)."
    return [Problem(pointer, "flow.label_length", {"zh-CN": zh, "en": en})]


def pick(words: Mapping[str, str], language: str) -> str:
    """The sentence in ``language`` ("zh-CN", "zh-hans", "en-GB"), else in zh-CN, else in en, else nothing."""
    wanted = "zh-CN" if language.lower().startswith("zh") else language.split("-")[0].split("_")[0].lower()
    for key in (language, wanted, *LANGUAGES):
        if found := words.get(key):
            return found
    return ""


def bar(percent: float) -> str:
    """A progress bar of ten cells with the figure behind it; full only at 100 percent."""
    whole = int(min(100, max(0, percent)))
    full = whole * _BAR_CELLS // 100
    return "▰" * full + "▱" * (_BAR_CELLS - full) + f" {whole}%"
