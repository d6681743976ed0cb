"""A client has written: rules that stop at his answer do so in all his cases, whatever he says."""

from typing import Final

from bot.turn import Turn
from core.cases.tables import case
from core.clients.guardians import wards_of
from core.commands.cases import StopRules
from core.events.handoffs import ClientWrote
from core.reactions import planning
from core.store.locks import case_key
from core.store.sealing import Row

WROTE: Final = ClientWrote.__name__


def heard(turn: Turn) -> None:
    """Words, a file, a voice note or a press: each is an answer. A guardian answers for whom he follows."""
    people = [turn.actor.id, *wards_of(turn.uow, turn.actor.id)]
    rows = [each for person in people for each in turn.uow.find(case, client_id=person) if _stops(each, turn)]
    turn.uow.need(*(case_key(row["id"]) for row in rows))
    for row in rows:
        turn.bus.execute(turn.uow, StopRules(case_id=row["id"], event=WROTE), turn.cause.follow())


def _stops(row: Row, turn: Turn) -> bool:
    return planning.stops(WROTE, turn.house.catalogue.compiled(turn.uow, row["flow_version_id"]), row, turn.uow)
