"""Many versions approved with one press: which of them the presser reaches at all."""

from core.bus.deed import Deed
from core.commands.desk import ApproveShown
from core.kit.errors import NotFound


def approve_shown(command: ApproveShown, deed: Deed) -> tuple[int, ...]:
    """Returns those that the actor may decide on; the chat in which it was pressed approves each of them by a
    ReviewDocument of its own. Raises NotFound when there is none."""
    policy, subject_of = deed.wiring.policy, deed.wiring.subjects["version"]
    found = [(each, subject_of(deed.uow, each)) for each in dict.fromkeys(command.version_ids)]
    reached = [
        each for each, subject in found if subject is not None and policy.may(deed.actor, command.permission, subject)
    ]
    if not reached:
        raise NotFound(thing="version")
    return tuple(reached)
