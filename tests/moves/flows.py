"""Versions of a flow as plain documents, changed at random; every stage, item and field keeps an identity of its own
through renames, so that an honest map from any version to any other is known."""

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from pydantic import ValidationError

from core.engine.flow import Flow
from core.engine.lint import lint
from core.engine.spec_params import fill_params
from core.engine.yaml_source import read_yaml
from tests.core.small_agency import FLOW
from tests.engine.flow_parts import KNOWN, as_source, words
from tests.moves.pieces import add_newer, field_of

KEY: Final = "small_matter"
PARTS: Final = ("stages", "items", "fields")
Tree = dict[str, Any]


@dataclass
class Version:
    """A document, and who each of its pieces is: part -> key -> identity."""

    tree: Tree
    who: dict[str, dict[str, int]]

    @property
    def number(self) -> int:
        return int(self.tree["version"])

    @property
    def source(self) -> str:
        return as_source(self.tree).decode()

    @property
    def flow(self) -> Flow:
        """Without reading its text, which costs ten times as much. Raises ValidationError."""
        return Flow.model_validate(fill_params(self.tree)[0])

    @property
    def passes(self) -> bool:
        """Whether lint has nothing to say; publishing reads the text besides."""
        try:
            flow = self.flow
        except ValidationError:
            return False
        known = {name: getattr(KNOWN, name) for name in ("actions", "roles", "texts", "events")}
        return not lint(flow, **known)

    def piece(self, part: str, key: str) -> Any:
        return next((each for each in self.tree.get(part, ()) if each["key"] == key), None)

    def keys(self, part: str) -> list[str]:
        return [each["key"] for each in self.tree.get(part, ())]

    def final(self, stage: str) -> bool:
        return bool(self.piece("stages", stage).get("final") == "true")


@dataclass
class Draft:
    """The next version while it is changed."""

    version: Version
    random: Random
    made: int  # pieces that were ever made: no key and no identity comes twice
    done: list[str] = field(default_factory=list)

    @property
    def tree(self) -> Tree:
        return self.version.tree

    def fresh(self, part: str) -> str:
        self.made += 1
        key = f"{part[0]}{self.made}"
        self.version.who[part][key] = self.made
        return key

    def any(self, part: str) -> Any:
        found = self.tree.get(part)
        return self.random.choice(found) if found else None


def first() -> Version:
    """The small flow of the core's tests, with a figure, a day, what is computed from them, a rule on the day, and the
    newer words of the language."""
    tree: Any = read_yaml(FLOW.read_bytes()).data
    tree["fields"] += [
        field_of("amount", "int"),
        field_of("leaves", "date"),
        field_of("twice", "int") | computed_from("case.amount", "case.amount"),
    ]
    del tree["fields"][-1]["ask"]
    tree["rules"].append(timed("leaving", "case.leaves", "-1cd"))
    add_newer(tree)
    who = {part: {each["key"]: n for n, each in enumerate(tree[part])} for part in PARTS}
    return Version(tree, who)


def computed_from(*terms: str) -> dict[str, Any]:
    return {"source": "computed", "compute": {"sum": list(terms)}}


def timed(key: str, anchor: str, offset: str) -> dict[str, Any]:
    return {
        "key": key,
        "name": words("提醒", "Reminder"),
        "at": {"anchor": anchor, "offset": offset},
        "then": [{"action": "notify_client", "args": {"message": "remind"}}],
    }
