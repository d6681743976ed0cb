"""Make a task for a role, due after some working time."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from core.actions.situation import Situation
from core.commands.command import Command
from core.commands.work import CreateTask
from core.engine.calendar import Span

EXAMPLE = {"role": "copywriter", "title": {"zh-CN": "跟进客户材料", "en": "Follow up documents"}, "due": "1d"}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    title: dict[str, str]
    due: Span | None = None
    stage: str = ""


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    return [
        CreateTask(
            case_id=situation.case_id,
            role=args.role,
            title=args.title,
            due="" if args.due is None else str(args.due),
            key=situation.run,
            stage=args.stage,
        )
    ]
