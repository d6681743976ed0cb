"""Parameters that a draft changes, in JSON: values, days, sources, and the places that use them."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given
from core.engine.param_changes import ParamChange, change_words
from core.engine.param_effects import KINDS, concerned_words
from core.engine.spec_kinds import Param
from core.engine.text import Words
from core.views.simulated_params import MOST_CASES, ParamTally


class ParamSide(Given):
    """A parameter as one version says it."""

    value: Any = Field(description="A text, a list or a mapping.")
    as_of: str = Field(description="The day on which somebody looked it up.")
    source: str


class ParamUse(Given):
    """A place that names the parameter."""

    pointer: str = Field(examples=["/items/3/checks/0/amount"], description="Into the source.")
    part: str = Field(examples=["items"])
    key: str = Field(examples=["bank_statement"], description="Empty: of the flow itself.")
    words: Words


class ParamOfDraft(Given):
    """A parameter that the draft changes."""

    key: str
    versions: list[int] = Field(description="Published versions that say what `old` says, the newest first.")
    old: ParamSide | None = Field(description="Null: it is new.")
    new: ParamSide | None = Field(description="Null: it is gone.")
    uses: list[ParamUse] = Field(description="In the draft; of one that is gone in the version before.")
    words: Words


class ConcernedCase(Given):
    """An open case that a changed parameter concerns."""

    case_id: IdOut
    number: str
    words: list[Words] = Field(description="What would be other for it, a sentence each.")


class ChangedParam(ParamOfDraft):
    """A parameter that the draft changes, and the open cases that it concerns."""

    cases: int = Field(description="Open cases of those looked at that meet a place where it is used.")
    kinds: dict[str, int] = Field(description=f"Cases by what would be other: {', '.join(KINDS)}.")
    examples: list[ConcernedCase] = Field(
        description=f"At most {MOST_CASES} that the caller reaches; /simulation/cases tells all."
    )
    summary: Words


def param_told(change: ParamChange, versions: Sequence[int]) -> dict[str, Any]:
    """The fields of a ParamOfDraft."""
    return {
        "key": change.key,
        "versions": list(versions),
        "old": _side(change.old),
        "new": _side(change.new),
        "uses": [
            ParamUse(pointer=each.pointer, part=each.part, key=each.key, words=each.words) for each in change.uses
        ],
        "words": change_words(change),
    }


def changed_param_of(tally: ParamTally) -> ChangedParam:
    kinds: dict[str, int] = {kind: tally.kinds[kind] for kind in KINDS if tally.kinds[kind]}
    return ChangedParam(
        **param_told(tally.change, tally.versions),
        cases=tally.cases,
        kinds=kinds,
        examples=[
            ConcernedCase(case_id=each.case_id, number=each.number, words=list(each.words)) for each in tally.examples
        ],
        summary=concerned_words(tally.cases, kinds),
    )


def _side(param: Param | None) -> ParamSide | None:
    if param is None:
        return None
    return ParamSide(value=param.value, as_of=param.as_of.isoformat(), source=param.source)
