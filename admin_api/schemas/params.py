"""Parameters that a draft changes, in JSON: values, days, sources, and the places that use them."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from admin_api.schemas.model import Given
from core.engine.param_changes import ParamChange, change_words
from core.engine.spec_kinds import Param
from core.engine.text import Words


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


def _side(param: Param | None) -> ParamSide | None:
    if param is None:
        return None
    return ParamSide(value=param.value, as_of=param.as_of.isoformat(), source=param.source)
