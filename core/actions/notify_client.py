"""Tell the client something, in the words of one of the flow's messages."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from core.actions.situation import Situation
from core.commands.command import Command
from core.commands.work import Notify

EXAMPLE = {"message": "welcome"}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    message: str
    promotion: bool = False  # it advertises


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    return [
        Notify(
            to="client",
            person_id=situation.client_id,
            notice="message",
            subject={"case": situation.case_id},
            params={"message": args.message},
            promotion=args.promotion,
            once=f"{situation.run}:{args.message}",
        )
    ]
