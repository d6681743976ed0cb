"""Who carries out which command: the tables of all rooms joined into one."""

from core.bus.wiring import Handler
from core.commands.command import Command
from core.wiring.handlers import cases, catalog, clients, conversations, desk, documents, reactions, staff

_ROOMS = (clients, staff, catalog, cases, documents, desk, conversations, reactions)


def _join() -> dict[type[Command], Handler]:
    """All of them as one table. Raises RuntimeError for a command that two modules carry out."""
    joined: dict[type[Command], Handler] = {}
    for room in _ROOMS:
        twice = sorted(command.__name__ for command in joined.keys() & room.HANDLERS.keys())
        if twice:
            raise RuntimeError(f"{room.__name__}: carried out elsewhere too: {', '.join(twice)}")
        joined |= room.HANDLERS
    return joined


HANDLERS = _join()
