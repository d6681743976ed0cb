"""What a case asks for: fields (facts in words and numbers), items (files), and groups of which some are enough."""

from typing import Annotated, Literal

from pydantic import Field as Limits
from pydantic import PositiveInt

from core.engine.conditions import ConditionSpec
from core.engine.spec_checks import Check
from core.engine.spec_formulas import Formula
from core.engine.spec_kinds import Choice, Piece
from core.engine.text import Words

FieldType = Literal[
    "text", "int", "money", "decimal", "date", "enum", "multi", "bool", "phone", "email", "region", "stays"
]
Accept = Literal["pdf", "jpg", "png", "heic", "docx"]


class Field(Piece):
    """A fact of the case, known to conditions as ``case.<key>``.

    ``source`` says who gives it: the client (the bot asks with ``ask``), a staff member (asked on the stage's card),
    or nobody: a ``computed`` one follows from its formula ``compute`` whenever what that looks at changes.
    ``required_when`` says when it is asked for (absent: always); it blocks nothing, only guards block. ``choices`` are
    needed by enum, multi and stays (the places); a region may have them. ``choices_from`` names a table of the office
    instead: its rows of today are the choices.
    """

    key: str
    name: Words
    type: FieldType
    choices: tuple[Choice, ...] = ()
    choices_from: str | None = None
    pii: Literal["none", "contact", "identity", "finance"] = "none"
    ask: Words | None = None
    source: Literal["client", "staff", "computed"] = "client"
    compute: Formula | None = None
    required_when: ConditionSpec | None = None


class Item(Piece):
    """A document on the checklist, once per applicant or once per case.

    It is required when ``required_when`` holds (absent: always); inside a ``group`` it is then one of the
    alternatives. A ``proof`` (a receipt) is never asked of the client: guards test ``docs.proof.<key>``.

    With ``lapses_before`` an approved one is asked for again by itself when its dates or figures hold no more, as long
    as the case is in a stage that stands before that one; staff are warned ``warn_days`` ahead (0: not at all).
    """

    key: str
    name: Words
    requirement: Words
    sample: Words | None = None
    picture: Annotated[str, Limits(pattern=r"^[a-z0-9_]{1,40}\.png$")] | None = None  # in samples/ beside the flow
    per: Literal["applicant", "case"] = "applicant"
    required_when: ConditionSpec | None = None
    group: str | None = None
    min_files: PositiveInt = 1
    max_files: Annotated[int, Limits(ge=1, le=100)] = 10
    accept: Annotated[tuple[Accept, ...], Limits(min_length=1)] = ("pdf", "jpg", "png", "heic")
    max_mb: Annotated[int, Limits(ge=1, le=200)] = 20
    original: Literal["copy", "original", "original+copy"] = "copy"
    translate: bool = False
    checks: tuple[Check, ...] = ()
    reuse: bool = False  # may be taken from an earlier case of the same client if it is still fresh
    lapses_before: str | None = None
    warn_days: Annotated[int, Limits(ge=0, le=90)] = 7
    proof: bool = False
    submit_by: Literal["client", "staff"] = "client"


class Group(Piece):
    """Alternatives: ``min`` of the items that name this group are enough, whenever ``required_when`` holds."""

    key: str
    name: Words
    min: PositiveInt = 1
    required_when: ConditionSpec | None = None
