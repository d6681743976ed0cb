"""Start a child case beside this one: for every value that has none yet, where there is one for each."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from core.actions.situation import Situation
from core.commands.children import StartChild
from core.commands.command import Command

EXAMPLE = {"child": "application"}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    child: str


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    return [StartChild(case_id=situation.case_id, child=args.child)]
