"""Pull a trigger of the case's flow; where the guard says no, the refusal is recorded and the deed stands."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from core.actions.situation import Situation
from core.commands.cases import AdvanceCase
from core.commands.command import Command

EXAMPLE = {"trigger": "documents_complete"}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    trigger: str


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    return [AdvanceCase(case_id=situation.case_id, trigger=args.trigger)]
