"""Lint: an empty value such as `as: null`. A flow's scalars are texts, so it would be taken for the word null."""

from collections.abc import Iterator
from typing import Final

from core.engine.pointer import join
from core.engine.yaml_source import Tree
from core.kit.errors import Problem

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})  # how YAML says nothing
_FREE: Final = frozenset({"params", "meta", "messages", "texts", "value", "zh-CN", "en"})  # any text may stand there


def null_problems(document: Tree, pointer: str = "") -> Iterator[Problem]:
    """One for each key whose value is nothing; a list's member is looked at by whoever reads the list."""
    if isinstance(document, list):
        for index, member in enumerate(document):
            if not isinstance(member, str):
                yield from null_problems(member, join(pointer, index))
    elif isinstance(document, dict):
        for key, value in document.items():
            if key in _FREE:
                continue
            if not isinstance(value, str):
                yield from null_problems(value, join(pointer, key))
            elif value in _NULLS:
                yield _nothing(key, value, join(pointer, key))


def _nothing(key: str, value: str, pointer: str) -> Problem:
    said = {"zh-CN": f"是 {value}" if value else "没有值", "en": f"is {value}" if value else "has no value"}
    zh = f"“{key}”{said['zh-CN']}：不需要时请去掉这个键，否则请写上它的值。"
    en = f'"{key}" {said["en"]}: leave the key out, or write its value.'
    return Problem(pointer, "shape.null", {"zh-CN": zh, "en": en})
