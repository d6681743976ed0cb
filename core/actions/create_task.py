"""Make a task for a role, due after some working time."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.actions.situation import LEADS, Situation
from core.commands.command import Command
from core.commands.work import CreateTask
from core.engine.calendar import Span
from core.engine.ladder import LEAD

EXAMPLE = {"role": "copywriter", "title": {"zh-CN": "跟进客户材料", "en": "Follow up documents"}, "due": "1d"}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str  # lead: who stands above the people of the case
    title: dict[str, str]
    due: Span | None = None
    stage: str = ""
    once: Annotated[str, Field(max_length=48, pattern="^[a-z][a-z0-9_]*$")] | None = None


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    wanted = CreateTask(
        case_id=situation.case_id,
        role=args.role,
        title=args.title,
        due="" if args.due is None else str(args.due),
        key=situation.run if args.once is None else f"once:{args.once}",
        ever=args.once is not None,
        stage=args.stage,
    )
    if args.role != LEAD or LEAD in situation.staff:
        return [wanted]
    to = {"role": LEADS, "staff_id": situation.leads[0]} if situation.leads else {}
    return [wanted.model_copy(update=to)] if to else []
