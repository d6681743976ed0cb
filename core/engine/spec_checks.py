"""The checks that a flow may ask of a file. They are findings for the reviewer; none approves or refuses by itself."""

from typing import Annotated, Final, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from core.engine.spec_kinds import Piece


class _Check(Piece):
    @property
    def args(self) -> dict[str, object]:
        """Everything but the kind, as the author gave it or by default."""
        return {name: getattr(self, name) for name in type(self).model_fields if name != "kind"}


class Mrz(_Check):
    """Read the machine-readable zone, verify its check digits and compare it with the case."""

    kind: Literal["mrz"]


class ExpiryAfter(_Check):
    """The document's expiry is at least ``months`` after the date field ``field``."""

    kind: Literal["expiry_after"]
    field: str
    months: Annotated[int, Field(ge=0)] = 0


class IssuedWithin(_Check):
    """Issued no more than ``years`` ago."""

    kind: Literal["issued_within"]
    years: PositiveInt


class Fresh(_Check):
    """Issued no more than ``days`` before the date field ``at`` (absent: the day of the review)."""

    kind: Literal["fresh"]
    days: PositiveInt
    at: str | None = None


class Covers(_Check):
    """The dates on the document enclose the date fields ``start`` to ``end``."""

    kind: Literal["covers"]
    start: str
    end: str


class AmountMin(_Check):
    """The figure on the document, typed by the reviewer, is at least ``amount`` (decimal text or a money field)."""

    kind: Literal["amount_min"]
    amount: str
    currency: str = ""


class HeldDays(_Check):
    """The balance was never below ``amount`` for ``days`` days; the reviewer confirms."""

    kind: Literal["held_days"]
    days: PositiveInt
    amount: str


class Photo(_Check):
    """A portrait of ``width_mm`` x ``height_mm`` on a light background, no older than ``max_age_days``."""

    kind: Literal["photo"]
    width_mm: PositiveFloat
    height_mm: PositiveFloat
    background: Literal["white", "light", "any"] = "light"
    max_age_days: PositiveInt | None = None


class Keywords(_Check):
    """At least one of the words ``any`` is in the document's text."""

    kind: Literal["keywords"]
    any: Annotated[tuple[str, ...], Field(min_length=1)]


class NameMatch(_Check):
    """The name on the document is the applicant's."""

    kind: Literal["name_match"]


class NumberMatch(_Check):
    """The number on the document equals the text field ``field`` (absent: the passport number)."""

    kind: Literal["number_match"]
    field: str | None = None


class Sharp(_Check):
    """Sharpness (variance of the Laplacian): below ``warn`` a warning, below ``reject`` advice to send it again."""

    kind: Literal["sharp"]
    warn: NonNegativeFloat = 60.0
    reject: NonNegativeFloat = 15.0


class PagesMin(_Check):
    """At least ``n`` pages, or as many pictures."""

    kind: Literal["pages_min"]
    n: PositiveInt


class Encrypted(_Check):
    """The file opens without a password."""

    kind: Literal["encrypted"]


class Seal(_Check):
    """The reviewer must tick that the seal is there."""

    kind: Literal["seal"]


class Signature(_Check):
    """The reviewer must tick that it is signed."""

    kind: Literal["signature"]


Check = Annotated[
    Mrz
    | ExpiryAfter
    | IssuedWithin
    | Fresh
    | Covers
    | AmountMin
    | HeldDays
    | Photo
    | Keywords
    | NameMatch
    | NumberMatch
    | Sharp
    | PagesMin
    | Encrypted
    | Seal
    | Signature,
    Field(discriminator="kind"),
]

FIGURES: Final = frozenset({"amount_min", "held_days"})
LAPSING: Final = FIGURES | {"fresh", "issued_within", "covers", "expiry_after"}
"""Kinds of checks that an approved document may fail later: days pass, dates move, more money is asked."""
