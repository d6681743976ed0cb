"""A step that cannot be taken back lightly is asked about once more before it is taken."""

from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.tables import case
from core.commands.cases import AdvanceCase, OpenForm
from core.commands.client_steps import TakeStep
from core.commands.command import from_json
from core.commands.work import Forget
from core.kit.words import said
from core.ledger.buttons import offer
from core.store.sealing import Row
from core.wiring.subjects import of_case

_YES = said("button.sure")
_NO = said("button.cancel")


def asks_first(turn: Turn, row: Row) -> bool:
    """Whether this button's transition says `confirm: true`, would be taken at once and has not been confirmed.

    One that asks for fields first can be given up there. A spent button is told so by whoever spends it.
    """
    command = from_json(row["command"]) if row["state"] == "open" else None
    if not isinstance(command, AdvanceCase | OpenForm | TakeStep) or command.confirmed:
        return False
    there = turn.uow.peek(case, command.case_id)
    if there is None or not turn.house.policy.may(turn.actor, command.permission, of_case(there)):
        return False  # the bus says so, in the words that it has for everybody
    compiled = turn.house.catalogue.compiled(turn.uow, there["flow_version_id"])
    step = next((each for each in compiled.flow.transitions if each.key == command.trigger and each.confirm), None)
    if step is None:
        return False
    asked = compiled.asks(step, there["stage"]) if isinstance(command, OpenForm) else ()
    return all(there["fields"].get(field.key) not in (None, "") for field in asked)


def ask(turn: Turn, row: Row) -> None:
    """The first button stays as it is: whoever says no has lost nothing."""
    kept = from_json(row["command"])
    if not isinstance(kept, AdvanceCase | OpenForm | TakeStep):
        raise TypeError("only a step is confirmed")
    command = kept.model_copy(update={"confirmed": True})
    there = turn.uow.get(case, command.case_id)
    flow = turn.house.catalogue.compiled(turn.uow, there["flow_version_id"]).flow
    offers = [offer(command, _YES, "danger"), offer(Forget(), _NO)]
    label = dict(flow.transition(command.trigger).label)
    turn.say("confirm.ask", offers=offers, step=label, number=there["number"])


def _forgotten(pressed: Pressed) -> None:
    pressed.redraw()
    pressed.turn.say("confirm.forgotten")


AFTER: After = {Forget: _forgotten}
