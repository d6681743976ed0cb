"""Ask the client one question of satisfaction, once per case."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from core.actions.situation import Situation
from core.commands.command import Command
from core.commands.work import AskSurvey

EXAMPLE = {"question": "csat"}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str
    scale: Literal["points", "nps"] = "points"
    promotion: bool = False  # it advertises


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    return [AskSurvey(case_id=situation.case_id, **args.model_dump())]
