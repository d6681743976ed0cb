"""Lint: every text in both languages, placeholders that can be filled, labels that fit on a button."""

from collections.abc import Iterator, Mapping

from core.engine.flow import Flow
from core.engine.lint_fields_said import said_problems
from core.engine.pointer import join
from core.engine.sayings import Sayings, key_problems, words_problems
from core.engine.spec_conditions import clauses_of, conditions_of
from core.engine.spec_keys import choices_of, unknown
from core.engine.text import LANGUAGES, Words, too_wide
from core.kit.errors import Problem

NOT_BY_FLOW = ("consent.", "demo.", "welcome.stranger", "invite.")
"""What is said before there is a case, or of all cases together."""
TEXT_BYTES = 2048  # UTF-8; the shortest message that a channel takes


def text_problems(flow: Flow) -> Iterator[Problem]:
    """What is missing, too long, or asks for something that nobody can fill in."""
    languages = tuple(dict.fromkeys((*LANGUAGES, *flow.languages)))
    for index, language in enumerate(flow.languages):
        if language not in LANGUAGES:
            hint = (f"目前支持：{'、'.join(LANGUAGES)}。", f"Known: {', '.join(LANGUAGES)}.")
            yield unknown("language", language, join("/languages", index), hint)
    for pointer, words in _texts(flow):
        yield from whole(words, pointer, languages)
    yield from said_problems(flow)
    for pointer, words in _labels(flow):
        yield from _fits(words, pointer)


def whole(words: Words, pointer: str, languages: tuple[str, ...] = LANGUAGES) -> Iterator[Problem]:
    """A text that lacks a language, has a strange one, or is longer than a channel takes."""
    for language in languages:
        if not words.get(language, "").strip():
            at = join(pointer, language) if language in words else pointer
            yield Problem(
                at,
                "flow.missing_text",
                {"zh-CN": f"缺少 {language} 文本。", "en": f"The text in {language} is missing."},
            )
    for language in words:
        if language not in languages:
            yield unknown("language", language, join(pointer, language))
        if (size := len(words[language].encode())) > TEXT_BYTES:
            zh, en = f"文本 {size} 字节，上限 {TEXT_BYTES}。", f"{size} bytes; at most {TEXT_BYTES}."
            yield Problem(join(pointer, language), "flow.text_size", {"zh-CN": zh, "en": en})


def _texts(flow: Flow) -> Iterator[tuple[str, Words]]:
    """Every text of the flow with its pointer."""
    yield "/name", flow.name
    for pointer, choices in choices_of(flow):
        yield from ((join(pointer, index, "name"), choice.name) for index, choice in enumerate(choices))
    for index, stage in enumerate(flow.stages):
        at = join("/stages", index)
        yield join(at, "name"), stage.name
        if stage.client_text is not None or stage.part_of is None:
            yield join(at, "client_text"), stage.client_text or {}
    yield from _labels_of_transitions(flow)
    for index, field in enumerate(flow.fields):
        at = join("/fields", index)
        yield from _given(at, {"name": field.name, "ask": field.ask})
    for index, item in enumerate(flow.items):
        at = join("/items", index)
        yield from _given(at, {"name": item.name, "requirement": item.requirement, "sample": item.sample})
    for index, group in enumerate(flow.groups):
        yield join("/groups", index, "name"), group.name
    for index, service in enumerate(flow.services):
        yield from _given(join("/services", index), {"name": service.name, "note": service.note})
    for index, rule in enumerate(flow.rules):
        yield join("/rules", index, "name"), rule.name
        for place, call in enumerate(rule.then):
            if isinstance(title := call.args.get("title"), dict):
                texts = {str(language): text for language, text in title.items() if isinstance(text, str)}
                yield join("/rules", index, "then", place, "args", "title"), texts
    for index, child in enumerate(flow.children):
        yield join("/children", index, "name"), child.name
    for key, words in flow.messages.items():
        yield join("/messages", key), words
    for key, words in flow.texts.items():
        yield join("/texts", key), words
    for placed in conditions_of(flow):
        for clause, at in clauses_of(placed.spec, placed.pointer):
            yield from _given(at, {"label": clause.label})


def _given(pointer: str, texts: Mapping[str, Words | None]) -> Iterator[tuple[str, Words]]:
    for key, words in texts.items():
        if words is not None:
            yield join(pointer, key), words


def _labels_of_transitions(flow: Flow) -> Iterator[tuple[str, Words]]:
    for index, each in enumerate(flow.transitions):
        yield join("/transitions", index, "label"), each.label


def _labels(flow: Flow) -> Iterator[tuple[str, Words]]:
    """What is shown on buttons: transitions and the sub-statuses of stages."""
    for index, each in enumerate(flow.transitions):
        if each.button:
            yield join("/transitions", index, "label"), each.label
    for index, stage in enumerate(flow.stages):
        for place, choice in enumerate(stage.substates):
            yield join("/stages", index, "substates", place, "name"), choice.name


def _fits(words: Words, pointer: str) -> Iterator[Problem]:
    for language, text in words.items():
        yield from too_wide(text, join(pointer, language))


def reworded_problems(flow: Flow, sayings: Sayings | None) -> Iterator[Problem]:
    """Sentences of the bot that this flow says in its own words."""
    if sayings is None:
        return
    for key, words in flow.texts.items():
        at = join("/texts", key)
        if key.startswith(NOT_BY_FLOW):
            zh, en = f"流程不能改写 {key}：它不属于某一个案件", f"a flow cannot reword {key}: it is about no one case"
            yield Problem(at, "text.not_by_flow", {"zh-CN": zh, "en": en})
            continue
        if unknown_key := key_problems(sayings, key, at):
            yield from unknown_key
            continue
        for language, text in words.items():
            yield from words_problems(sayings, key, text, join(at, language))
