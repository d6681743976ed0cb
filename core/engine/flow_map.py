"""The map by which running cases go over to another version of their flow: what it says, and whether it will do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.engine.flow import Flow
from core.engine.pointer import join
from core.engine.spec_problems import problems_of
from core.engine.text import Words
from core.engine.yaml_source import read_yaml
from core.kit.errors import Invalid, Problem

MOST_KEYS: Final = 500
_NOTHING: Final = frozenset({"", "~", "null"})  # how YAML says None; every scalar is read as text


class FlowMap(BaseModel):
    """Old key -> new key; of items and fields None: it ends here. A key that is left out stays what it is where the
    target has it too; an item or field that the target does not have ends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stages: dict[str, str] = Field(default_factory=dict, max_length=MOST_KEYS)
    items: dict[str, str | None] = Field(default_factory=dict, max_length=MOST_KEYS)
    fields: dict[str, str | None] = Field(default_factory=dict, max_length=MOST_KEYS)

    def stage(self, key: str, target: Flow) -> str | None:
        """The new stage; None where the map does not say one."""
        return self.stages.get(key, key if _has(target.stages, key) else None)

    def item(self, key: str, target: Flow) -> str | None:
        return self.items.get(key, key if _has(target.items, key) else None)

    def field(self, key: str, target: Flow) -> str | None:
        return self.fields.get(key, key if _has(target.fields, key) else None)


@dataclass(frozen=True, slots=True)
class Occupied:
    """A stage of a version in which open cases stand."""

    version: int
    stage: str
    cases: int


def read_map(source: bytes) -> FlowMap:
    """A map in YAML: `stages`, `items` and `fields`. Raises Invalid with every problem of reading and shape."""
    document = read_yaml(source)
    data = document.data or {}
    if isinstance(data, dict):
        data = {part: _with_none(part, keys) for part, keys in data.items()}
    try:
        found = FlowMap.model_validate(data)
    except ValidationError as error:
        raise Invalid(
            problems=[*document.problems, *problems_of(error, data, schema=FlowMap.__pydantic_core_schema__)]
        ) from error
    if document.problems:
        raise Invalid(problems=document.problems)
    return found


def _with_none(part: object, keys: Any) -> Any:
    if part == "stages" or not isinstance(keys, dict):
        return keys
    return {key: None if isinstance(value, str) and value in _NOTHING else value for key, value in keys.items()}


def map_problems(
    declared: FlowMap, sources: Mapping[int, Flow], target: Flow, occupied: Sequence[Occupied]
) -> list[Problem]:
    """Everything that is wrong with a map at once; pointers go into the map. ``sources`` by version number."""
    return [
        *_unknown(declared, sources, target),
        *_uncovered(declared, target, occupied),
        *_ended(declared, sources, target),
        *_unlike(declared, sources, target),
        *_twice(declared, sources, target),
    ]


def _has(pieces: Sequence[Any], key: str) -> bool:
    return any(each.key == key for each in pieces)


_PARTS: Final[Mapping[str, Words]] = {
    "stages": {"zh-CN": "阶段", "en": "stage"},
    "items": {"zh-CN": "材料项", "en": "item"},
    "fields": {"zh-CN": "字段", "en": "field"},
}


def _unknown(declared: FlowMap, sources: Mapping[int, Flow], target: Flow) -> Iterator[Problem]:
    for part, name in _PARTS.items():
        for old, new in getattr(declared, part).items():
            at = join("", part, old)
            if not any(_has(getattr(flow, part), old) for flow in sources.values()):
                versions = ", ".join(str(number) for number in sorted(sources)) or "-"
                zh = f"原版本（{versions}）没有{name['zh-CN']} {old}，请删去或改正"
                en = f"no source version ({versions}) has the {name['en']} {old}: take it out or mend it"
                yield Problem(at, "map.unknown_old", {"zh-CN": zh, "en": en})
            if new is not None and not _has(getattr(target, part), new):
                zh = f"目标版本 {target.version} 没有{name['zh-CN']} {new}，请改为它有的键"
                en = f"version {target.version} has no {name['en']} {new}: name one that it has"
                yield Problem(at, "map.unknown_new", {"zh-CN": zh, "en": en})


def _uncovered(declared: FlowMap, target: Flow, occupied: Sequence[Occupied]) -> Iterator[Problem]:
    counts: dict[str, int] = {}
    for each in occupied:
        counts[each.stage] = counts.get(each.stage, 0) + each.cases
    for stage, cases in counts.items():
        if declared.stage(stage, target) is None:
            zh = f"阶段 {stage} 有 {cases} 个进行中的案件，映射没有说明去向，请在 stages 中写明"
            en = (
                f"{cases} open case(s) stand in stage {stage} and the map does not say where they go: name it in stages"
            )
            yield Problem(join("", "stages", stage), "map.uncovered", {"zh-CN": zh, "en": en})


def _ended(declared: FlowMap, sources: Mapping[int, Flow], target: Flow) -> Iterator[Problem]:
    """A case is closed by a step of its flow, which tells its client, and not by a map."""
    for old in _keys("stages", sources):
        new = declared.stage(old, target)
        running = any(_has(flow.stages, old) and not flow.stage(old).final for flow in sources.values())
        if running and new is not None and _has(target.stages, new) and target.stage(new).final:
            zh = f"阶段 {new} 是终点，映射不能结束案件，请改为进行中的阶段"
            en = f"stage {new} is final and a map closes no case: name a stage that is under way"
            yield Problem(join("", "stages", old), "map.final", {"zh-CN": zh, "en": en})


def _unlike(declared: FlowMap, sources: Mapping[int, Flow], target: Flow) -> Iterator[Problem]:
    """What goes over must be of one kind: an item asked of each traveller or once, a field of one type."""
    for part, mark in (("items", "per"), ("fields", "type")):
        for old in _keys(part, sources):
            new = getattr(declared, part[:-1])(old, target)
            after = next((each for each in getattr(target, part) if each.key == new), None)
            kinds = {
                getattr(each, mark) for flow in sources.values() for each in getattr(flow, part) if each.key == old
            }
            if after is None or kinds == {getattr(after, mark)}:
                continue
            was, now = "/".join(sorted(kinds)), getattr(after, mark)
            zh = f"{_PARTS[part]['zh-CN']} {old} 原为 {mark}: {was}，{new} 为 {now}，请写 null 使其终止或改为同类的键"
            en = f"{_PARTS[part]['en']} {old} is {mark}: {was} and {new} is {now}: say null or name one like it"
            yield Problem(join("", part, old), f"map.{mark}", {"zh-CN": zh, "en": en})


def _twice(declared: FlowMap, sources: Mapping[int, Flow], target: Flow) -> Iterator[Problem]:
    for part in ("items", "fields"):
        for flow in sources.values():
            taken: dict[str, str] = {}
            for each in getattr(flow, part):
                new = getattr(declared, part[:-1])(each.key, target)
                if new is not None and new in taken:
                    zh = f"{taken[new]} 和 {each.key} 都改为 {new}，其中一个请写 null"
                    en = f"{taken[new]} and {each.key} both become {new}: say null for one of them"
                    yield Problem(join("", part, each.key), "map.twice", {"zh-CN": zh, "en": en})
                elif new is not None:
                    taken[new] = each.key


def _keys(part: str, sources: Mapping[int, Flow]) -> list[str]:
    return list(dict.fromkeys(each.key for flow in sources.values() for each in getattr(flow, part)))
