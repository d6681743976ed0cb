"""A finding: what one check says to the reviewer. It advises; only a person approves or rejects."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Words = dict[str, str]
Outcome = Literal["ok", "warn", "fail", "not_run", "tick"]


class Finding(BaseModel):
    """``tick``: a person has to confirm it by eye. ``not_run``: the check could not be made, and the text
    says why.

    ``params`` holds what was measured, for reports; ``params["needs"]`` names dates that the reviewer can
    give.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: str
    outcome: Outcome
    text: Words
    params: dict[str, object] = Field(default_factory=dict)


def finding(check: str, outcome: Outcome, zh: str, en: str, **params: object) -> Finding:
    """A finding with its sentence in both languages."""
    return Finding(check=check, outcome=outcome, text={"zh-CN": zh, "en": en}, params=params)


def not_run(check: str, name: Words, why: Words, **params: object) -> Finding:
    """A check that could not be made, by its name and with the reason."""
    return finding(check, "not_run", f"{name['zh-CN']}:{why['zh-CN']}", f"{name['en']}: {why['en']}", **params)


def by_eye(check: str, name: Words, ticks: frozenset[str], params: Mapping[str, object] | None = None) -> Finding:
    """A tick that the reviewer must make, or the fact that it was made."""
    if check in ticks:
        return finding(
            check,
            "ok",
            f"复核人已确认：{name['zh-CN']}",
            f"Confirmed by the reviewer: {name['en']}",
            **(params or {}),
        )
    return finding(
        check, "tick", f"请目视确认：{name['zh-CN']}", f"Please confirm by eye: {name['en']}", **(params or {})
    )
