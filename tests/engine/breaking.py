"""Healthy flows, and ways to break one at a place such that exactly there something must be told."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, Final

from core.engine.lint import examine
from core.engine.pointer import join, split
from core.engine.yaml_source import read_yaml
from core.kit.errors import Problem
from tests.engine.flow_parts import FLOWS, KNOWN, SHIPPED, healthy, look, put, resolve, shipped_source

Told = frozenset[tuple[str, str]]  # pointer and code


@dataclass(frozen=True)
class Break:
    """One change. ``place``: pointer of what is changed; ``at``: where its problem must point."""

    how: str
    place: str
    at: str
    value: str = ""  # what is put there, as JSON
    leans: bool = False  # its problem is seen only while stages, steps, fields, items and rules can be read


@lru_cache(maxsize=1)
def flows() -> dict[str, Any]:
    """Name -> document: the shipped flows, the one of the language's page, the small one of the tests, and the one with
    every newer word."""
    page = (FLOWS / "README.md").read_text(encoding="utf-8")
    [example, *_] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    read: dict[str, Any] = {key: read_yaml(shipped_source(key)).data for key in SHIPPED}
    newer = read_yaml((FLOWS.parent / "tests" / "meetings" / "flow.yaml").read_bytes()).data
    return {"readme": read_yaml(example.encode()).data, "small": healthy(), "everything": newer, **read}


def sources() -> list[bytes]:
    """The texts as people wrote them, with their comments."""
    page = (FLOWS / "README.md").read_text(encoding="utf-8")
    return [re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0].encode(), *(shipped_source(key) for key in SHIPPED)]


NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "stages": ("name", "owner"),
    "transitions": ("to", "label", "by", "from"),
    "items": ("name", "requirement"),
    "fields": ("name", "type"),
    "groups": ("name",),
    "rules": ("name", "then"),
    "reasons": ("name",),
    "applicant_types": ("name",),
}
REFERS: Final[dict[str, tuple[str, ...]]] = {
    "stages": ("owner",),
    "transitions": ("to", "by/0", "from/0", "form/0"),
    "items": ("group",),
    "rules": ("on", "then/0/action", "at/anchor"),
}
SHAPED: Final[dict[str, tuple[tuple[str, Any], ...]]] = {
    "stages": (("weight", "many"), ("due", "soon"), ("name", "only one language"), ("final", "perhaps")),
    "transitions": (("from", "collect"), ("label", []), ("by", {})),
    "items": (("max_files", "0"), ("per", "person"), ("accept", ["exe"]), ("checks", "none")),
    "fields": (("type", "colour"), ("pii", "secret"), ("choices", "a, b")),
    "groups": (("min", "-1"), ("min", "all")),
    "rules": (("then", []), ("when", {"all": []}), ("at", "tomorrow"), ("then", "nothing")),
}


FREE: Final = frozenset({"args", "value"})  # what an action or a clause takes is its own matter
OPEN: Final = frozenset({"gives", "kinds", "name", "client_text", "label", "requirement", "note", "ask"})  # any key
RANGES: Final[dict[str, tuple[str, ...]]] = {
    "most": ("0", "51", "many"),
    "seats": ("0", "16"),
    "mean": ("0", "101"),
    "share": ("0/3", "half"),
    "times": ("0", "61"),
    "warn_days": ("-1", "91"),
    "weight": ("-1", "101"),
    "due": ("soon",),
    "offset": ("tomorrow", "1x"),
    "every": ("0x",),
    "until": ("client_sleeps",),
    "mode": ("lottery",),
    "max_files": ("0", "101"),
    "max_mb": ("0", "201"),
}
NAMES: Final[dict[str, str]] = {
    "to": "nowhere",
    "accept": "nowhere",
    "return": "nowhere",
    "approve": "nowhere",
    "decline": "nowhere",
    "resume": "nowhere",
    "by": "nobody",
    "role": "nobody",
    "owner": "nobody",
    "added": "nothing",
    "done": "nothing",
    "each": "case.nowhere",
    "lapses_before": "nowhere",
    "choices_from": "nowhere",
    "lookup": "nowhere",
    "anchor": "case.nowhere",
    "flow": "../etc",
}
"""Values out of range, and names of things that are not there."""


def breaks_of(tree: Any) -> list[Break]:
    """Every way that is known for this flow."""
    found = []
    for part in NEEDED:
        for index, piece in enumerate(tree.get(part, ())):
            found += list(_of_piece(part, join("", part, index), piece))
    return found


def deep_breaks_of(tree: Any) -> list[Break]:
    """Every value below a piece is of a wrong shape, every mapping has a key too many, every key stands twice."""
    found = []
    for part in (*NEEDED, "children", "services"):
        pieces = tree.get(part, ())
        for index, piece in enumerate(pieces):
            at = join("", part, index)
            found += list(_below(piece, at))
            if index:
                doubled = json.dumps(pieces[0]["key"])
                found.append(Break("put", join(at, "key"), join(at, "key"), doubled, leans=True))
            found.append(Break("put", join(at, "key"), join(at, "key"), '"Not a key"', leans=True))
    return found


def _below(node: Any, at: str) -> Iterator[Break]:
    for key, value in node.items():
        place = join(at, key)
        if key in FREE:
            continue
        if isinstance(value, dict):
            yield Break("put", place, place, '"no mapping"')
            if key not in OPEN:
                yield Break("put", join(place, "surplus_key"), join(place, "surplus_key"), '"x"')
                yield from _below(value, place)
        elif isinstance(value, list):
            yield Break("put", place, place, '{"no": "list"}')
            yield from (Break("put", join(place, n), join(place, n), '["odd"]') for n in range(len(value)))
        else:
            yield Break("put", place, place, '["odd"]')
            if key in RANGES:
                yield from (Break("put", place, place, json.dumps(each)) for each in RANGES[key])
            if key in NAMES:
                yield Break("put", place, place, json.dumps(NAMES[key]), leans=True)


def mistakes_of(mistakes: Iterable[tuple[str, Any, str, str]]) -> list[Break]:
    """Each mistake that lint knows, in the small flow: pointer, value, code, pointer of the problem."""
    found = []
    for pointer, value, _, place in mistakes:
        found.append(Break("put", pointer, place, json.dumps(value, ensure_ascii=False), leans=True))
    return found


def _of_piece(part: str, at: str, piece: dict[str, Any]) -> Iterator[Break]:
    yield Break("surplus", at, join(at, "surplus_key"))
    yield from (Break("without", join(at, key), at) for key in NEEDED[part] if key in piece)
    if "name" in piece:
        yield Break("one language", join(at, "name"), join(at, "name"))
    for way in REFERS.get(part, ()):
        place = f"{at}/{way}"
        try:
            resolve(piece, "/" + way)
        except (KeyError, IndexError):
            continue
        yield Break("nowhere", place, place)
    for number, (key, _) in enumerate(SHAPED.get(part, ())):
        yield Break(f"shape {number}", join(at, key), join(at, key))
    for key in ("when", "required_when"):
        if "field" in _first_clause(piece.get(key)):
            group = next(iter(piece[key]))
            yield Break("nowhere", f"{at}/{key}/{group}/0/field", f"{at}/{key}/{group}/0")


def _first_clause(condition: Any) -> dict[str, Any]:
    members = next(iter(condition.values()), None) if isinstance(condition, dict) else None
    return members[0] if isinstance(members, list) and members and isinstance(members[0], dict) else {}


def broken(tree: Any, breaks: list[Break]) -> Any:
    """A copy with all of these."""
    changed = deepcopy(tree)
    for each in breaks:
        if each.value:
            changed = put(changed, each.place, json.loads(each.value))
            continue
        *way, last = split(each.place)
        node: Any = changed
        for part in way:
            node = node[int(part)] if isinstance(node, list) else node[part]
        place: Any = int(last) if isinstance(node, list) else last
        if each.how == "surplus":
            node[place]["surplus_key"] = "x"
        elif each.how == "without":
            del node[place]
        elif each.how == "one language":
            node[place] = {"zh-CN": "名"}
        elif each.how == "nowhere":
            node[place] = "case.nowhere_at_all" if last in ("field", "anchor") else "nowhere_at_all"
        else:
            node[place] = deepcopy(SHAPED[way[0]][int(each.how.split()[1])][1])
    return changed


QUIET: Final = frozenset({"reasons", "applicant_types"})


def apart(chosen: list[Break]) -> bool:
    """Whether no one is within another's piece: what is left out of a piece cannot be looked at any more. One that
    leans on others stands beside what nothing leans on."""
    pieces = [tuple(split(each.place)[:2]) for each in chosen]
    quiet = sum(each[0] in QUIET for each in pieces)
    return len(set(pieces)) == len(pieces) and (quiet >= len(chosen) - 1 or not any(each.leans for each in chosen))


def told_by(tree: Any) -> tuple[Told, tuple[Problem, ...]]:
    found = look(tree)
    return frozenset((each.pointer, each.code) for each in found.problems), found.problems


def garble(source: bytes, random: Random) -> bytes:
    """A text that was edited carelessly, one to three times."""
    lines = source.decode().split("\n")
    for _ in range(random.randint(1, 3)):
        GARBLES[random.randrange(len(GARBLES))](lines, random)
        lines = lines or [""]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _cut(lines: list[str], random: Random) -> None:
    del lines[random.randrange(len(lines))]


def _twice(lines: list[str], random: Random) -> None:
    at = random.randrange(len(lines))
    lines.insert(at, lines[at])


def _shift(lines: list[str], random: Random) -> None:
    at = random.randrange(len(lines))
    lines[at] = random.choice([" ", "  ", "\t", ""]) + (lines[at] if random.random() < 0.5 else lines[at][1:])


def _swap(lines: list[str], random: Random) -> None:
    one, two = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]


def _letter(lines: list[str], random: Random) -> None:
    at = random.randrange(len(lines))
    place = random.randrange(len(lines[at]) + 1)
    odd = random.choice(
        [*":-{}[]#&*!|>'\"%@`,?~", "\x00", "\ufeff", "\u2028", "签", "- ", ": ", "<<: *a", "&a ", "!!int "]
    )
    lines[at] = lines[at][:place] + odd + lines[at][place + random.randint(0, 2) :]


def _end(lines: list[str], random: Random) -> None:
    del lines[random.randrange(len(lines)) :]


GARBLES: Final[tuple[Callable[[list[str], Random], None], ...]] = (_cut, _twice, _shift, _swap, _letter, _letter, _end)


def check_told(problems: tuple[Problem, ...], document: Any) -> None:
    """Each at a place that is there, in both languages."""
    for problem in problems:
        resolve(document, problem.pointer)
        assert problem.code, problem
        assert problem.message["zh-CN"].strip(), problem
        assert problem.message["en"].strip(), problem


def check_lines(problems: tuple[Problem, ...], source: bytes) -> None:
    """Of a text that is no document, so that no pointer can be followed: each names a line that is there."""
    lines = len(source.decode().splitlines()) + 1
    for problem in problems:
        if problem.code != "yaml.empty":
            for said in (problem.message["zh-CN"], problem.message["en"]):
                assert 1 <= int(re.findall(r"(?:第|Line) (\d+)", said)[0]) <= lines, problem


def examined(source: bytes) -> tuple[Problem, ...]:
    found = examine(source, KNOWN)
    assert (found.flow is None) == bool(found.problems)
    return found.problems
