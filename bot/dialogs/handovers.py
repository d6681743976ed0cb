"""A hand-over between departments in a chat: one tap accepts it, one tap and one message return it."""

from bot.dialogs.cancelled import cancelled
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.tables import case
from core.commands.handovers import AcceptHandover, AskReturn, ReturnHandover
from core.kit.words import said
from core.store.locks import case_key

KIND = "handover_return"
LONGEST = 2000


def answer(turn: Turn) -> None:
    """The words of whoever returns it are the reason."""
    dialog = turn.dialog
    if cancelled(turn):
        return
    turn.uow.need(case_key(dialog["case"]))
    if len(turn.text) > LONGEST:
        turn.say("form.bad", problem=said("form.too_long", most=LONGEST))
        return
    turn.ask(None)
    command = ReturnHandover(case_id=dialog["case"], handover_id=dialog["handover"], reason=turn.text)
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is None:
        turn.say("handover.you_returned", number=turn.uow.get(case, command.case_id)["number"])
    else:
        turn.refuse(refusal)


def _why(pressed: Pressed) -> None:
    command, turn = pressed.command, pressed.turn
    turn.ask({"kind": KIND, "case": command.case_id, "handover": command.handover_id})
    turn.say("handover.why", number=turn.uow.get(case, command.case_id)["number"])


def _accepted(pressed: Pressed) -> None:
    pressed.turn.say("handover.you_accepted", number=pressed.turn.uow.get(case, pressed.command.case_id)["number"])


AFTER: After = {AskReturn: _why, AcceptHandover: _accepted}
