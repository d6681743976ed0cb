"""Works computed fields out: exact arithmetic over what the case says, without clock, database or float. The day on
which it is asked is handed in.

Within a formula a figure is a Fraction, so nothing is lost on the way; only what is kept is rounded. What is not known
is None: a formula is total, it has a value or it has none, and it never raises.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from graphlib import TopologicalSorter
from types import MappingProxyType
from typing import Final

from core.engine.calendar import WorkingCalendar
from core.engine.conditions import Condition
from core.engine.date_shift import full_months, shifted
from core.engine.facts import FIELD_PREFIX, PATH_PREFIX
from core.engine.flow import Field, Flow
from core.engine.formats import is_decimal
from core.engine.forms import fits
from core.engine.office_table import Tables
from core.engine.pointer import join
from core.engine.spec_conditions import fact_names_in
from core.engine.spec_formulas import Formula, Rounding
from core.engine.stay_formulas import STAY_FORMS, counted
from core.engine.stays import Stay, read_stays

APPLICANTS: Final = "case.applicants"
TODAY: Final = "today"  # the day of the flow's calendar on which it is worked out
DEFAULT_PLACES: Final = 4
_MOST: Final = 10**15  # what is larger was not meant: it would not even fit where figures are compared
_INPUT_MOST: Final = 2**63
_NAME: Final = re.compile(r"[a-z_]+\.[a-z][a-z0-9_]*")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Value = Fraction | date | bool | str | tuple[Stay, ...] | None
Stored = str | int | bool


@dataclass(frozen=True, slots=True)
class Formulas:
    """The computed fields of a flow, each after those that it looks at; and the compiled conditions within their
    formulas, by the pointer at which each stands."""

    fields: tuple[tuple[str, Field], ...]  # pointer of the formula, field
    types: Mapping[str, str]  # fact -> type of the field
    conditions: Mapping[str, Condition]
    by_day: bool  # whether what they give may be other tomorrow though nothing is done to the case
    paths: tuple[tuple[str, str, str], ...] = ()  # fact, table, key of the field whose rows lie in others

    @classmethod
    def of(cls, flow: Flow, conditions: Mapping[str, Condition]) -> "Formulas":
        """``flow`` has passed ``core.engine.lint_formulas``: nothing is computed from itself."""
        placed = {field.key: (at, field) for at, field in computed(flow)}
        order = TopologicalSorter(
            {key: sorted(looks_at(field.compute) & placed.keys()) for key, (_, field) in placed.items()}
        )
        types = {FIELD_PREFIX + field.key: field.type for field in flow.fields}
        fields = tuple(placed[key] for key in order.static_order())
        paths = tuple(
            (f"{PATH_PREFIX}{each.choices_from}.{each.key}", each.choices_from, each.key)
            for each in flow.fields
            if each.choices_from is not None
        )
        by_day = any(_asks_today(field.compute) for _, field in fields)
        return cls(fields, MappingProxyType({APPLICANTS: "int", TODAY: "date", **types}), conditions, by_day, paths)

    def work_out(
        self,
        given: Mapping[str, object],
        applicants: int,
        calendar: WorkingCalendar,
        tables: Tables = MappingProxyType({}),
        *,
        today: date,
    ) -> dict[str, Stored | None]:
        """What every computed field is now, as it is kept; None for what is not known. ``given``: the case's fields
        by key, as they are kept; the calendar counts working days; ``today``: the day in its zone. Never raises."""
        facts: dict[str, object] = {FIELD_PREFIX + key: value for key, value in given.items()}
        facts |= {APPLICANTS: applicants, TODAY: today.isoformat()}
        facts |= {name: tables[table].path_of(given.get(key)) for name, table, key in self.paths if table in tables}
        found: dict[str, Stored | None] = {}
        for pointer, field in self.fields:
            if field.compute is not None:
                value = _Working(self, facts, calendar, tables).formula(field.compute, pointer)
                found[field.key] = facts[FIELD_PREFIX + field.key] = _kept(field, value)
                if field.choices_from is not None and field.choices_from in tables:
                    path = tables[field.choices_from].path_of(found[field.key])
                    facts[f"{PATH_PREFIX}{field.choices_from}.{field.key}"] = path
        return found


def computed(flow: Flow) -> list[tuple[str, Field]]:
    """The fields that a flow computes, each with the pointer of its formula."""
    return [
        (join("/fields", index, "compute"), field)
        for index, field in enumerate(flow.fields)
        if field.compute is not None
    ]


def looks_at(formula: Formula | None) -> set[str]:
    """Keys of the fields that a formula names, in its conditions too (``applicants`` for the number of them)."""
    if formula is None:
        return set()
    found = set() if formula.when is None else fact_names_in(formula.when)
    for _, term in formula.terms:
        if isinstance(term, Formula):
            found |= {FIELD_PREFIX + key for key in looks_at(term)}
        elif is_name(term):
            found.add(term)
    return {name.removeprefix(FIELD_PREFIX) for name in found if name.startswith(FIELD_PREFIX)}


def is_name(term: str) -> bool:
    """Whether a term names a fact; else it is what it says."""
    return term.strip() == TODAY or _NAME.fullmatch(term.strip()) is not None


def _asks_today(formula: Formula | None) -> bool:
    terms = () if formula is None else formula.terms
    return any(_asks_today(term) if isinstance(term, Formula) else term.strip() == TODAY for _, term in terms)


def literal(term: str) -> Fraction | date | bool | str | None:
    """What a term says: a figure, a date, true or false, else a text; None for a date that there is not."""
    text = term.strip()
    if is_decimal(text):
        return Fraction(text)
    if _DATE.fullmatch(text):
        return _date(text)
    return {"true": True, "false": False}.get(text.lower(), text)


@dataclass(frozen=True, slots=True)
class _Working:
    """One working-out over the facts of one case."""

    formulas: Formulas
    facts: Mapping[str, object]
    calendar: WorkingCalendar
    tables: Tables

    def term(self, term: str | Formula | None, pointer: str) -> Value:
        if term is None:
            return None
        if isinstance(term, Formula):
            return self.formula(term, pointer)
        name = term.strip()
        return _read(self.formulas.types.get(name, ""), self.facts.get(name)) if is_name(name) else literal(name)

    def formula(self, formula: Formula, pointer: str) -> Value:
        value = self.exact(formula, pointer)
        if isinstance(value, Fraction) and formula.round is not None:
            return rounded(value, formula.places or 0, formula.round)
        return value

    def exact(self, formula: Formula, pointer: str) -> Value:
        form = formula.forms[0] if formula.forms else ""
        if form == "money":
            return self.term(formula.money, pointer)
        if form == "date":
            return self.moved(formula, pointer)
        if form == "lookup":
            return self.looked_up(formula, pointer)
        if form in STAY_FORMS:
            return counted(formula, lambda place, term: self.term(term, join(pointer, *place)))
        if form == "when":
            truth = self.formulas.conditions[join(pointer, "when")].truth(self.facts)
            chosen, name = (formula.then, "then") if truth else (formula.otherwise, "else")
            return None if truth is None else self.term(chosen, join(pointer, name))
        values = [self.term(term, join(pointer, *place)) for place, term in formula.terms]
        if form == "first":
            return next((value for value in values if value is not None), None)
        return _of_all(form, values)

    def moved(self, formula: Formula, pointer: str) -> Value:
        day, shift = self.term(formula.date, join(pointer, "date")), formula.plus or formula.minus
        if not isinstance(day, date) or shift is None:
            return None
        return shifted(day, shift, self.calendar, back=formula.plus is None)

    def looked_up(self, formula: Formula, pointer: str) -> Value:
        """A cell of the row; None where there is no such table, row or column."""
        key, table = self.term(formula.key, join(pointer, "key")), self.tables.get(formula.lookup or "")
        if table is None or not isinstance(key, str) or key not in table.rows:
            return None
        column = formula.column or ""
        return _read(table.columns.get(column, ""), table.rows[key].cells.get(column))


def _of_all(form: str, values: list[Value]) -> Value:
    """The forms that need all their terms."""
    figures = [value for value in values if isinstance(value, Fraction)]
    dates = [value for value in values if isinstance(value, date)]
    if not values or len(values) not in (len(figures), len(dates)):
        return None
    if form in ("min", "max"):
        pick = min if form == "min" else max
        return pick(figures) if figures else pick(dates)
    if form == "days":
        return Fraction((dates[1] - dates[0]).days) if len(dates) == 2 else None
    if form in ("months", "years"):
        return Fraction(full_months(*dates) // (12 if form == "years" else 1)) if len(dates) == 2 else None
    return _figure(form, figures) if figures else None


def _figure(form: str, figures: list[Fraction]) -> Fraction | None:
    if form == "sum":
        return sum(figures, Fraction(0))
    if form == "product":
        result = Fraction(1)
        for each in figures:
            result *= each
        return result
    if len(figures) != 2 or (form == "ratio" and not figures[1]):
        return None
    return figures[0] - figures[1] if form == "difference" else figures[0] / figures[1]


def rounded(value: Fraction, places: int, how: Rounding) -> Fraction:
    """``half_up``: a half goes away from nought; ``up``: to the next larger; ``down``: to the next smaller."""
    scale = 10**places
    exact = value * scale
    if how == "up":
        return Fraction(-(-exact.numerator // exact.denominator), scale)
    if how == "down":
        return Fraction(exact.numerator // exact.denominator, scale)
    half = Fraction(1, 2)
    return Fraction(int(exact + half) if exact >= 0 else int(exact - half), scale)


def _read(kind: str, raw: object) -> Value:
    """A kept value as formulas reckon with it; None for what is empty or is not of its type."""
    match kind:
        case "int" | "money" if isinstance(raw, int) and not isinstance(raw, bool):
            return Fraction(raw) if abs(raw) < _INPUT_MOST else None
        case "decimal" if isinstance(raw, int | str) and is_decimal(str(raw)):
            return Fraction(str(raw))
        case "date" if isinstance(raw, str):
            return _date(raw)
        case "bool" if isinstance(raw, bool):
            return raw
        case "stays":
            return read_stays(raw)
        case "text" | "enum" | "region" | "phone" | "email" if isinstance(raw, str) and raw.strip():
            return raw
        case _:
            return None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _kept(field: Field, value: Value) -> Stored | None:
    """As the case keeps it; None for what does not fit the field."""
    kept: Stored | None = value if isinstance(value, bool | str) else None
    if isinstance(value, date):
        kept = value.isoformat()
    elif isinstance(value, Fraction) and abs(value) < _MOST:
        if field.type == "decimal":
            how = field.compute.round if field.compute is not None else None
            kept = _decimal(value if how is not None else rounded(value, DEFAULT_PLACES, "half_up"))
        else:
            kept = int(rounded(value, 0, "half_up"))
    return kept if kept is not None and fits(field, kept) else None


def _decimal(value: Fraction) -> str:
    """A decimal of at most 6 places as text, without idle noughts: 0.25, -3."""
    whole, part = divmod(abs(value.numerator) * 10**6 // value.denominator, 10**6)
    text = f"{whole}.{part:06d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 and text != "0" else text
