"""May he? A question about a command that is only offered as yet."""

from core.bus.deed import Deed
from core.commands.command import Command
from core.engine.access import Actor


def may(deed: Deed, actor: Actor, command: Command) -> bool:
    """Whether the bus would let this actor try it at this moment."""
    policy = deed.wiring.policy
    if command.about is None:
        return policy.may(actor, command.permission)
    kind, name = command.about
    subject = deed.wiring.subjects[kind](deed.uow, getattr(command, name))
    return subject is not None and policy.may(actor, command.permission, subject)
