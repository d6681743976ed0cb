"""Dead letters: what kept failing is looked at by a person, who has it tried again or gives it up with a reason."""

from core.bus.deed import Deed
from core.commands.queues import DropEntry, OpenEntry, RetryEntry
from core.kit.errors import NotFound, Stale
from core.ledger import queues
from core.ledger.queues import Queue
from core.store.sealing import Row


def open_entry(command: OpenEntry, deed: Deed) -> int:
    """Returns the row's id; the door that was asked shows it."""
    return int(_entry(deed, command.entry_id)[1]["id"])


def retry_entry(command: RetryEntry, deed: Deed) -> None:
    """Raises Stale for one that is no dead letter any more, or a timer that was planned anew meanwhile."""
    queue, row = _entry(deed, command.entry_id)
    if not queues.revive(deed.uow, queue, row):
        raise Stale(reason="not_dead")
    queues.note(deed.uow, row, "retry", deed.actor.id)


def drop_entry(command: DropEntry, deed: Deed) -> None:
    """Raises Stale for one that is no dead letter any more."""
    queue, row = _entry(deed, command.entry_id)
    if not queues.discard(deed.uow, queue, row):
        raise Stale(reason="not_dead")
    queues.note(deed.uow, row, "drop", deed.actor.id, command.reason)


def _entry(deed: Deed, entry_id: int) -> tuple[Queue, Row]:
    deed.uow.need(f"entry:{entry_id}")
    found = queues.entry(deed.uow, entry_id)
    if found is None:
        raise NotFound(thing="entry", id=entry_id)
    return found
