"""Reads a YAML source with every scalar as text, so that ``on``, ``NO``, ``9:30`` and ``0123`` stay what they are.

Only the parser's events are used: nothing is constructed, no tag is obeyed, no alias is followed. The result is made
of dict, list and str only, with the line of every place.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from core.engine.pointer import join, nearest
from core.kit.errors import Invalid, Problem

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24  # nested lists and mappings
MAX_NODES = 20_000  # scalars, lists and mappings together

Tree = str | list["Tree"] | dict[str, "Tree"]

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # what an escape such as "\0" can bring in


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """What was sent. ``lines`` gives the 1-based line of every pointer; ``problems`` is what reading already found."""

    data: Tree
    lines: dict[str, int]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read yet. ``key`` is the mapping key that waits for its value."""

    pointer: str
    node: list[Tree] | dict[str, Tree]
    key: str | None = None
    dropping: bool = False  # the key cannot be used: its value is read and forgotten


@dataclass(slots=True)
class _Builder:
    root: Tree | None = None
    stack: list[_Open] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    line: int = 1

    def tell(self, pointer: str, code: str, line: int, zh: str, en: str) -> None:
        self.problems.append(_problem(pointer, code, f"第 {line} 行：{zh}", f"Line {line}: {en}"))

    def stop(self, code: str, line: int, zh: str, en: str) -> Invalid:
        self.tell("", code, line, zh, en)
        return Invalid(problems=self.told())

    def told(self) -> tuple[Problem, ...]:
        """The problems, with pointers that lead somewhere in what has been read."""
        return tuple(replace(found, pointer=nearest(self.root, found.pointer)) for found in self.problems)


def read_yaml(source: bytes) -> YamlDocument:
    """One YAML document as dicts, lists and texts.

    Raises Invalid when it cannot be read at all (size, encoding, syntax, nesting). Duplicate keys, aliases, tags and
    control characters are told in ``problems`` instead, so that the rest of the document is still looked at: the
    first of two equal keys counts, an alias counts as an empty text, a tag is passed over.
    """
    builder = _Builder()
    try:
        _build(builder, YAML(typ="safe", pure=True).parse(_decode(source)))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise builder.stop("yaml.syntax", line, f"不是合法的 YAML（{error.problem}）", f"{error.problem}.") from error
    except (YAMLError, ValueError, OverflowError, AssertionError) as error:
        # The parser lets some through bare: an escape beyond Unicode, a version number that it does not know.
        reason = (str(error).splitlines() or ["?"])[0]
        raise builder.stop("yaml.syntax", builder.line, f"不是合法的 YAML（{reason}）", f"{reason}.") from error
    if builder.root is None:
        raise builder.stop("yaml.empty", 1, "文件是空的。", "the file is empty.")
    return YamlDocument(builder.root, builder.lines, builder.told())


def _decode(source: bytes) -> str:
    if len(source) > MAX_BYTES:
        limit = MAX_BYTES // 1024
        zh = f"文件有 {len(source)} 字节，上限 {limit} KiB。"
        raise Invalid(problems=[_problem("", "yaml.size", zh, f"{len(source)} bytes; the limit is {limit} KiB.")])
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        zh = f"第 {error.start + 1} 个字节不是 UTF-8，请另存为 UTF-8。"
        en = f"Byte {error.start + 1} is not UTF-8: save the file as UTF-8."
        raise Invalid(problems=[_problem("", "yaml.encoding", zh, en)]) from error


def _build(builder: _Builder, events: Iterable[Event]) -> None:
    documents = nodes = 0
    for event in events:
        line = builder.line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                builder.tell("", "yaml.documents", line, "一个文件只能有一份文档。", "a file holds one document.")
                return
        elif isinstance(event, CollectionEndEvent):
            builder.stack.pop()
        elif isinstance(event, NodeEvent):
            nodes += 1
            if nodes > MAX_NODES:
                zh, en = f"内容超过 {MAX_NODES} 个值。", f"more than {MAX_NODES} values."
                raise builder.stop("yaml.values", line, zh, en)
            _node(builder, event, line)


def _node(builder: _Builder, event: NodeEvent, line: int) -> None:
    top = builder.stack[-1] if builder.stack else None
    if top is not None and isinstance(top.node, dict) and top.key is None:
        _key(builder, top, top.node, event, line)
        return
    pointer = _place(top)
    node = _value(builder, event, pointer, line)
    if top is None:
        builder.root = node
    elif isinstance(top.node, list):
        top.node.append(node)
    else:
        if not top.dropping:
            top.node[top.key or ""] = node
        top.key = None
    builder.lines.setdefault(pointer, line)
    if not isinstance(node, str):
        _open(builder, pointer, node, line)


def _key(builder: _Builder, top: _Open, node: dict[str, Tree], event: NodeEvent, line: int) -> None:
    """A mapping's key. One that cannot be used still gets its value read, but not kept."""
    name = _joined(str(event.value)) if isinstance(event, ScalarEvent) else None
    top.key, top.dropping = name or "", name is None or name in node
    if name is None:
        builder.tell(top.pointer, "yaml.key", line, "键必须是文字。", "a key must be a plain text.")
        if not isinstance(event, AliasEvent):
            _open(builder, top.pointer, [] if isinstance(event, SequenceStartEvent) else {}, line)
    elif name in node:
        zh, en = f"键“{name}”重复，请删去一个。", f'the key "{name}" stands twice; remove one.'
        builder.tell(join(top.pointer, name), "yaml.duplicate_key", line, zh, en)
    elif _CONTROL.search(name):
        top.dropping = True
        builder.tell(top.pointer, "yaml.control", line, "键含有控制字符。", "a key holds a control character.")


def _place(top: _Open | None) -> str:
    if top is None:
        return ""
    return join(top.pointer, len(top.node) if isinstance(top.node, list) else top.key or "")


def _value(builder: _Builder, event: NodeEvent, pointer: str, line: int) -> Tree:
    if isinstance(event, AliasEvent):
        builder.tell(
            pointer, "yaml.alias", line, "不支持别名（*），请写全。", "aliases (*) are not read; write it out."
        )
        return ""
    if getattr(event, "tag", None) not in (None, "!"):
        builder.tell(pointer, "yaml.tag", line, "不支持标签（!），请删去。", "tags (!) are not read; remove it.")
    if isinstance(event, MappingStartEvent):
        return {}
    if isinstance(event, SequenceStartEvent):
        return []
    text = _joined(str(event.value)) if isinstance(event, ScalarEvent) else ""
    if _CONTROL.search(text):
        builder.tell(pointer, "yaml.control", line, "含有控制字符。", "holds a control character.")
        return ""
    return text


def _joined(text: str) -> str:
    """JSON writes a character beyond U+FFFF as two escapes; here they become one. A lone half stays and is told."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _open(builder: _Builder, pointer: str, node: list[Tree] | dict[str, Tree], line: int) -> None:
    if len(builder.stack) >= MAX_DEPTH:
        zh, en = f"嵌套超过 {MAX_DEPTH} 层。", f"nested deeper than {MAX_DEPTH} levels."
        raise builder.stop("yaml.depth", line, zh, en)
    builder.stack.append(_Open(pointer, node))


def _problem(pointer: str, code: str, zh: str, en: str) -> Problem:
    return Problem(pointer, code, {"zh-CN": zh, "en": en})
