"""Send the client one of the office's contents: a report, an article, an invitation."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from core.actions.situation import Situation
from core.commands.command import Command
from core.commands.contents import SendContent
from core.engine.lint_contents import OF_EVENT

EXAMPLE = {"content": "autumn_report"}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    content: str | None = None
    topics: str | None = None


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    asked = SendContent(case_id=situation.case_id, rule=situation.rule)
    if args.topics is not None:
        return [asked.model_copy(update={"topics": args.topics})]
    if args.content == OF_EVENT:
        return [asked.model_copy(update={"content_id": situation.content_id})]
    return [asked.model_copy(update={"content": args.content or ""})]
