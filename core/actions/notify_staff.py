"""Tell the person of a role on this case something, in the words of one of the flow's messages."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from core.actions.situation import LEADS, Situation
from core.commands.command import Command
from core.commands.work import Notify
from core.engine.ladder import LEAD

EXAMPLE = {"role": "supervisor", "message": "overdue"}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    message: str


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    person = situation.staff.get(args.role)
    people = situation.leads if args.role == LEAD and person is None else [] if person is None else [person]
    return [
        Notify(
            to="staff",
            person_id=person,
            notice="message",
            subject={"case": situation.case_id},
            params={"message": args.message},
            as_=(args.role if args.role in situation.staff else LEADS,),
            once=f"{situation.run}:{args.role}:{args.message}" + (f":{person}" if len(people) > 1 else ""),
        )
        for person in people
    ]
