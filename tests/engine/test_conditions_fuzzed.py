"""Fuzzed conditions: texts from a grammar of the expression language and from its mutations, in trees of clauses. Each
compiles or is refused at a place with words, and answers within its budget; none runs code or leaves a trace.
`make conditions` takes 20,000 of them."""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime
from functools import partial
from random import Random
from typing import Any, ClassVar, get_args

from pydantic import ValidationError

from core.engine.clauses import Op
from core.engine.conditions import Condition, ConditionSpec, FactType, compile_condition
from core.kit.errors import Invalid
from tests.engine.breaking import check_told

MANY = int(os.environ.get("BANLI_TEST_CONDITIONS", "1200"))
SEED = int(os.environ.get("BANLI_TEST_SEED", "1"))
WARM = 200  # before anybody watches: libraries load parts of themselves when they are first asked
BUDGET = 1.0  # seconds of processor time for one compilation, and for one question
TYPES: dict[str, FactType] = {
    "case.t": "text",
    "case.n": "int",
    "case.fee": "money",
    "case.x": "decimal",
    "case.d": "date",
    "case.at": "instant",
    "case.ok": "bool",
    "case.l": "list",
    "case.home": "text",  # of a table: `within` looks at its path
    "path.regions.home": "list",
    "children.visa.open": "int",
    "children.visa.outcomes": "list",
    "approval.for": "int",
    "approval.mean": "decimal",
    "parent.stage": "text",
    "event.fields": "list",
    "event.score": "int",
}
KNOWN: dict[str, Any] = {
    "case.home": "hz",
    "path.regions.home": ["hz", "east"],
    "children.visa.open": 0,
    "children.visa.outcomes": ["granted", "refused"],
    "approval.for": 2,
    "approval.mean": 61.5,
    "parent.stage": "a",
    "event.fields": ["home"],
    "event.score": 5,
}
FACTS: tuple[dict[str, Any], ...] = (
    {},
    {"case.t": "a", "case.n": 1, "case.fee": 10**15, "case.x": 0.5, "case.d": date(2026, 5, 1), "case.ok": True}
    | {"case.at": datetime(2026, 5, 1, tzinfo=UTC), "case.l": ["a", "b"]}
    | KNOWN,
    {"case.t": "a" * 3000, "case.n": 2**63 - 1, "case.x": float("inf"), "case.l": ["a" * 50] * 300, "case.ok": False},
    dict.fromkeys(TYPES, "x")
    | {"case.l": {1: 2}, "case.d": datetime.max, "case.at": object}
    | {"children.visa.open": -1, "children.visa.outcomes": [None], "path.regions.home": "east", "event.fields": {}},
)
CODE = ("exec", "compile", "import", "open", "os.", "subprocess.", "socket.", "shutil.", "ctypes.dlopen", "pty.")
"""What a condition that ran code, or looked beyond its facts, would have to do, as Python tells its auditors."""
TYPED = {
    "bool": ("case.ok", "true", "false", "filled.case.n", "filled.parent.stage"),
    "int": (
        "case.n",
        "case.fee",
        "children.visa.open",
        "approval.for",
        "event.score",
        "0",
        "1",
        "-9223372036854775808",
        "9223372036854775807",
    ),
    "text": (
        "case.t",
        "case.home",
        "parent.stage",
        "'a'",
        '"签"',
        "'\\u0000'",
        "r'\\'",
        '\'__import__("os").system("id")\'',
        "b'a'",
    ),
    "double": ("case.x", "approval.mean", "1.5", "1e308", "-0.0"),
    "time": ("case.d", "case.at", "timestamp('2026-01-01T00:00:00Z')"),
    "list": ("case.l", "children.visa.outcomes", "path.regions.home", "event.fields", "['a', 'b']", "[]"),
}
TOKENS = [
    *"()[]{}.,?:!<>=&|+-*/%'\"\\ \n\t\x00",
    "&&",
    "||",
    "==",
    "in",
    "has(",
    "matches(",
    "__class__",
    "case.",
    "filled.",
]
TOKENS += [
    "'" * 3,
    "//",
    "0x",
    "1u",
    "null",
    "type(",
    "dyn(",
    "\ud800",
    "\u202e",
    "9" * 40,
    "${months}",
    "import os",
    "a" * 500,
]


def drawn(kind: str, depth: int, random: Random) -> str:
    """An expression of this type."""
    if depth == 0 or random.random() < 0.2:
        return random.choice(TYPED[kind])
    of = partial(drawn, depth=depth - 1, random=random)
    forms: dict[str, tuple[Callable[[], str], ...]] = {
        "bool": (
            lambda: f"({of('bool')} {random.choice(('&&', '||', '==', '!='))} {of('bool')})",
            lambda: f"!{of('bool')}",
            lambda: f"({of('int')} {random.choice(('<', '<=', '==', '>', '!='))} {of('int')})",
            lambda: f"({of('double')} > {of('double')})",
            lambda: f"({of('time')} < {of('time')})",
            lambda: f"{of('text')}.{random.choice(('contains', 'startsWith', 'endsWith', 'matches'))}({of('text')})",
            lambda: f"({of('text')} in {of('list')})",
            lambda: f"{of('list')}.{random.choice(('all', 'exists', 'exists_one'))}(v{depth}, {of('bool')})",
            lambda: f"({of('bool')} ? {of('bool')} : {of('bool')})",
        ),
        "int": (
            lambda: f"({of('int')} {random.choice('+-*/%')} {of('int')})",
            lambda: f"size({of(random.choice(('list', 'text')))})",
            lambda: f"int({of(random.choice(('double', 'text', 'int')))})",
            lambda: f"{of('time')}.{random.choice(('getFullYear', 'getDayOfWeek'))}()",
        ),
        "text": (
            lambda: f"({of('text')} + {of('text')})",
            lambda: f"{of('list')}[{of('int')}]",
            lambda: f"string({of(random.choice(('int', 'double')))})",
        ),
        "double": (lambda: f"({of('double')} {random.choice('+-*/')} {of('double')})", lambda: f"double({of('int')})"),
        "time": (lambda: f"({of('time')} + duration('36h'))", lambda: f"timestamp({of('text')})"),
        "list": (
            lambda: f"{of('list')}.{random.choice(('filter', 'map'))}(w{depth}, {of('bool')})",
            lambda: f"({of('list')} + {of('list')})",
            lambda: f"[{of('text')}, {of('text')}]",
        ),
    }
    return random.choice(forms[kind])()


def mutated(source: str, random: Random) -> str:
    for _ in range(random.randint(1, 4)):
        one, two = sorted(random.randrange(len(source) + 1) for _ in range(2))
        token = random.choice(TOKENS)
        source = random.choice(
            (
                source[:one] + source[two:],
                source[:one] + token + source[one:],
                source[:one] + token + source[two:],
                source[:two] + source[one:two] + source[two:],
                random.choice("([!-") * random.choice((1, 30, 600)) + source,
            )
        )
    return source


def source_of(random: Random) -> str:
    source = drawn("bool", random.randint(1, 5), random)
    return mutated(source, random) if random.random() < 0.4 else source


def clause(random: Random) -> Any:
    draw = random.random()
    if draw < 0.7:
        return {"cel": source_of(random)}
    if draw < 0.75:
        names = ("case.home", "case.home", "path.regions.home", "case.t", "children.visa.open")
        return {"field": random.choice(names), "op": "within", "value": random.choice(("east", "hz", "", 5, ["east"]))}
    odd = random.choice([None, "5", 5, 1.5, True, "2026-05-01", ["a", "b"], [1, None], {"a": 1}, "x" * 5000, "\ud800"])
    return {
        "field": random.choice([*TYPES, "case.nothing", "", None]),
        "op": random.choice([*get_args(Op), "is"]),
        "value": odd,
    }


def tree(depth: int, random: Random) -> Any:
    if depth > 0 and random.random() < 0.3:
        return clause(random)
    members = [
        tree(depth + 1, random) if depth < 12 and random.random() < 0.3 else clause(random)
        for _ in range(random.choice((1, 1, 2, 3)))
    ]
    return {random.choice(("all", "any", "none")): members}


class Watched:
    """Notes what Python tells its auditors while it is on; a hook can be added and never taken away."""

    on: ClassVar[bool] = False
    did: ClassVar[list[str]] = []

    @classmethod
    def hook(cls, event: str, args: Any) -> None:
        if cls.on and event.startswith(CODE):
            cls.did.append(f"{event} {args}"[:200])


def within_budget(work: Any) -> Any:
    """Its result. Nothing but reckoning may happen meanwhile, for no longer than the budget."""
    began, Watched.on = time.thread_time(), True
    try:
        return work()
    finally:
        Watched.on = False
        took = time.thread_time() - began
        assert took < BUDGET, took


def compiled(spec: Any) -> Condition | None:
    """None if it is refused, with words at places that are there."""
    try:
        return compile_condition(ConditionSpec.model_validate(spec), TYPES, "/when")
    except ValidationError:
        return None
    except Invalid as invalid:
        told = invalid.problems
    check_told(told, {"when": spec})
    assert told, spec
    return None


def test_fuzzed_conditions_neither_crash_nor_overrun_nor_run_code() -> None:
    random, came = Random(SEED), Counter[str]()
    for position in range(WARM + MANY):
        if position == WARM:
            sys.addaudithook(Watched.hook)
        spec = tree(0, random)
        kept = deepcopy(spec)
        condition = within_budget(partial(compiled, spec))
        assert spec == kept
        came["refused" if condition is None else "compiled"] += 1
        came.update(name.partition(".")[0] for name in (() if condition is None else condition.names))
        for facts in () if condition is None else FACTS:
            before = dict(facts)
            verdict = within_budget(partial(condition.check, facts))
            truth = within_budget(partial(condition.truth, facts))
            ruled_out = within_budget(partial(condition.rules_out, facts))
            assert (verdict.ok, bool(verdict.unmet)) == (truth is True, truth is not True), kept
            assert truth in (True, False, None), kept
            assert not (truth and ruled_out), kept
            assert within_budget(partial(condition.check, facts)) == verdict, kept
            assert facts == before
            came[str(truth)] += 1
    assert Watched.did == []
    assert min(came[each] for each in ("refused", "compiled", "True", "False", "None")) > MANY // 20, came
    assert min(came[each] for each in ("children", "approval", "path", "parent", "event")) > MANY // 40, came
