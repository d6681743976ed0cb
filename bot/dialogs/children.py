"""Opening a child case by hand: for which value, by a tap, where the flow has one for each."""

from typing import Any

from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.children import free_values, value_name
from core.cases.tables import case
from core.commands.children import OfferChild, StartChild
from core.engine.flow import Flow
from core.kit.words import as_is, said
from core.ledger.buttons import offer
from core.store.sealing import Row


def child_offers(turn: Turn, row: Row, flow: Flow) -> list[dict[str, Any]]:
    """A button for each kind of child of which one more can be opened."""
    found = []
    for spec in flow.children if row["state"] == "open" else ():
        label, free = said("button.start_child", child=dict(spec.name)), free_values(turn.uow, row, spec)
        if free and spec.each is None:
            again = free[0][1]
            found.append(offer(StartChild(case_id=row["id"], child=spec.key, again=again), label))
        elif free:
            found.append(offer(OfferChild(case_id=row["id"], child=spec.key), label, keeps=True))
    return found


def _which(pressed: Pressed) -> None:
    turn, command = pressed.turn, pressed.command
    row = turn.uow.get(case, command.case_id)
    flow = turn.house.tables.filled(turn.uow, turn.house.catalogue.compiled(turn.uow, row["flow_version_id"]).flow)
    spec = flow.child(command.child)
    if spec is None:
        return
    offers = [
        offer(
            StartChild(case_id=row["id"], child=spec.key, value=value, again=again),
            value_name(flow, spec, value) or as_is(value),
        )
        for value, again in pressed.result
    ]
    turn.say("children.which", offers=offers, child=dict(spec.name), number=row["number"])


def _opened(pressed: Pressed) -> None:
    turn = pressed.turn
    numbers = ", ".join(turn.uow.get(case, each)["number"] for each in pressed.result)
    turn.say("children.opened", numbers=numbers)
    pressed.redraw_reply()


AFTER: After = {OfferChild: _which, StartChild: _opened}
