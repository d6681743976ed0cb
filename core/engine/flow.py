"""The flow: what an agency sells, as its author wrote it, and how to read one from its source."""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Annotated, Literal, TypeVar

from pydantic import Field as Limits
from pydantic import PositiveInt, ValidationError

from core.engine.conditions import FactType
from core.engine.facts import (
    APPLICANT_FACTS,
    CASE_FACTS,
    CHILD_FACT_NAMES,
    CHILD_FACTS,
    CHILD_PREFIX,
    EVENT_FACTS,
    FACT_NAMES,
    FIELD_FACTS,
    FIELD_PREFIX,
    PATH_PREFIX,
    PROOF_PREFIX,
)
from core.engine.spec_checks import Check
from core.engine.spec_children import Child
from core.engine.spec_kinds import Choice, Param, Piece
from core.engine.spec_papers import Field, Group, Item
from core.engine.spec_params import fill_params
from core.engine.spec_problems import besides, problems_of
from core.engine.spec_rules import ActionCall, At, Rule
from core.engine.spec_services import MOST_SERVICES, Service
from core.engine.spec_steps import Stage, Transition
from core.engine.text import LANGUAGES, Words
from core.engine.yaml_source import read_yaml
from core.kit.errors import Invalid

__all__ = [
    "ActionCall",
    "At",
    "Check",
    "Child",
    "Choice",
    "Field",
    "Flow",
    "Group",
    "Item",
    "Param",
    "Rule",
    "Scope",
    "Stage",
    "Transition",
    "read_flow",
]

Scope = Literal["case", "applicant", "event"]
"""What a condition is asked about: the case alone, the case and one of its applicants, the case and an event."""

_Keyed = TypeVar("_Keyed", Field, Stage, Transition, Item, Group, Rule, Child)


class Flow(Piece):
    """One published version of a flow. It is right in shape; ``core.engine.lint`` says whether it makes sense.

    The first stage is where a case begins. Lists keep the order of the source: it is the order in which stages,
    items and buttons are shown. ``meta`` holds what a flow is found by, such as ``country`` and ``visa``.
    """

    key: str
    version: PositiveInt
    kind: Literal["visa", "study", "project", "ticket", "care"]
    name: Words
    meta: dict[str, str] = Limits(default_factory=dict)
    roles: tuple[str, ...] = ()
    languages: tuple[str, ...] = LANGUAGES
    calendar: str
    params: dict[str, Param] = Limits(default_factory=dict)
    tables: tuple[str, ...] = ()
    applicant_types: tuple[Choice, ...] = ()
    fields: tuple[Field, ...] = ()
    stages: Annotated[tuple[Stage, ...], Limits(min_length=1)]
    transitions: tuple[Transition, ...] = ()
    items: tuple[Item, ...] = ()
    groups: tuple[Group, ...] = ()
    rules: tuple[Rule, ...] = ()
    children: tuple[Child, ...] = ()
    services: Annotated[tuple[Service, ...], Limits(max_length=MOST_SERVICES)] = ()
    reasons: tuple[Choice, ...] = ()
    messages: dict[str, Words] = Limits(default_factory=dict)
    texts: dict[str, Words] = Limits(default_factory=dict)  # sentences of the bot as this flow says them

    @property
    def initial(self) -> str:
        """Key of the stage in which a case begins."""
        return self.stages[0].key

    def stage(self, key: str) -> Stage:
        """Raises KeyError if there is none, as the other look-ups do."""
        return self._stages[key]

    def transition(self, key: str) -> Transition:
        return self._transitions[key]

    def item(self, key: str) -> Item:
        return self._items[key]

    def group(self, key: str) -> Group:
        return self._groups[key]

    def field(self, key: str) -> Field:
        return self._fields[key]

    def rule(self, key: str) -> Rule:
        return self._rules[key]

    def child(self, key: str) -> Child | None:
        """None for one that only another version of the flow has."""
        return next((each for each in self.children if each.key == key), None)

    def rule_name(self, key: str) -> Words:
        """What people call a rule; one that only another version of the flow has is called by its key."""
        found = self._rules.get(key)
        return dict.fromkeys(LANGUAGES, key) if found is None else found.name

    def shown(self, stage: str) -> Stage:
        """The stage that a client sees while the case is in ``stage``: itself, or the one that it is part of."""
        found = self.stage(stage)
        return self.stage(found.part_of) if found.part_of is not None else found

    def may_lapse(self, item: Item, stage: str) -> bool:
        """Whether an approved document of this item lapses by itself while the case is in ``stage``: it stands before
        the stage from which on it is filed."""
        order = {each.key: place for place, each in enumerate(self.stages)}
        return item.lapses_before is not None and order[stage] < order[item.lapses_before]

    @cached_property
    def client_stages(self) -> tuple[Stage, ...]:
        """The stages that a client sees, in order."""
        return tuple(stage for stage in self.stages if stage.part_of is None)

    def free_substates(self, stage: str) -> tuple[Choice, ...]:
        """The sub-statuses of a stage that staff set by hand: those that no transition sets."""
        taken = {each.substate for each in self.transitions if each.to == stage}
        return tuple(choice for choice in self.stage(stage).substates if choice.key not in taken)

    def fact_types(self, scope: Scope = "case") -> dict[str, FactType]:
        """Every fact that a condition of that scope may ask for, with its type."""
        types = dict(CASE_FACTS)
        if scope != "case":
            types |= APPLICANT_FACTS if scope == "applicant" else EVENT_FACTS
        types |= {PROOF_PREFIX + item.key: "bool" for item in self.items if item.proof}
        for child in self.children:
            types |= {f"{CHILD_PREFIX}{child.key}.{name}": kind for name, kind in CHILD_FACTS.items()}
        for field in self.fields:
            types.setdefault(FIELD_PREFIX + field.key, FIELD_FACTS[field.type])
            if field.choices_from is not None:
                types[f"{PATH_PREFIX}{field.choices_from}.{field.key}"] = "list"
        return types

    @cached_property
    def fact_names(self) -> Mapping[str, Words]:
        """What readers call each fact."""
        names = dict(FACT_NAMES)
        names |= {PROOF_PREFIX + item.key: item.name for item in self.items if item.proof}
        for child in self.children:
            for key, words in CHILD_FACT_NAMES.items():
                said = {language: words[language].format(child.name.get(language, child.key)) for language in words}
                names[f"{CHILD_PREFIX}{child.key}.{key}"] = said
        for field in self.fields:
            names.setdefault(FIELD_PREFIX + field.key, field.name)
            if field.choices_from is not None:
                names[f"{PATH_PREFIX}{field.choices_from}.{field.key}"] = field.name
        return names

    @cached_property
    def date_fields(self) -> frozenset[str]:
        """Keys of the fields that hold a day."""
        return frozenset(field.key for field in self.fields if field.type == "date")

    @cached_property
    def _stages(self) -> dict[str, Stage]:
        return _by_key(self.stages)

    @cached_property
    def _transitions(self) -> dict[str, Transition]:
        return _by_key(self.transitions)

    @cached_property
    def _items(self) -> dict[str, Item]:
        return _by_key(self.items)

    @cached_property
    def _groups(self) -> dict[str, Group]:
        return _by_key(self.groups)

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return _by_key(self.fields)

    @cached_property
    def _rules(self) -> dict[str, Rule]:
        return _by_key(self.rules)


def _by_key(pieces: Iterable[_Keyed]) -> dict[str, _Keyed]:
    """By key; of two with the same key (lint tells) the first counts."""
    found: dict[str, _Keyed] = {}
    for piece in pieces:
        found.setdefault(piece.key, piece)
    return found


@lru_cache(maxsize=64)
def read_flow(source: bytes) -> Flow:
    """The flow in a YAML source, kept for a while: reading takes a tenth of a second, and a flow never changes.

    Raises Invalid with every problem of reading and shape at once, each with a pointer into the source. Whether the
    flow makes sense is asked of ``core.engine.lint``; ``core.engine.lint.examine`` does both and tells all.
    """
    document = read_yaml(source)
    data, param_problems = fill_params(document.data)
    problems = [*document.problems, *param_problems]
    try:
        flow = Flow.model_validate(data)
    except ValidationError as error:
        problems += besides(param_problems, problems_of(error, document.data, schema=Flow.__pydantic_core_schema__))
        raise Invalid("the flow cannot be read", problems=problems) from error
    if problems:
        raise Invalid("the flow cannot be read", problems=problems)
    return flow
