"""Lint: what `send_content` asks for: one content by its key, that of the event, or by what a field names."""

from collections.abc import Collection, Iterator
from typing import Final

from core.engine.flow import Flow, Rule
from core.engine.lint_names import field_problems
from core.engine.pointer import join
from core.engine.spec_keys import safe, unsafe
from core.engine.spec_rules import ActionCall
from core.kit.errors import Problem

ACTION: Final = "send_content"
EVENT: Final = "ContentPublished"
OF_EVENT: Final = "event"  # the content that the event tells of; no content is called so


def content_call_problems(flow: Flow, rule: Rule, call: ActionCall, args: str) -> Iterator[Problem]:
    """One of the two ways to say which; that of the event where there is one; a field of several choices."""
    if call.action != ACTION:
        return
    content, topics = call.args.get("content"), call.args.get("topics")
    if (content is None) == (topics is None):
        zh, en = "content 和 topics 必须且只能写一个。", "Write exactly one of content and topics."
        yield Problem(args, "flow.content_which", {"zh-CN": zh, "en": en})
    if isinstance(topics, str):
        yield from field_problems(flow, topics, ("multi",), join(args, "topics"))
    if content == OF_EVENT and rule.on != EVENT:
        zh = f"content: {OF_EVENT} 只能用于 on: {EVENT} 的规则；否则请写内容的代号。"
        en = f"content: {OF_EVENT} is for rules on: {EVENT}; anywhere else name a content by its key."
        yield Problem(join(args, "content"), "flow.content_event", {"zh-CN": zh, "en": en})
    elif isinstance(content, str) and not safe(content):
        yield unsafe(join(args, "content"), content)


def content_lack_problems(flow: Flow, known: Collection[str]) -> list[Problem]:
    """Contents that nobody has written: a question to the house, which a flow by itself cannot answer."""
    return [_no_such_content(name, known, pointer) for name, pointer in _named(flow) if name not in known]


def contents_of(flow: Flow) -> frozenset[str]:
    """Keys of the contents that its rules name."""
    return frozenset(name for name, _ in _named(flow))


def _named(flow: Flow) -> Iterator[tuple[str, str]]:
    """Every content that is named by its key, with its pointer."""
    for index, rule in enumerate(flow.rules):
        for place, call in enumerate(rule.then):
            name = call.args.get("content") if call.action == ACTION else None
            if isinstance(name, str) and name != OF_EVENT:
                yield name, join("/rules", index, "then", place, "args", "content")


def _no_such_content(name: str, known: Collection[str], pointer: str) -> Problem:
    listed = ", ".join(sorted(known))
    zh = f"没有名为“{name}”的内容" + (f"；已有：{listed}" if listed else "")
    en = f'There is no content "{name}"' + (f"; there are: {listed}" if listed else "")
    zh += f"。请先写好：POST /api/v1/contents/{name}。"
    en += f". Write it first: POST /api/v1/contents/{name}."
    return Problem(pointer, "flow.no_content", {"zh-CN": zh, "en": en})
