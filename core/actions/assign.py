"""Find somebody for a role that nobody does on this case: fairly, of those who are there."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.actions.situation import Situation
from core.commands.cases import ShareOut
from core.commands.command import Command
from core.engine.fair_share import Way

EXAMPLE = {"role": "copywriter", "by": "round_robin"}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    by: Way
    department: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    region: str | None = None
    most_open: Annotated[int, Field(ge=1, le=100_000)] | None = None
    again: bool = False


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    return [
        ShareOut(
            case_id=situation.case_id,
            role=args.role,
            by=args.by,
            department=args.department,
            region=args.region,
            most_open=args.most_open,
            again=args.again,
        )
    ]
