"""What is other in one flow than in another: every change with its place, both values, and a sentence for people.

Compared is what the flows say, not how their files are laid out: defaults are written out, comments and the order of
keys in a mapping do not count (but where a parameter's keys are listed, their order does). Pieces of a list go
together by their key, so one with another key is one that was removed and one that was added. ``${parameters}`` are
put in: a parameter's new value shows where it stands and wherever it is used. Both flows are such as compile.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.engine.flow import Flow
from core.engine.flow_diff_names import CHECKS, MAPPINGS, PIECES
from core.engine.flow_diff_values import Values
from core.engine.flow_diff_words import (
    LISTED,
    Thing,
    added,
    changed,
    label_of,
    order_of,
    removed,
)
from core.engine.pointer import join
from core.engine.text import LANGUAGES, Words

Kind = Literal["added", "removed", "changed"]
Tree = Any  # what JSON holds
Keyed = Mapping[tuple[str, int], tuple[int, dict[str, Tree]]]  # key, which of that key -> position, piece

TEXTS = frozenset(
    {"name", "client_text", "label", "ask", "requirement", "sample", "note"}
)  # attributes in both languages

QUOTED = TEXTS | {"when", "required_when", "then", "approval"}  # what is long or holds commas


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``pointer`` is a place in the newer flow, of what was removed in the older one, with defaults
    written out. ``part`` and ``key`` say whose it is ("stages", "collect"; the flow's own: the attribute and ""), and
    ``name`` what people call that. ``old`` is None for what was added, ``new`` for what was removed; both are JSON.
    """

    pointer: str
    kind: Kind
    part: str
    key: str
    name: Words
    old: Tree
    new: Tree
    words: Words


def changes(before: Flow, after: Flow) -> tuple[Change, ...]:
    """Every difference, in the order in which a flow is written; none for two flows that say the same."""
    return tuple(_Comparison(before, after).flow())


class _Comparison:
    """One comparison; ``old`` and ``new`` say values in the words of either flow."""

    def __init__(self, before: Flow, after: Flow) -> None:
        self.before, self.after = before, after
        self.old, self.new = Values(before), Values(after)

    def flow(self) -> Iterator[Change]:
        before, after = (each.model_dump(mode="json", by_alias=True) for each in (self.before, self.after))
        for part, new in after.items():
            old, pointer = before[part], join("", part)
            if part in MAPPINGS:
                yield from self.mapping(part, old, new)
            elif part in PIECES:
                yield from self.pieces(part, old, new, pointer, None)
            else:
                yield from self.attribute(Thing(part, "", self.after.name), part, old, new, pointer)

    def pieces(
        self, part: str, old: Sequence[dict[str, Tree]], new: Sequence[dict[str, Tree]], pointer: str, of: Thing | None
    ) -> Iterator[Change]:
        """Pieces that have a key; ``of``: the thing that they belong to."""
        before, after = _by_key(old), _by_key(new)
        for key, (position, piece) in before.items():
            if key not in after:
                thing, place = _thing(part, key[0], piece, of), join(pointer, position)
                yield _change(thing, place, "removed", piece, None, removed(thing))
        previous = None
        for key, (position, piece) in after.items():
            thing, place = _thing(part, key[0], piece, of), join(pointer, position)
            if key in before:
                yield from self.attributes(thing, before[key][1], piece, place)
            else:
                yield _change(thing, place, "added", None, piece, added(thing, previous))
            previous = thing
        yield from self.order(part, before, after, pointer, of)

    def order(self, part: str, before: Keyed, after: Keyed, pointer: str, of: Thing | None) -> Iterator[Change]:
        """The order of those that are in both."""
        old, new = [key for key in before if key in after], [key for key in after if key in before]
        if old == new:
            return
        owner = of or Thing(part, "", self.after.name)
        told = {
            language: (_called(part, old, before, language), _called(part, new, after, language))
            for language in LANGUAGES
        }
        words = changed(owner, order_of(part), told, "changed")
        yield _change(owner, pointer, "changed", [key[0] for key in old], [key[0] for key in new], words)

    def attributes(self, thing: Thing, old: Mapping[str, Tree], new: Mapping[str, Tree], at: str) -> Iterator[Change]:
        for name, value in new.items():
            yield from self.attribute(thing, name, old.get(name), value, join(at, name))

    def attribute(self, thing: Thing, name: str, old: Tree, new: Tree, pointer: str) -> Iterator[Change]:
        """An attribute of a thing: pieces of its own, words in every language, or a value."""
        if old == new:
            return
        if name in PIECES:
            yield from self.pieces(name, old, new, pointer, thing)
        elif name in TEXTS and old is not None and new is not None:
            yield from self.languages(thing, name, old, new, pointer)
        elif isinstance(old, dict) and isinstance(new, dict) and thing.kind == "params":
            for key in dict.fromkeys((*old, *new)):
                yield from self.value(thing, name, key, (old.get(key), new.get(key)), join(pointer, key))
        else:
            yield from self.value(thing, name, "", (old, new), pointer)

    def languages(
        self, thing: Thing, name: str, old: Mapping[str, str], new: Mapping[str, str], at: str
    ) -> Iterator[Change]:
        """Words, language by language; ``name`` is empty where the thing itself is words."""
        for language in dict.fromkeys((*old, *new)):
            yield from self.value(thing, name, language, (old.get(language), new.get(language)), join(at, language))

    def value(self, thing: Thing, name: str, inside: str, sides: tuple[Tree, Tree], pointer: str) -> Iterator[Change]:
        """``inside``: which part of the attribute, a language or a key; empty: the whole of it."""
        old, new = sides
        if old == new:
            return
        said = self.old.said(thing.kind, name, old), self.new.said(thing.kind, name, new)
        bare = self.old.said(thing.kind, name, old, labels=False), self.new.said(thing.kind, name, new, labels=False)
        # A condition whose sentence is its author's may have changed while the sentence has not.
        told = {
            each: (a, b) if (a := said[0][each]) != (b := said[1][each]) else (bare[0][each], bare[1][each])
            for each in LANGUAGES
        }
        kind: Kind = "added" if old is None else "removed" if new is None else "changed"
        quoted = name in QUOTED or thing.kind in ("messages", "texts", "meta")
        words = changed(thing, label_of(thing.kind, name, inside), told, kind, quoted=quoted)
        yield _change(thing, pointer, kind, old, new, words)

    def mapping(self, part: str, old: Mapping[str, Tree], new: Mapping[str, Tree]) -> Iterator[Change]:
        """What stands under a name: parameters, marks, messages, sentences of the bot."""
        for key in dict.fromkeys((*old, *new)):
            thing, pointer = Thing(part, key, dict.fromkeys(LANGUAGES, key)), join("", part, key)
            if key not in new:
                yield _change(thing, pointer, "removed", old[key], None, removed(thing))
            elif key not in old:
                yield _change(thing, pointer, "added", None, new[key], added(thing, None))
            elif part == "params":
                yield from self.attributes(thing, old[key], new[key], pointer)
            elif part == "meta":
                yield from self.value(thing, "", "", (old[key], new[key]), pointer)
            else:
                yield from self.languages(thing, "", old[key], new[key], pointer)


def _change(thing: Thing, pointer: str, kind: Kind, old: Tree, new: Tree, words: Words) -> Change:
    top = thing.top
    return Change(pointer, kind, top.kind, top.key, dict(top.name), old, new, words)


def _thing(part: str, key: str, piece: Mapping[str, Tree], of: Thing | None) -> Thing:
    name = piece["name"] if "name" in piece else piece.get("label")  # a step is known by the words on its button
    return Thing(part, key, CHECKS.get(key, dict.fromkeys(LANGUAGES, key)) if name is None else name, of)


def _called(part: str, keys: Sequence[tuple[str, int]], pieces: Keyed, language: str) -> str:
    return LISTED[language].join(_thing(part, key[0], pieces[key][1], None).called(language) for key in keys)


def _by_key(pieces: Sequence[dict[str, Tree]]) -> Keyed:
    """Checks have no key: theirs is the kind, and which of that kind it is."""
    found: dict[tuple[str, int], tuple[int, dict[str, Tree]]] = {}
    seen: Counter[str] = Counter()
    for position, piece in enumerate(pieces):
        key = str(piece["key"] if "key" in piece else piece["kind"])
        found[key, seen[key]] = position, piece
        seen[key] += 1
    return found
