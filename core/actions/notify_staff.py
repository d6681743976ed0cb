"""Tell the person of a role on this case something, in the words of one of the flow's messages."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from core.actions.situation import Situation
from core.commands.command import Command
from core.commands.work import Notify

EXAMPLE = {"role": "supervisor", "message": "overdue"}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    message: str


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    person = situation.staff.get(args.role)
    if person is None:
        return []
    return [
        Notify(
            to="staff",
            person_id=person,
            notice="message",
            subject={"case": situation.case_id},
            params={"message": args.message},
            as_=(args.role,),
            once=f"{situation.run}:{args.role}:{args.message}",
        )
    ]
