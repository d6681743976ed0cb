"""How a computed field gets its value: a small formula over the fields of the case, as its author wrote it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, TypeAdapter, ValidatorFunctionWrapHandler, WrapValidator
from pydantic import Field as Limits
from pydantic_core import PydanticKnownError

from core.engine.conditions import ConditionSpec
from core.engine.date_shift import Shift
from core.engine.spec_kinds import Piece

MOST_DAYS: Final = 3660  # of a window

Rounding = Literal["half_up", "up", "down"]

FORMS: Final = (
    "sum",
    "product",
    "difference",
    "ratio",
    "min",
    "max",
    "first",
    "days",
    "months",
    "years",
    "money",
    "date",
    "when",
    "lookup",
    "nights",
    "most_nights",
    "days_within",
    "most_within",
)
"""The keys of which a formula has exactly one; the others of a formula each go with one of them."""


def _term(value: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
    """Read a term as what it is, so that a mistake is told once and at its own place."""
    if isinstance(value, str | Formula):
        return value
    if isinstance(value, Mapping):
        return Formula.model_validate(value)
    raise PydanticKnownError("string_type")


Term = Annotated["str | Formula", WrapValidator(_term)]
"""``case.<field>``, ``case.applicants``, a figure, a date, true or false, a text, or a formula within the formula."""


def _terms(value: Any, _handler: ValidatorFunctionWrapHandler) -> Any:
    """One term or several of them, each with its mistakes at its own place."""
    return _SEVERAL.validate_python(value) if isinstance(value, list | tuple) else _term(value, _handler)


Terms = Annotated["str | Formula | tuple[Term, ...]", WrapValidator(_terms)]
"""One term, or several that count together."""


class Nights(Piece):
    """Nights of stays, in one place or in all."""

    of: Terms
    place: Annotated[Term | None, Limits(alias="in")] = None


class DaysWithin(Piece):
    """Days of presence in the window of ``days`` days that ends with ``until``."""

    of: Terms
    days: Annotated[int, Limits(ge=1, le=MOST_DAYS)]
    until: Term


class MostWithin(Piece):
    """The largest such count over every day of the stays ``over``; absent: of all that are counted."""

    of: Terms
    days: Annotated[int, Limits(ge=1, le=MOST_DAYS)]
    over: Terms | None = None


class Formula(Piece):
    """Exactly one of the forms, over terms: ``case.<field>``, ``case.applicants``, a figure or another formula.

    What is not known stays not known: a formula of which a term is empty has no value, and neither has one divided
    by nought. It is worked out exactly and rounded once, at the end: money and whole numbers to whole ones, a
    decimal to 4 places, halves away from nought; ``round`` and ``places`` say otherwise, also within a formula.
    """

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": [form]} for form in FORMS]})

    sum: tuple[Term, ...] | None = None
    product: tuple[Term, ...] | None = None
    difference: tuple[Term, ...] | None = None
    ratio: tuple[Term, ...] | None = None
    min: tuple[Term, ...] | None = None
    max: tuple[Term, ...] | None = None
    first: tuple[Term, ...] | None = None
    days: tuple[Term, ...] | None = None
    months: tuple[Term, ...] | None = None
    years: tuple[Term, ...] | None = None
    money: str | None = None
    date: Term | None = None
    plus: Shift | None = None
    minus: Shift | None = None
    when: ConditionSpec | None = None
    then: Term | None = None
    lookup: str | None = None
    key: Term | None = None
    column: str | None = None
    otherwise: Annotated[Term | None, Limits(alias="else")] = None
    nights: Nights | None = None
    most_nights: Terms | None = None
    days_within: DaysWithin | None = None
    most_within: MostWithin | None = None
    round: Rounding | None = None
    places: Annotated[int, Limits(ge=0, le=6)] | None = None

    @property
    def forms(self) -> list[str]:
        """The forms that are written; lint sees to it that there is one."""
        return [form for form in FORMS if getattr(self, form) is not None]

    @property
    def terms(self) -> list[tuple[tuple[str | int, ...], "str | Formula"]]:
        """Every term that stands in it, with its place below the formula."""
        found: list[tuple[tuple[str | int, ...], str | Formula]] = []
        for form in ("sum", "product", "difference", "ratio", "min", "max", "first", "days", "months", "years"):
            found += [((form, index), term) for index, term in enumerate(getattr(self, form) or ())]
        for name, term in (("date", self.date), ("then", self.then), ("else", self.otherwise), ("key", self.key)):
            if term is not None:
                found.append(((name,), term))
        return found + [each for place, _, terms in self.stay_terms for each in _placed(place, terms)]

    @property
    def stay_terms(self) -> list[tuple[tuple[str, ...], str, "str | Formula | tuple[str | Formula, ...]"]]:
        """What a form over stays is made of: place, what is wanted there (stays, date or text), term or terms."""
        found: list[tuple[tuple[str, ...], str, Any]] = [(("most_nights",), "stays", self.most_nights)]
        for name, part in (("days_within", self.days_within), ("most_within", self.most_within)):
            found.append(((name, "of"), "stays", None if part is None else part.of))
        found.append((("nights", "of"), "stays", None if self.nights is None else self.nights.of))
        found.append((("nights", "in"), "text", None if self.nights is None else self.nights.place))
        found.append((("days_within", "until"), "date", None if self.days_within is None else self.days_within.until))
        found.append((("most_within", "over"), "stays", None if self.most_within is None else self.most_within.over))
        return [each for each in found if each[2] is not None]


def _placed(
    place: tuple[str | int, ...], terms: "str | Formula | tuple[str | Formula, ...]"
) -> list[tuple[tuple[str | int, ...], "str | Formula"]]:
    """A term, or each of several, with its place."""
    if isinstance(terms, tuple):
        return [((*place, index), term) for index, term in enumerate(terms)]
    return [(place, terms)]


_SEVERAL: Final = TypeAdapter(tuple[Term, ...])
