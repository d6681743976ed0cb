"""Lint: a flow's tables of the office. What it names itself is asked without them; what the rows say, where they are.

Whoever has the tables asks ``table_problems`` besides: publishing with those of the agency, an offline look with the
folder ``tables`` beside the flow.
"""

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from core.engine.conditions import Clause
from core.engine.flow import Field, Flow
from core.engine.formulas import computed
from core.engine.lint_formulas import formula_problems
from core.engine.office_table import NAME, OfficeTable, Tables
from core.engine.pointer import join
from core.engine.spec_conditions import clauses_of, conditions_of
from core.engine.spec_formulas import Formula
from core.kit.errors import Problem

_TAKES = ("enum", "multi", "region", "stays")
_COMPARES = frozenset({"eq", "ne", "in", "not_in", "contains", "within"})


def naming_problems(flow: Flow) -> Iterator[Problem]:
    """Names of tables that are unsafe or not listed, and fields that cannot have choices of a table."""
    for index, name in enumerate(flow.tables):
        at = join("/tables", index)
        if not NAME.fullmatch(name):
            zh = f"表名“{name[:60]}”只能用小写字母、数字和下划线，以字母开头。"
            yield _problem(at, "name", zh, f'The table\'s name "{name[:60]}" may hold a-z, 0-9 and _.')
        if name in flow.tables[:index]:
            yield _problem(at, "twice", f"表 {name} 列了两次。", f"Table {name} is listed twice.")
    for index, field in enumerate(flow.fields):
        at = join("/fields", index, "choices_from")
        if field.choices_from is not None:
            yield from _listed(flow, field.choices_from, at)
            yield from _choosing(field, at)
    for pointer, field in computed(flow):
        for at, formula in _lookups(field.compute, pointer):
            yield from _listed(flow, formula.lookup or "", join(at, "lookup"))


def table_problems(flow: Flow, tables: Tables) -> list[Problem]:
    """Tables that are not there, columns that they lack or have of another type, and rows that no table has.

    ``tables``: those that are there, by name. The flow has passed lint.
    """
    problems = []
    for index, name in enumerate(flow.tables):
        if name not in tables:
            zh = f"没有表 {name}：请先导入（banli table import {name} 文件.csv）。"
            en = f"There is no table {name}: import it first (banli table import {name} FILE.csv)."
            problems.append(_problem(join("/tables", index), "missing", zh, en))
    problems += formula_problems(flow, tables)
    problems += _compared(flow, tables)
    return problems


def used_columns(flow: Flow, name: str) -> set[str]:
    """Columns of a table that the flow looks up."""
    found = set()
    for pointer, field in computed(flow):
        for _, formula in _lookups(field.compute, pointer):
            if formula.lookup == name and formula.column:
                found.add(formula.column)
    return found


def without_rows(table: OfficeTable) -> OfficeTable:
    """Only its columns: for questions about a table's shape."""
    return replace(table, rows=MappingProxyType({}))


def _choosing(field: Field, at: str) -> Iterator[Problem]:
    if field.type not in _TAKES:
        zh, en = f"{field.type} 字段不能用 choices_from。", f"A field of type {field.type} has no choices_from."
        yield _problem(at, "choices", zh, f"{en} These have: {', '.join(_TAKES)}.")
    if field.choices:
        zh, en = "choices 和 choices_from 只能写一个。", "Write either choices or choices_from."
        yield _problem(at, "choices", zh, en)
    if field.source == "computed" and field.type != "region":
        zh = "自动计算的字段只有 region 可用 choices_from。"
        yield _problem(at, "choices", zh, "Of computed fields only a region has choices_from.")


def _listed(flow: Flow, name: str, at: str) -> Iterator[Problem]:
    if name not in flow.tables:
        zh = f"表“{name}”没有列在 tables 中。"
        yield _problem(at, "not_listed", zh, f'Table "{name}" is not listed in tables.')


def _lookups(formula: Formula | None, pointer: str) -> Iterator[tuple[str, Formula]]:
    if formula is None:
        return
    if formula.lookup is not None:
        yield pointer, formula
    for place, term in formula.terms:
        if isinstance(term, Formula):
            yield from _lookups(term, join(pointer, *place))


def _compared(flow: Flow, tables: Tables) -> Iterator[Problem]:
    """A condition that compares with a row that is not there never holds."""
    chosen = {f"case.{field.key}": field.choices_from for field in flow.fields if field.choices_from in tables}
    for placed in conditions_of(flow):
        for clause, at in clauses_of(placed.spec, placed.pointer):
            name = chosen.get(clause.field or "")
            if name is not None and clause.op in _COMPARES:
                yield from _rows(clause, name, tables[name], join(at, "value"))


def _rows(clause: Clause, name: str, table: OfficeTable, pointer: str) -> Iterator[Problem]:
    many = isinstance(clause.value, tuple)
    values = clause.value if isinstance(clause.value, tuple) else (clause.value,)
    for index, value in enumerate(values):
        if value is not None and str(value) not in table.rows:
            zh = f"表 {name} 没有键为“{value}”的行。"
            en = f'Table {name} has no row with the key "{value}".'
            yield _problem(join(pointer, index) if many else pointer, "row", zh, en)


def _problem(pointer: str, code: str, zh: str, en: str) -> Problem:
    return Problem(pointer, f"flow.table_{code}", {"zh-CN": zh, "en": en})
