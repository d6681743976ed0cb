"""How a computed field gets its value: a small formula over the fields of the case, as its author wrote it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, ValidatorFunctionWrapHandler, WrapValidator
from pydantic import Field as Limits
from pydantic_core import PydanticKnownError

from core.engine.conditions import ConditionSpec
from core.engine.date_shift import Shift
from core.engine.spec_kinds import Piece

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
    "money",
    "date",
    "when",
    "lookup",
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
        for form in ("sum", "product", "difference", "ratio", "min", "max", "first", "days"):
            found += [((form, index), term) for index, term in enumerate(getattr(self, form) or ())]
        for name, term in (("date", self.date), ("then", self.then), ("else", self.otherwise), ("key", self.key)):
            if term is not None:
                found.append(((name,), term))
        return found
