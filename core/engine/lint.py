"""Lint: whether a flow that is right in shape makes sense; and examine(), which tells everything about a source."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel

from core.engine.flow import Flow
from core.engine.lint_approvals import approval_problems
from core.engine.lint_children import child_problems
from core.engine.lint_circles import circle_problems
from core.engine.lint_conditions import condition_problems
from core.engine.lint_formulas import asking_problems, formula_problems
from core.engine.lint_gag import gag_problems
from core.engine.lint_graph import graph_problems
from core.engine.lint_handover import handover_problems
from core.engine.lint_names import name_problems
from core.engine.lint_nulls import null_problems
from core.engine.lint_pauses import pause_problems
from core.engine.lint_rest import Rest, the_rest
from core.engine.lint_rules import rule_problems
from core.engine.lint_services import service_problems
from core.engine.lint_tables import naming_problems
from core.engine.lint_texts import reworded_problems, text_problems
from core.engine.pointer import nearest
from core.engine.sayings import Sayings
from core.engine.spec_keys import key_problems
from core.engine.spec_params import fill_params
from core.engine.spec_problems import besides
from core.engine.yaml_source import read_yaml
from core.kit.errors import Invalid, Problem


@dataclass(frozen=True, slots=True)
class Known:
    """What the flow may call by name although it is not in it."""

    actions: Mapping[str, type[BaseModel]]  # action name -> model of its arguments
    roles: Collection[str]
    texts: Collection[str]  # keys of built-in messages
    events: Collection[str]
    sayings: Sayings | None = None  # the bot's own sentences; None: `texts` of a flow is looked over elsewhere


@dataclass(frozen=True, slots=True)
class Examined:
    """``flow`` is None if there is any problem. ``lines`` gives the 1-based line of a pointer, where it is known."""

    flow: Flow | None
    problems: tuple[Problem, ...]
    lines: Mapping[str, int]


def lint(
    flow: Flow,
    *,
    actions: Mapping[str, type[BaseModel]],
    roles: Collection[str],
    texts: Collection[str],
    events: Collection[str],
    sayings: Sayings | None = None,
) -> list[Problem]:
    """Every problem at once, in no particular order of weight; the pointers are those of the flow's document."""
    return [
        *key_problems(flow),
        *graph_problems(flow),
        *name_problems(flow, roles),
        *pause_problems(flow),
        *approval_problems(flow, roles),
        *handover_problems(flow, roles),
        *condition_problems(flow),
        *asking_problems(flow),
        *formula_problems(flow),
        *gag_problems(flow, texts),
        *naming_problems(flow),
        *rule_problems(flow, actions, roles, texts, events),
        *child_problems(flow),
        *circle_problems(flow),
        *service_problems(flow, roles, texts),
        *text_problems(flow),
        *reworded_problems(flow, sayings),
    ]


def examine(source: bytes, known: Known) -> Examined:
    """Read and lint in one go: every problem of reading, shape and meaning, each at a place that is in the source.

    Where the shape is wrong, the wrong parts are left out and the rest is linted all the same; what only follows
    from a part that was left out is not told.
    """
    try:
        document = read_yaml(source)
    except Invalid as invalid:
        return Examined(None, invalid.problems, {})
    data, param_problems = fill_params(document.data)
    rest = the_rest(data)
    problems = [*rest.problems]
    if rest.flow is not None:
        found = lint(
            rest.flow,
            actions=known.actions,
            roles=known.roles,
            texts=known.texts,
            events=known.events,
            sayings=known.sayings,
        )
        problems += _own(found, rest)
    empty = [*null_problems(document.data)]
    problems = [*empty, *besides(empty, problems)]
    problems = [*document.problems, *param_problems, *besides(param_problems, problems)]
    told = tuple(replace(problem, pointer=nearest(document.data, problem.pointer)) for problem in problems)
    return Examined(None if told else rest.flow, told, document.lines)


def _own(problems: Iterable[Problem], rest: Rest) -> Iterable[Problem]:
    """Without the consequences of what was left out, and with pointers into the whole document."""
    return [
        replace(problem, pointer=rest.original(problem.pointer)) for problem in problems if not rest.follows(problem)
    ]
