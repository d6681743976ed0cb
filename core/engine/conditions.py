"""Conditions as data: ``all``, ``any``, ``none`` over clauses, for guards, rules and what is required.

A clause is ``{field, op, value}`` or ``{cel}``. Each is compiled alone, so that a verdict can say in words
which of them are not met. The logic has three values: what is not known (a fact that is not filled in, an
expression without an answer) satisfies nothing, neither a clause nor the ``none`` around it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from core.engine.cel import FactType as FactType  # its home for everybody outside of this module's own parts
from core.engine.cel import Sheet, compile_cel, compile_over
from core.engine.cel_reports import CelRejected, did_you_mean
from core.engine.clauses import PATH_PREFIX, Op, WrongClause, label_of, source_of
from core.engine.decision import Fact, Group, GroupKind, Test, bind
from core.engine.pointer import join
from core.engine.text import LANGUAGES, Words, pick
from core.kit.errors import Invalid, Problem

MAX_DEPTH = 8  # groups within groups
MAX_NODES = 200  # groups and clauses together
_PARSE_DEPTH = 64  # what is read at all, so that the reader's own stack is safe

GROUPS: tuple[GroupKind, ...] = ("all", "any", "none")


# The two forms of a clause, as editors are told them; _Compiler.clause() tells authors.
_CLAUSES: list[JsonValue] = [
    {"required": ["field", "op"], "properties": {"cel": False}},
    {"required": ["cel"], "properties": {"field": False, "op": False, "value": False}},
]


class Clause(BaseModel):
    """One statement: ``field``, ``op`` and ``value``, or ``cel``; ``label`` replaces the made sentence."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"anyOf": _CLAUSES})

    field: str | None = None
    op: Annotated[str | None, Field(json_schema_extra={"enum": [*get_args(Op)]})] = None
    value: str | int | float | bool | tuple[str | int | float | bool, ...] | None = None
    cel: str | None = None
    label: dict[str, str] | None = None


def _node(value: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
    """Read a member as what its keys say, so that a mistake is told once and at its own place."""
    if isinstance(value, Clause | ConditionSpec):
        return value
    is_group = isinstance(value, Mapping) and any(key in value for key in GROUPS)
    return (ConditionSpec if is_group else Clause).model_validate(value)


Node = Annotated["Clause | ConditionSpec", WrapValidator(_node)]


class ConditionSpec(BaseModel):
    """Exactly one of ``all`` (each), ``any`` (one or more), ``none`` (not one) over clauses and groups."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"minProperties": 1, "maxProperties": 1})

    all: tuple[Node, ...] | None = None
    any: tuple[Node, ...] | None = None
    none: tuple[Node, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _readable(cls, value: Any) -> Any:
        if not _shallow(value):
            raise PydanticCustomError("condition_depth", "groups are nested too deeply")
        return value


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer; ``unmet`` says in both languages what would have to be different, empty if ``ok``."""

    ok: bool
    unmet: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition. ``names`` are exactly the facts that it looks at."""

    spec: ConditionSpec
    names: frozenset[str]
    root: Group
    facts: Mapping[str, Fact]
    sheet: Sheet

    def check(self, facts: Mapping[str, object]) -> Verdict:
        """Decide over the facts. Absent, None, blank and empty values are not filled in. Never raises."""
        answer = self.root.decide(bind(self.sheet, self.facts, facts), self.facts)
        if answer.truth is True:
            return Verdict(True)
        return Verdict(
            False,
            tuple(reason for i, reason in enumerate(answer.reasons) if reason not in answer.reasons[:i]),
        )

    def truth(self, facts: Mapping[str, object]) -> bool | None:
        """Whether it holds over the facts; None where that cannot be known. Never raises."""
        return self.root.decide(bind(self.sheet, self.facts, facts), self.facts).truth

    def rules_out(self, facts: Mapping[str, object]) -> bool:
        """Whether these facts alone decide that it does not hold, whatever the absent ones may become."""
        bound = bind(self.sheet, self.facts, facts, partial=True)
        return self.root.decide(bound, self.facts).truth is False


def compile_condition(
    spec: ConditionSpec,
    variables: Mapping[str, FactType],
    pointer: str = "",
    shown: Mapping[str, Words] | None = None,
) -> Condition:
    """Compile a condition over the declared facts.

    ``pointer`` is where the condition stands in its document; ``shown`` are the names by which readers know
    facts. Raises Invalid with every problem at once: shape, size, unknown facts, wrong types (with line and
    column).
    """
    work = _Compiler(variables, shown or {})
    if (nodes := _count(spec)) > MAX_NODES:
        work.tell(pointer, "nodes", f"条件共 {nodes} 个节点，上限 {MAX_NODES}", f"{nodes} nodes, at most {MAX_NODES}")
        raise Invalid("the condition is too large", problems=work.problems)
    root = work.group(spec, pointer, 1)
    if work.problems:
        raise Invalid("the condition does not compile", problems=work.problems)
    sheet = Sheet.of({name: fact.kind for name, fact in work.facts.items()})
    return Condition(spec, frozenset(work.facts), root, work.facts, sheet)


class _Compiler:
    """One compilation: collects the problems and the facts that the clauses need."""

    def __init__(self, variables: Mapping[str, FactType], shown: Mapping[str, Words]) -> None:
        self.variables = variables
        self.shown = shown
        self.problems: list[Problem] = []
        self.facts: dict[str, Fact] = {}

    def tell(self, pointer: str, code: str, zh: str, en: str) -> None:
        self.problems.append(Problem(pointer, f"condition.{code}", {"zh-CN": zh, "en": en}))

    def group(self, spec: ConditionSpec, pointer: str, depth: int) -> Group:
        kinds = [kind for kind in GROUPS if getattr(spec, kind) is not None]
        if depth > MAX_DEPTH:
            self.tell(pointer, "depth", f"嵌套超过 {MAX_DEPTH} 层", f"nested deeper than {MAX_DEPTH} levels")
        elif len(kinds) != 1:
            self.tell(pointer, "group", "all、any、none 必须且只能写一个", "write exactly one of all, any, none")
        elif not getattr(spec, kinds[0]):
            self.tell(join(pointer, kinds[0]), "no_clause", "至少需要一个条件", "needs at least one clause")
        else:
            members = [
                self.group(member, join(pointer, kinds[0], index), depth + 1)
                if isinstance(member, ConditionSpec)
                else self.clause(member, join(pointer, kinds[0], index))
                for index, member in enumerate(getattr(spec, kinds[0]))
            ]
            return Group(kinds[0], tuple(member for member in members if member is not None))
        return Group("all", ())

    def clause(self, clause: Clause, pointer: str) -> Test | None:
        """The compiled clause, None if there is a problem with it."""
        self._check_label(clause, pointer)
        if (clause.cel is None) == (clause.field is None and clause.op is None and clause.value is None):
            self.tell(
                pointer,
                "clause",
                "请写 field+op+value 或 cel 之一",
                "write either field, op and value, or cel",
            )
            return None
        try:
            return self._cel(clause, clause.cel) if clause.cel is not None else self._simple(clause, pointer)
        except WrongClause as wrong:
            self.tell(join(pointer, wrong.part), wrong.part, wrong.words["zh-CN"], wrong.words["en"])
        except CelRejected as rejected:
            place = join(pointer, "cel") if clause.cel is not None else pointer
            for issue in rejected.issues:
                zh = f"第 {issue.line} 行第 {issue.column} 列：{issue.words['zh-CN']}"
                self.tell(
                    place,
                    f"cel.{issue.code}",
                    zh,
                    f"line {issue.line}, column {issue.column}: {issue.words['en']}",
                )
        return None

    def _cel(self, clause: Clause, source: str) -> Test:
        program = compile_cel(source, self.variables)
        self._need(program.names)
        return Test(_whole(clause.label) or {"zh-CN": source, "en": source}, program)

    def _simple(self, clause: Clause, pointer: str) -> Test | None:
        name, op = clause.field, clause.op
        if name is None or op is None:
            missing = "field" if name is None else "op"
            self.tell(pointer, "clause", f"缺少 {missing}", f"{missing} is missing")
            return None
        kind = self.variables.get(name)
        if kind is None:
            zh, en = did_you_mean(name, self.variables)
            self.tell(join(pointer, "field"), "field", f"没有名为 {name} 的字段{zh}", f"there is no fact {name}{en}")
            return None
        if op == "within":
            name, kind = self._path(name), "list"
        program = compile_over(source_of(name, kind, op, clause.value), name, kind)
        self._need(program.names)
        label = _whole(clause.label) or label_of(self.facts[name].name, kind, op, clause.value)
        return Test(label, program)

    def _path(self, name: str) -> str:
        """The fact that `within` looks at. Raises WrongClause for a field whose choices are no rows of a table."""
        key = name.partition(".")[2]
        for each in self.variables:
            if each.startswith(PATH_PREFIX) and each.rpartition(".")[2] == key and name == f"case.{key}":
                return each
        zh = "within 只能用于 choices_from 取自表格的字段"
        raise WrongClause("op", zh, "within works on a field with choices_from only")

    def _need(self, names: frozenset[str]) -> None:
        for name in names:
            words = _whole(self.shown.get(name)) or {"zh-CN": name, "en": name}
            self.facts[name] = Fact(self.variables[name], words)

    def _check_label(self, clause: Clause, pointer: str) -> None:
        if clause.label is None:
            return
        if set(clause.label) - set(LANGUAGES) or not any(text.strip() for text in clause.label.values()):
            self.tell(join(pointer, "label"), "label", "请写 zh-CN 和 en", "write it in zh-CN and en")


def _whole(words: Mapping[str, str] | None) -> Words | None:
    """Words in both languages, one standing in for the other; None if there are none."""
    if not words or not any(words.get(language) for language in LANGUAGES):
        return None
    return {language: pick(words, language) for language in LANGUAGES}


def _count(spec: ConditionSpec) -> int:
    waiting: list[Clause | ConditionSpec] = [spec]
    count = 0
    while waiting:
        node = waiting.pop()
        count += 1
        if isinstance(node, ConditionSpec):
            waiting += [member for kind in GROUPS for member in getattr(node, kind) or ()]
    return count


def _shallow(value: object) -> bool:
    """Whether the groups of a document are not nested too deeply to be read; looks one level at a time."""
    level = [value]
    for _ in range(_PARSE_DEPTH):
        level = [
            member
            for node in level
            if isinstance(node, Mapping)
            for key in GROUPS
            if isinstance(members := node.get(key), list | tuple)
            for member in members
        ]
        if not level:
            return True
    return False
