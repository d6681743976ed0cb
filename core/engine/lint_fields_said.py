"""Lint: texts of a flow ask for fields that it has, and what is kept as it was written for none that is personal."""

from collections.abc import Iterator
from difflib import get_close_matches

from core.engine.facts import FIELD_PREFIX, PLACEHOLDERS
from core.engine.field_words import fields_asked
from core.engine.flow import Flow
from core.engine.pointer import join
from core.engine.spec_keys import unknown
from core.engine.text import Words, check_template
from core.kit.errors import Problem


def said_problems(flow: Flow) -> Iterator[Problem]:
    """Messages and words about a stage are drawn for their reader, who sees of personal fields what he may. Titles of
    tasks and notes of services are kept: they take no placeholder but fields without personal data."""
    for key, words in flow.messages.items():
        yield from _problems(flow, words, join("/messages", key), kept=False)
    for index, stage in enumerate(flow.stages):
        yield from _problems(flow, stage.client_text or {}, join("/stages", index, "client_text"), kept=False)
    for index, service in enumerate(flow.services):
        yield from _problems(flow, service.note or {}, join("/services", index, "note"), kept=True)
    for index, rule in enumerate(flow.rules):
        for place, call in enumerate(rule.then):
            if isinstance(title := call.args.get("title"), dict):
                words = {str(language): text for language, text in title.items() if isinstance(text, str)}
                at = join("/rules", index, "then", place, "args", "title")
                yield from _problems(flow, words, at, kept=True)


def _problems(flow: Flow, words: Words, pointer: str, *, kept: bool) -> Iterator[Problem]:
    known = {field.key: field for field in flow.fields}
    for language, text in words.items():
        at, asked = join(pointer, language), fields_asked(text)
        fixed = frozenset() if kept else PLACEHOLDERS
        yield from check_template(text, fixed | {f"{FIELD_PREFIX}{key}" for key in asked}, at)
        for key in sorted(asked):
            if key not in known:
                yield unknown("field", key, at, _hint(key, list(known)))
            elif kept and known[key].pii != "none":
                zh = f"任务标题和备注会原样保存，不能写个人信息字段 {{case.{key}}}；请删去，或改写在 messages 里。"
                en = f"Titles and notes of tasks are kept as they are: no personal data such as {{case.{key}}}. "
                en += "Leave it out, or say it in a message."
                yield Problem(at, "flow.personal_title", {"zh-CN": zh, "en": en})


def _hint(key: str, known: list[str]) -> tuple[str, str]:
    near = get_close_matches(key, known, n=3) or known[:10]
    return (f"可用：{'、'.join(near)}。", f"Known: {', '.join(near)}.") if near else ("", "")
