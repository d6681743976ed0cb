"""Puts the flow's parameters where ``${name}`` stands, before the shape is read.

``${name}`` as a whole scalar becomes the value as it is (a text, a list, a mapping), ``${name.keys}`` the list of a
mapping's keys; within a longer text the value must be a text. Nothing inside ``params`` is replaced.
"""

import re
from collections.abc import Callable

from core.engine.pointer import join
from core.engine.yaml_source import MAX_BYTES, Tree
from core.kit.errors import Problem

MAX_INSERTED = 4 * MAX_BYTES  # characters that all insertions together may bring in

_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"([a-z][a-z0-9_]*)(\.keys)?")


def fill_params(data: Tree) -> tuple[Tree, list[Problem]]:
    """The document with its parameters put in, and a problem for every reference that has no fitting value.

    A reference that cannot be filled stays as it is written. Pointers are those of the document that was given.
    """
    if not isinstance(data, dict):
        return data, []
    declared = data.get("params")
    filler = _Filler(declared if isinstance(declared, dict) else {})
    filled: dict[str, Tree] = {
        key: value if key == "params" else filler.walk(value, join("", key)) for key, value in data.items()
    }
    return filled, filler.problems


class _Filler:
    def __init__(self, declared: dict[str, Tree]) -> None:
        self.values = {
            key: param["value"] for key, param in declared.items() if isinstance(param, dict) and "value" in param
        }
        self.declared = frozenset(declared)
        self.problems: list[Problem] = []
        self.left = MAX_INSERTED

    def walk(self, node: Tree, pointer: str) -> Tree:
        if isinstance(node, dict):
            return {key: self.walk(value, join(pointer, key)) for key, value in node.items()}
        if isinstance(node, list):
            return [self.walk(value, join(pointer, index)) for index, value in enumerate(node)]
        if "${" not in node:
            return node
        if (whole := _REFERENCE.fullmatch(node)) is not None:
            return self.value(whole, pointer)
        return _REFERENCE.sub(self.text_at(pointer), node)

    def text_at(self, pointer: str) -> Callable[[re.Match[str]], str]:
        def text(match: re.Match[str]) -> str:
            value = self.value(match, pointer)
            if isinstance(value, str):
                return value
            zh = f"参数 {match[1]} 不是文本，不能写在一段文字里。"
            self.tell(
                pointer, "flow.param_not_text", zh, f"Parameter {match[1]} is no text: it cannot stand within one."
            )
            return match[0]

        return text

    def value(self, match: re.Match[str], pointer: str) -> Tree:
        name = _NAME.fullmatch(match[1])
        if name is None or name[1] not in self.values:
            if name is None or name[1] not in self.declared:  # else its missing value is told by the shape
                zh = f"没有参数“{match[1]}”，请在 params 中定义。"
                self.tell(
                    pointer, "flow.unknown_param", zh, f'There is no parameter "{match[1]}": define it in params.'
                )
            return match[0]
        value = self.values[name[1]]
        if name[2] is not None:
            if not isinstance(value, dict):
                zh = f"参数 {name[1]} 不是映射，没有 .keys。"
                self.tell(pointer, "flow.param_no_keys", zh, f"Parameter {name[1]} is no mapping: it has no .keys.")
                return match[0]
            value = list(value)
        self.left -= _size(value)
        if self.left < 0:
            zh, en = (
                f"参数展开后超过 {MAX_INSERTED} 个字符。",
                f"Parameters put in more than {MAX_INSERTED} characters.",
            )
            self.tell(pointer, "flow.params_size", zh, en)
            return ""
        return value

    def tell(self, pointer: str, code: str, zh: str, en: str) -> None:
        self.problems.append(Problem(pointer, code, {"zh-CN": zh, "en": en}))


def _size(value: Tree) -> int:
    """Characters, and one more for every value, so that a list of empty texts counts too."""
    if isinstance(value, dict):
        return 1 + sum(len(key) + _size(member) for key, member in value.items())
    if isinstance(value, list):
        return 1 + sum(_size(member) for member in value)
    return 1 + len(value)
