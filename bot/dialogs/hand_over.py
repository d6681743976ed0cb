"""Handing a case over: whose work, to which colleague, each a tap; 转交 V-2026-0001 begins it in words."""

import re
from typing import Any

from bot.dialogs.desk import NUMBER, reachable
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.tables import case
from core.commands.desk import HandOver, OfferHandOver
from core.kit.words import as_is, said
from core.ledger.buttons import offer
from core.staff.policy import role_said
from core.staff.tables import staff
from core.store.sealing import Row

HAND_OVER = re.compile(rf"/?(?:转交|hand over|reassign)\s*{NUMBER}", re.IGNORECASE)
MOST = 12
"""Colleagues who are offered, those of the case's department first; the API names anybody."""


def by_words(turn: Turn) -> None:
    """转交 V-2026-0001"""
    row = reachable(turn, HAND_OVER)
    if row is not None:
        command = OfferHandOver(case_id=row["id"])
        found, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
        if refusal is None:
            offer_next(turn, command, found)
        else:
            turn.refuse(refusal)


def offer_next(turn: Turn, command: OfferHandOver, found: tuple[list[str], list[Row]]) -> None:
    """The roles that he may give as buttons, with whoever has them; or the colleagues who can take the role."""
    row, (roles, people) = turn.uow.get(case, command.case_id), found
    number = row["number"]
    if not command.role:
        offers = [
            offer(OfferHandOver(case_id=row["id"], role=role), _role_label(turn, row, role), keeps=True)
            for role in roles
        ]
        turn.say("desk.which_role", offers=offers, number=number)
    elif not people:
        turn.say("desk.no_colleague", role=role_said(turn.house.policy, command.role))
    else:
        offers = [
            offer(HandOver(case_id=row["id"], role=command.role, staff_id=each["id"]), as_is(each["name"]))
            for each in people[:MOST]
        ]
        turn.say("desk.which_colleague", offers=offers, number=number, role=role_said(turn.house.policy, command.role))


def told(turn: Turn, command: HandOver) -> None:
    """Who does it now."""
    number = turn.uow.get(case, command.case_id)["number"]
    name = turn.uow.get(staff, command.staff_id)["name"]
    turn.say("desk.given", number=number, role=role_said(turn.house.policy, command.role), name=name)


def _role_label(turn: Turn, row: Row, role: str) -> dict[str, Any]:
    holder = turn.uow.peek(staff, row["team"][role])
    return said("button.role_of", role=role_said(turn.house.policy, role), name=holder["name"] if holder else "")


def _offered(pressed: Pressed) -> None:
    offer_next(pressed.turn, pressed.command, pressed.result)


def _handed_over(pressed: Pressed) -> None:
    pressed.redraw_reply()
    told(pressed.turn, pressed.command)


AFTER: After = {OfferHandOver: _offered, HandOver: _handed_over}
