"""Webhooks: telling another program, which the operator has listed, what happened to a case."""

from typing import ClassVar

from core.commands.command import Command


class CallWebhook(Command):
    """Queue one delivery to a webhook by its name: the state of the case as it is now, and the named fields."""

    permission: ClassVar[str] = "hook.call"
    about: ClassVar[tuple[str, str] | None] = ("case", "case_id")

    case_id: int
    hook: str
    fields: tuple[str, ...] = ()  # keys of the flow's fields, those with personal data among them
    rule: str  # key of the rule that asks for it
    set_off: str  # the kind of event that it waited for; RuleDue: its moment
    once: str  # a second delivery with this key is left out
