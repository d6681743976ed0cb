"""A condition of a flow as a sentence for people: whom an item is asked of, when a step may be taken."""

from collections.abc import Mapping, Sequence

from core.engine.clauses import label_of
from core.engine.conditions import GROUPS, Clause, ConditionSpec
from core.engine.flow import Flow
from core.engine.text import LANGUAGES, Words, pick

_JOINTS = {"all": {"zh-CN": " 且 ", "en": " and "}, "any": {"zh-CN": " 或 ", "en": " or "}}
_NOT = {"zh-CN": "以下均不成立：", "en": "none of: "}
_LISTED = {"zh-CN": "、", "en": ", "}


def condition_words(flow: Flow, spec: ConditionSpec | None, *, labels: bool = True) -> Words | None:
    """The sentence in both languages; None for what is always asked. ``labels``: in the author's words where he
    wrote some, else as the clauses themselves say it."""
    if spec is None:
        return None
    spec = spec if labels else _bare(spec)
    choices = _choices(flow)
    return {language: _group(flow, spec, choices, language, outside=True) for language in LANGUAGES}


def _bare(spec: ConditionSpec) -> ConditionSpec:
    return ConditionSpec.model_validate(
        {
            kind: tuple(
                _bare(each) if isinstance(each, ConditionSpec) else each.model_copy(update={"label": None})
                for each in getattr(spec, kind)
            )
            for kind in GROUPS
            if getattr(spec, kind) is not None
        }
    )


def _group(flow: Flow, spec: ConditionSpec, choices: "Choices", language: str, *, outside: bool = False) -> str:
    for kind, members in (("all", spec.all), ("any", spec.any), ("none", spec.none)):
        if members is None:
            continue
        said = [
            _group(flow, each, choices, language)
            if isinstance(each, ConditionSpec)
            else _clause(flow, each, choices, language)
            for each in members
        ]
        if kind == "none":
            return _NOT[language] + _LISTED[language].join(said)
        joined = _JOINTS[kind][language].join(said)
        return joined if outside or len(said) == 1 else f"({joined})"
    return ""


def _clause(flow: Flow, clause: Clause, choices: "Choices", language: str) -> str:
    if clause.label:
        return pick(clause.label, language)
    if clause.cel is not None or clause.field is None or clause.op is None:
        return clause.cel or ""
    kind = flow.fact_types("applicant").get(clause.field) if clause.op != "within" else "list"
    if kind is None:
        return clause.field
    names = choices.get(clause.field, {})
    name = flow.fact_names.get(clause.field, dict.fromkeys(LANGUAGES, clause.field))
    return label_of({each: pick(name, each) for each in LANGUAGES}, kind, clause.op, _named(clause, names, language))[
        language
    ]


def _named(clause: Clause, names: Mapping[object, Words], language: str) -> object:
    """The clause's value with the names of choices in place of their keys."""
    value = clause.value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(pick(names[each], language) if each in names else each for each in value)
    return pick(names[value], language) if value in names else value


Choices = Mapping[str, Mapping[object, Words]]


def _choices(flow: Flow) -> Choices:
    """Fact -> key of a choice -> what people call it."""
    found: dict[str, Mapping[object, Words]] = {
        f"case.{field.key}": {choice.key: choice.name for choice in field.choices} for field in flow.fields
    }
    found["applicant.type"] = {choice.key: choice.name for choice in flow.applicant_types}
    return found
