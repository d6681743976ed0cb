"""Asking the client: which fields of a flow the bot asks him for, as a case stands now."""

from collections.abc import Iterable, Mapping

from core.engine.flow import Field
from core.engine.machine import CompiledFlow


def is_asked(field: Field) -> bool:
    """Whether the bot may ever ask the client for this field: it is his to know, and there is a question for it."""
    return field.source == "client" and field.compute is None and field.ask is not None


def is_empty(value: object) -> bool:
    """Whether a field with this value was not answered yet; of a choice of several, none of them is an answer."""
    return value is None or value == ""


def asking_names(compiled: CompiledFlow) -> frozenset[str]:
    """The facts about the case that to_ask looks at."""
    return form_names(compiled, filter(is_asked, compiled.flow.fields))


def to_ask(compiled: CompiledFlow, values: Mapping[str, object], facts: Mapping[str, object]) -> list[Field]:
    """What is still to be asked, in the flow's order: empty fields whose ``required_when`` holds or is absent.

    ``values``: the fields of the case. ``facts``: those of asking_names; what cannot be decided yet is not asked.
    """
    return [
        each
        for each in compiled.flow.fields
        if is_asked(each) and is_empty(values.get(each.key)) and is_wanted(compiled, each, facts)
    ]


def form_names(compiled: CompiledFlow, form: Iterable[Field]) -> frozenset[str]:
    """The facts about the case that ``is_wanted`` looks at for these fields."""
    asked = (("field", each.key) for each in form)
    return frozenset().union(*(compiled.required[name].names for name in asked if name in compiled.required))


def is_wanted(compiled: CompiledFlow, field: Field, facts: Mapping[str, object]) -> bool:
    """Whether its ``required_when`` holds or is absent; what cannot be decided yet is not wanted."""
    required = compiled.required.get(("field", field.key))
    return required is None or required.check(facts).ok
