"""Add a service of the flow's templates to the case, as a task; one that is under way already is not added again."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from core.actions.situation import Situation
from core.commands.command import Command
from core.commands.services import AddService

EXAMPLE = {"service": "mock_interview"}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    return [AddService(case_id=situation.case_id, service=args.service)]
