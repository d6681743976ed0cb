"""Adding a service to a case: a list of templates, and one tap; 添加服务 V-2026-0001 begins it in words."""

import re

from bot.dialogs.desk import NUMBER, reachable
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.services import Template, templates
from core.cases.tables import case
from core.commands.services import AddService, OfferServices
from core.ledger.buttons import offer

SERVICES = re.compile(rf"/?(?:添加服务|add service)\s*{NUMBER}", re.IGNORECASE)


def by_words(turn: Turn) -> None:
    """添加服务 V-2026-0001"""
    row = reachable(turn, SERVICES)
    if row is not None:
        command = OfferServices(case_id=row["id"])
        found, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
        if refusal is None:
            _show(turn, command, found)
        else:
            turn.refuse(refusal)


def _show(turn: Turn, command: OfferServices, found: list[Template]) -> None:
    number = turn.uow.get(case, command.case_id)["number"]
    if not found:
        turn.say("service.none", number=number)
        return
    offers = [offer(AddService(case_id=command.case_id, service=each.key), dict(each.name)) for each in found]
    turn.say("service.which", offers=offers, number=number)


def _offered(pressed: Pressed) -> None:
    _show(pressed.turn, pressed.command, pressed.result)


def _added(pressed: Pressed) -> None:
    """The list has lost its buttons with the press: a second tap adds no second one."""
    turn, command = pressed.turn, pressed.command
    pressed.redraw_reply()
    row = turn.uow.get(case, command.case_id)
    found = templates(turn.uow, turn.house.catalogue.compiled(turn.uow, row["flow_version_id"]))
    name = next(dict(each.name) for each in found if each.key == command.service)
    turn.say("service.added", number=row["number"], name=name)


AFTER: After = {OfferServices: _offered, AddService: _added}
