"""Ask the client for items (again), with a reason that he reads."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from core.actions.situation import Situation
from core.commands.cases import OpenItems
from core.commands.command import Command

EXAMPLE = {"items": ["passport"], "reason": "已过期或有效期不足"}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    items: tuple[str, ...] = Field(min_length=1)
    reason: str = "—"


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    return [OpenItems(case_id=situation.case_id, items=args.items, reason=args.reason)]
