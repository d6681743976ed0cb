"""Parameters that another version of a flow changes, and where each is used: places, and words for people."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from core.engine.flow import Flow
from core.engine.flow_diff_names import CHECKS, PARTS
from core.engine.flow_diff_words import Thing, label_of
from core.engine.pointer import join, split
from core.engine.spec_kinds import Param
from core.engine.text import LANGUAGES, Words
from core.engine.yaml_source import Tree, read_yaml

MOST_SHOWN: Final = 60  # characters of a value in a sentence
_REFERENCE: Final = re.compile(r"\$\{([a-z][a-z0-9_]*)(?:\.keys)?\}")


@dataclass(frozen=True, slots=True)
class Use:
    """A place that names a parameter: ``part`` and ``key`` say whose it is ("items", "bank_statement"; what is the
    flow's own: the attribute and ""), ``attribute`` which of it ("checks"; empty: all of it)."""

    pointer: str
    part: str
    key: str
    attribute: str
    words: Words


@dataclass(frozen=True, slots=True)
class ParamChange:
    """``old`` is None for a parameter that is new, ``new`` for one that is gone; ``uses`` are those of the newer flow,
    of one that is gone those of the older one."""

    key: str
    old: Param | None
    new: Param | None
    uses: tuple[Use, ...]

    @property
    def value_differs(self) -> bool:
        """Not only the day or the source."""
        return (None if self.old is None else self.old.value) != (None if self.new is None else self.new.value)


def param_changes(before: Flow, old_source: bytes, after: Flow, new_source: bytes) -> tuple[ParamChange, ...]:
    """In the newer flow's order, then those that are gone. The sources are those that the flows were read from."""
    old, new = before.params, after.params
    keys = [key for key in dict.fromkeys((*new, *old)) if old.get(key) != new.get(key)]
    if not keys:
        return ()
    uses = uses_of(after, new_source)
    gone = uses_of(before, old_source) if any(key not in new for key in keys) else {}
    return tuple(
        ParamChange(key, old.get(key), new.get(key), tuple((uses if key in new else gone).get(key, ()))) for key in keys
    )


def uses_of(flow: Flow, source: bytes) -> Mapping[str, list[Use]]:
    """By parameter: every place that names it, in the order of the source; ``flow`` was read from it."""
    found: dict[str, list[Use]] = defaultdict(list)
    data = read_yaml(source).data
    if not isinstance(data, dict):
        return found
    for part, value in data.items():
        if part != "params":
            for pointer, key in _named(value, join("", part)):
                found[key].append(_use(flow, data, pointer))
    return found


def change_words(change: ParamChange) -> Words:
    """What became of it: values, the days on which they were looked up, and where."""
    said: Words = {}
    for language, words in _WORDS.items():
        old, new = (None if side is None else _side(side, words) for side in (change.old, change.new))
        form = words["new"] if old is None else words["gone"] if new is None else words["changed"]
        said[language] = form.format(key=change.key, old=old, new=new)
    return said


def _side(param: Param, words: Mapping[str, str]) -> str:
    return words["side"].format(value=shown(param.value), day=param.as_of.isoformat(), source=param.source)


def shown(value: Any) -> str:
    """A value as a sentence shows it: its beginning, where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh-CN": {
        "side": "{value}（{day}，{source}）",
        "changed": "参数“{key}”由 {old} 变为 {new}",
        "new": "新增参数“{key}”：{new}",
        "gone": "删除参数“{key}”，原为 {old}",
    },
    "en": {
        "side": "{value} ({day}, {source})",
        "changed": 'Parameter "{key}": {old} would be {new}',
        "new": 'Parameter "{key}" is new: {new}',
        "gone": 'Parameter "{key}" is gone; it was {old}',
    },
}


def _named(node: Tree, pointer: str) -> Iterator[tuple[str, str]]:
    """Pointer and parameter of every reference; of two in one text each once."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _named(value, join(pointer, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _named(value, join(pointer, index))
    else:
        for key in dict.fromkeys(_REFERENCE.findall(node)):
            yield pointer, key


def _use(flow: Flow, data: Mapping[str, Tree], pointer: str) -> Use:
    part, *rest = split(pointer)
    thing, node = Thing(part, "", flow.name), cast(Any, data[part])
    attribute = ""
    if part in PARTS and rest:
        thing, node, rest = _below(thing, node, rest, flow)
        attribute = rest[0] if rest else ""
    key, of_piece = thing.key, len(rest) > 1 and attribute in PARTS
    if of_piece:  # a check, a choice, a sub-status
        thing, node, rest = _below(Thing(attribute, "", {}, thing), node[attribute], rest[1:], flow)
    name, inside = (rest[0] if rest else "", rest[1] if len(rest) > 1 and rest[1] in LANGUAGES else "")
    if name in LANGUAGES:
        name, inside = "", name
    label = label_of(thing.kind, name, inside) if name or inside else label_of("", part, "") if not key else {}
    words = {
        each: f"{thing.said(each)}{_COLON[each]}{label[each]}" if label else thing.said(each) for each in LANGUAGES
    }
    return Use(pointer, part, key, attribute, words)


_COLON: Final = {"zh-CN": "：", "en": ": "}


def _below(thing: Thing, node: Any, rest: list[str], flow: Flow) -> tuple[Thing, Any, list[str]]:
    """The piece of a list or a mapping to which ``rest`` leads, with what people call it, and the way that is left: a
    step is known by the words on its button, a check by its kind."""
    if isinstance(node, dict):
        return Thing(thing.kind, rest[0], dict.fromkeys(LANGUAGES, rest[0]), thing.of), node[rest[0]], rest[1:]
    piece = node[int(rest[0])]
    if not isinstance(piece, dict):
        return Thing(thing.kind, "", flow.name), piece, rest[1:]
    key = str(piece.get("key", piece.get("kind", rest[0])))
    said = piece.get("name", piece.get("label"))
    name = said if isinstance(said, dict) else CHECKS.get(key, dict.fromkeys(LANGUAGES, key))
    return Thing(thing.kind, key, dict(name), thing.of), piece, rest[1:]
