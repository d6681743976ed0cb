"""Lint: what is left of a document when the parts with a wrong shape are taken out, so that the rest can be linted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import ValidationError

from core.engine.flow import Flow
from core.engine.pointer import descend, join, split
from core.engine.spec_problems import problems_of
from core.engine.yaml_source import Tree
from core.kit.errors import Problem

_ROUNDS = 8  # taking a part out may leave its whole without something needed: then that goes too, and so on upwards

_STAND_INS: dict[str, Tree] = {
    "key": "flow",
    "version": "1",
    "kind": "visa",
    "name": {"zh-CN": "-", "en": "-"},
    "calendar": "-",
}
"""For what the document itself must have: with these the rest can be read."""

_WHOLE = {
    "flow.unreachable": ("stages", "transitions"),
    "flow.no_way_out": ("stages", "transitions"),
    "flow.final_way_out": ("stages", "transitions"),
    "flow.cycle": ("stages", "transitions"),
    "flow.no_final": ("stages", "transitions"),
    "flow.weights": ("stages",),
    "flow.approval_seats": ("stages",),
    "flow.group_size": ("items",),
}
"""Problems that look at whole lists: not told when a part of one is missing."""


_HINT = re.compile(r" Known: |; did you mean ")
"""Behind it a sentence lists names that are there: one of them may be that of something else that was taken out."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The problems of shape, and the flow that is left, or None if nothing is.

    ``kept`` gives, for a list from which parts were taken, the original indexes of those that stayed, by the list's
    original pointer. ``names`` are the keys of what was taken out, ``lists`` the top-level keys under which it stood.
    """

    flow: Flow | None
    problems: tuple[Problem, ...]
    kept: dict[str, list[int]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()

    def original(self, pointer: str) -> str:
        """A pointer into what is left as a pointer into the whole."""
        found = ""
        for part in split(pointer):
            indexes = self.kept.get(found)
            found = join(found, indexes[int(part)] if indexes is not None and part.isdecimal() else part)
        return found

    def follows(self, problem: Problem) -> bool:
        """Whether a problem of the rest may only be there because something was taken out."""
        if self.lists.intersection(_WHOLE.get(problem.code, ())):
            return True
        sentence = _HINT.split(problem.message.get("en", ""))[0]
        return any(re.search(rf"(?<![\w]){re.escape(name)}(?!\w)", sentence) for name in self.names)


def the_rest(data: Tree) -> Rest:
    """Read the document; where its shape is wrong, take that out until the remainder can be read."""
    problems: tuple[Problem, ...] | None = None
    bad: set[str] = set()
    for _ in range(_ROUNDS):
        kept: dict[str, list[int]] = {}
        left = _without(data, "", bad, kept)
        if problems is not None and isinstance(left, dict):
            left = {**_STAND_INS, **left}
        rest = Rest(None, problems or (), kept, frozenset(_names(data, bad)), frozenset(split(at)[0] for at in bad))
        try:
            flow = Flow.model_validate(left)
        except ValidationError as error:
            if problems is None:
                problems = tuple(problems_of(error, data))
            found = {rest.original(pointer) for pointer in _places(error, left)}
            if "" in found and not isinstance(data, dict):
                break
            bad |= found - {""}
        else:
            return Rest(flow, rest.problems, kept, rest.names, rest.lists)
    return Rest(None, problems or ())


def _places(error: ValidationError, left: Tree) -> Iterator[str]:
    """What to take out for each mistake: the value at fault, or the whole that lacks something."""
    for found in error.errors(include_url=False):
        yield join("", *descend(left, found["loc"]))


def _without(node: Tree, pointer: str, bad: set[str], kept: dict[str, list[int]]) -> Tree:
    if isinstance(node, dict):
        places = {key: join(pointer, key) for key in node}
        return {key: _without(value, places[key], bad, kept) for key, value in node.items() if places[key] not in bad}
    if isinstance(node, list):
        indexes = [index for index in range(len(node)) if join(pointer, index) not in bad]
        if len(indexes) < len(node):
            kept[pointer] = indexes
        return [_without(node[index], join(pointer, index), bad, kept) for index in indexes]
    return node


def _names(data: Tree, bad: set[str]) -> Iterator[str]:
    """The keys by which other parts may call what was taken out."""
    for pointer in bad:
        node: Tree = data
        for part in split(pointer):
            node = node[part] if isinstance(node, dict) else node[int(part)]
        yield from _keys(node)
        if pointer.startswith("/messages/"):
            yield split(pointer)[1]


def _keys(node: Tree) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(key := node.get("key"), str) and key:
            yield key
        for value in node.values():
            yield from _keys(value)
    elif isinstance(node, list):
        for member in node:
            yield from _keys(member)
