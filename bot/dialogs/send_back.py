"""Sending a case back: a stage by a tap where there are several, then one message that says why."""

import re

from bot.dialogs.cancelled import cancelled
from bot.dialogs.desk import NUMBER, reachable
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.tables import case
from core.commands.sending_back import OfferSendBack, SendBack
from core.engine.flow import Stage
from core.kit.words import said
from core.ledger.buttons import offer
from core.store.locks import case_key

SEND_BACK = re.compile(rf"/?(?:退回阶段|退办|send back)\s*{NUMBER}(?:\s+(?P<remark>.+))?", re.IGNORECASE | re.DOTALL)
KIND = "send_back"
LONGEST = 2000


def by_words(turn: Turn) -> None:
    """退办 V-2026-0001, with the remark in the same message if the flow knows only one way back."""
    row, match = reachable(turn, SEND_BACK), SEND_BACK.fullmatch(turn.text)
    if row is None or match is None:
        return
    command = OfferSendBack(case_id=row["id"], stage=row["stage"])
    stages, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is not None:
        turn.refuse(refusal)
    elif match["remark"] and len(stages) == 1:
        _send(turn, {"case": row["id"], "to": stages[0].key, "stage": row["stage"]}, match["remark"])
    else:
        offer_next(turn, command, stages)


def offer_next(turn: Turn, command: OfferSendBack, stages: list[Stage]) -> None:
    """The stages as buttons; of a single one, or of the one that was chosen, at once the question why."""
    row = turn.uow.get(case, command.case_id)
    if len(stages) == 1:
        dialog = {"kind": KIND, "case": row["id"], "to": stages[0].key, "stage": row["stage"]}
        turn.ask(dialog)
        turn.reply("dialog", params=dialog)
        return
    offers = [
        offer(OfferSendBack(case_id=row["id"], to=each.key, stage=row["stage"]), dict(each.name), keeps=True)
        for each in stages
    ]
    turn.say("send_back.which", offers=offers, number=row["number"])


def answer(turn: Turn) -> None:
    """The words of a member of staff are the remark."""
    dialog = turn.dialog
    if cancelled(turn):
        return
    turn.uow.need(case_key(dialog["case"]))
    _send(turn, dialog, turn.text)


def _send(turn: Turn, dialog: dict[str, object], remark: str) -> None:
    """Raises nothing: a refusal is told."""
    if len(remark) > LONGEST:
        turn.say("form.bad", problem=said("form.too_long", most=LONGEST))
        return
    turn.ask(None)
    values = {"case_id": dialog["case"], "to": dialog["to"], "stage": dialog["stage"]}
    _, refusal = turn.bus.attempt(turn.uow, SendBack.model_validate({**values, "remark": remark}), turn.cause)
    if refusal is not None:
        turn.refuse(refusal)
        return
    row = turn.uow.get(case, int(str(dialog["case"])))
    flow = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"]).flow
    turn.say("send_back.done", number=row["number"], stage=dict(flow.stage(str(dialog["to"])).name))


def _offered(pressed: Pressed) -> None:
    offer_next(pressed.turn, pressed.command, pressed.result)


AFTER: After = {OfferSendBack: _offered}
