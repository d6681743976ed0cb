"""The forms that count stays: what each wants of its terms, and what it gives."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Final

from core.engine import stay_counts
from core.engine.facts import FIELD_PREFIX
from core.engine.flow import Field, Flow
from core.engine.office_table import Tables
from core.engine.pointer import join
from core.engine.spec_formulas import Formula
from core.engine.stays import Stay

STAY_FORMS: Final = ("nights", "most_nights", "days_within", "most_within")
Told = tuple[str, str, str, str]  # pointer, code, zh-CN, en


def counted(
    formula: Formula, value_of: Callable[[tuple[str | int, ...], "str | Formula"], object]
) -> Fraction | str | None:
    """The value of a form over stays; None while one of its terms is not known. ``value_of``: a term's value, by its
    place below the formula and what it says."""
    given: dict[tuple[str, ...], list[object]] = {}
    for place, _, terms in formula.stay_terms:
        several = terms if isinstance(terms, tuple) else (terms,)
        numbered = isinstance(terms, tuple)
        given[place] = [value_of((*place, n) if numbered else place, term) for n, term in enumerate(several)]
    if any(value is None for values in given.values() for value in values):
        return None
    if formula.nights is not None:
        places = given.get(("nights", "in"), [None])
        wanted = places[0] if isinstance(places[0], str) else None
        return Fraction(stay_counts.nights(_stays(given["nights", "of"]), wanted))
    if formula.days_within is not None:
        [until] = given["days_within", "until"]
        if not isinstance(until, date):
            return None
        stays = _stays(given["days_within", "of"])
        return Fraction(stay_counts.days_within(stays, formula.days_within.days, until))
    if formula.most_within is not None:
        stays = _stays(given["most_within", "of"])
        over = _stays(given.get(("most_within", "over"), [stays]))
        return Fraction(stay_counts.most_within(stays, formula.most_within.days, over))
    return stay_counts.most_nights(_stays(given["most_nights",]))


def _stays(values: Iterable[object]) -> tuple[Stay, ...]:
    return tuple(stay for value in values if isinstance(value, tuple) for stay in value)


def wanted_at(formula: Formula) -> dict[tuple[str | int, ...], str]:
    """What kind of value each term of a form over stays has to be, by its place."""
    places: dict[tuple[str | int, ...], str] = {}
    for place, wanted, terms in formula.stay_terms:
        if isinstance(terms, tuple):
            places |= {(*place, n): wanted for n in range(len(terms))}
        else:
            places[place] = wanted
    return places


def place_problems(flow: Flow, field: Field, formula: Formula, pointer: str, tables: Tables) -> Iterator[Told]:
    """A place that no stay can be in, and one that the computed field could not hold. ``pointer``: of the formula,
    whose types are right."""
    known = {FIELD_PREFIX + each.key: _places(each, tables) for each in flow.fields if each.type == "stays"}
    yield from _named(formula, known, pointer)
    held = _places(field, tables) if field.choices or field.choices_from else None
    if formula.most_nights is not None and held is not None:
        missing = sorted((_of(formula, "most_nights", known) or set()) - held)
        if missing:
            zh = f"字段“{field.key}”没有这些选项：{'、'.join(missing[:20])}。"
            en = f'Field "{field.key}" lacks these choices: {", ".join(missing[:20])}.'
            yield pointer, "choice", zh, en


def _named(formula: Formula, known: Mapping[str, set[str] | None], pointer: str) -> Iterator[Told]:
    place = None if formula.nights is None else formula.nights.place
    places = _of(formula, "nights", known)
    if isinstance(place, str) and places is not None and "." not in place and place not in places:
        some = sorted(places)[:20]
        zh = f"停留地点没有“{place}”；可用：{'、'.join(some)}。"
        en = f'No stay is in "{place}"; the places are {", ".join(some)}.'
        yield join(pointer, "nights", "in"), "place", zh, en
    for where, term in formula.terms:
        if isinstance(term, Formula):
            yield from _named(term, known, join(pointer, *where))


def _of(formula: Formula, form: str, known: Mapping[str, set[str] | None]) -> set[str] | None:
    """Every place of the stays that a form counts; None where that cannot be told."""
    found: set[str] = set()
    for place, wanted, terms in formula.stay_terms:
        if place[0] != form or wanted != "stays":
            continue
        for term in terms if isinstance(terms, tuple) else (terms,):
            places = known.get(term.strip()) if isinstance(term, str) else None
            if places is None:
                return None
            found |= places
    return found


def _places(field: Field, tables: Tables) -> set[str] | None:
    """Keys of the choices; None where they stand in a table that is not at hand."""
    if field.choices_from is None:
        return {choice.key for choice in field.choices}
    return set(tables[field.choices_from].rows) if field.choices_from in tables else None
