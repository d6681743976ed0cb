"""What a flow file says, for the reference model: its parts by key, and the truth of its conditions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property
from typing import Any

from ruamel.yaml import YAML

Facts = dict[str, Any]


@dataclass(frozen=True)
class Spec:
    """One version of a flow, every scalar as text."""

    raw: dict[str, Any]

    @staticmethod
    @cache
    def read(source: str) -> "Spec":
        return Spec(YAML(typ="base").load(source))

    def __deepcopy__(self, _: Any) -> "Spec":
        return self

    @property
    def key(self) -> str:
        return str(self.raw["key"])

    @property
    def version(self) -> int:
        return int(self.raw["version"])

    @property
    def stages(self) -> list[dict[str, Any]]:
        return list(self.raw["stages"])

    @property
    def items(self) -> list[dict[str, Any]]:
        return list(self.raw["items"])

    @property
    def groups(self) -> dict[str, Any]:
        return {each["key"]: each for each in self.raw.get("groups", ())}

    @cached_property
    def rules(self) -> list[dict[str, Any]]:
        """With the figures of the flow in their conditions."""
        return [{**each, "when": self._filled(each.get("when"))} for each in self.raw["rules"]]

    @cached_property
    def _steps(self) -> dict[str, dict[str, Any]]:
        return {each["key"]: {**each, "when": self._filled(each.get("when"))} for each in self.raw["transitions"]}

    def stage(self, key: str) -> dict[str, Any]:
        return next(each for each in self.raw["stages"] if each["key"] == key)

    def rule(self, key: str) -> dict[str, Any]:
        return next(each for each in self.rules if each["key"] == key)

    def step(self, key: str) -> dict[str, Any] | None:
        return self._steps.get(key)

    def steps(self, stage: str) -> list[dict[str, Any]]:
        return [each for each in self._steps.values() if stage in each["from"]]

    def item(self, key: str) -> dict[str, Any]:
        return next(each for each in self.raw["items"] if each["key"] == key)

    def shown(self, stage: str) -> str:
        """The stage that the client sees."""
        return str(self.stage(stage).get("part_of", stage))

    def by_eye(self, item: str) -> bool:
        """Whether a person must confirm something that no machine sees."""
        return any(check["kind"] in ("signature", "seal") for check in self.item(item).get("checks", ()))

    def _filled(self, term: Any) -> Any:
        if isinstance(term, dict):
            return {key: self._filled(value) for key, value in term.items()}
        if isinstance(term, list):
            return [self._filled(each) for each in term]
        if isinstance(term, str) and term.startswith("${") and term.endswith(".keys}"):
            return list(self.raw["params"][term[2:-6]]["value"])
        return term


def value_of(offset: str) -> timedelta:
    """A calendar offset of a rule: `0min`, `+1cd`."""
    if offset == "0min":
        return timedelta()
    if not offset.endswith("cd"):
        raise ValueError(f"the model counts calendar days, not {offset}")
    return timedelta(days=int(offset[:-2]))


def met(term: dict[str, Any] | None, facts: Facts, only: Collection[str] | None = None) -> bool | None:
    """Whether a condition holds; None: it cannot be known. `only`: clauses about other facts are taken as open."""
    if not term:
        return True
    for name, want, verdict in (("all", True, all), ("any", True, any), ("none", False, all)):
        if name in term:
            found = [met(each, facts, only) for each in term[name]]
            if only is not None and name != "any" and None in found:
                return False if (not want) in found else None
            return verdict(each is want for each in found)
    if only is not None and term.get("field") not in only:
        return None
    return _clause(term, facts)


def _clause(term: dict[str, Any], facts: Facts) -> bool | None:
    if "cel" in term:
        left, unequal, right = term["cel"].partition(" != ")
        if not unequal:
            return bool(term["cel"] == "true")
        return None if None in (facts.get(left), facts.get(right)) else facts[left] != facts[right]
    there: Any = facts.get(term["field"])
    op, wanted = term["op"], term.get("value", "")
    if op in ("filled", "empty"):
        return (there is not None) is (op == "filled")
    if there is None:
        return None
    match op:
        case "is_true" | "is_false":
            return there is (op == "is_true")
        case "eq" | "ne":
            return (there == wanted) is (op == "eq")
        case "in" | "not_in":
            return (there in wanted) is (op == "in")
        case "contains":
            return wanted in there
        case "gt" | "le":
            return (int(there) > int(wanted)) is (op == "gt")
    raise ValueError(f"the model does not know {op}")
