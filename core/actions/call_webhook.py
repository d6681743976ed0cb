"""Tell another program, by a webhook that the operator has listed, what happened to the case."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.actions.situation import Situation
from core.commands.command import Command
from core.commands.hooks import CallWebhook

EXAMPLE = {"hook": "crm", "fields": ["travel_date"]}


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    hook: Annotated[str, Field(min_length=1, max_length=40)]
    fields: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    personal: Annotated[tuple[str, ...], Field(max_length=50)] = ()


def commands(args: Args, situation: Situation) -> Sequence[Command]:
    return [
        CallWebhook(
            case_id=situation.case_id,
            hook=args.hook,
            fields=(*args.fields, *args.personal),
            rule=situation.rule,
            set_off=situation.set_off,
            once=f"{situation.run}:hook:{args.hook}",
        )
    ]
