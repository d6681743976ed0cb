"""A press on a button: the waiting command is carried out as the presser, once."""

from bot.dialogs import confirm, desk_press, handoff
from bot.dialogs.collect import show_item, submitted
from bot.dialogs.commands import documents, progress
from bot.dialogs.menu import talk_about
from bot.turn import Turn
from core.bus.deed import Cause
from core.cases.tables import item
from core.channel.inbound import ButtonPress
from core.commands.command import Command
from core.commands.documents import OpenOriginal, ShowItem, SubmitDocument
from core.commands.handoffs import LookAtCase, TakeOver
from core.commands.work import AnswerSurvey, AskHuman, Forget
from core.kit.errors import Refusal
from core.ledger import audit, buttons, outbox
from core.store.locks import case_key
from core.store.sealing import Row


def press(turn: Turn) -> None:
    """1. Find the token. 2. Lock its case. 3. Check who presses. 4. Spend and execute in one step, or say why not."""
    inbound = turn.inbound
    if not isinstance(inbound, ButtonPress):
        raise TypeError("only a ButtonPress is pressed")
    try:
        row = buttons.find(turn.uow, inbound.token if inbound.token.isprintable() else "")
    except Refusal as refusal:
        _refused(turn, "unknown", None, refusal)
        return
    if row["case_id"] is not None:
        turn.uow.need(case_key(row["case_id"]))
    name = str(row["command"]["command"])
    try:
        buttons.check_presser(row, turn.actor)
        if confirm.asks_first(turn, row):
            confirm.ask(turn, row)
            return
        with turn.uow.step():
            command = buttons.spend(turn.uow, row, turn.actor)
            result = turn.do(command)
    except Refusal as refusal:
        _refused(turn, name, row, refusal)
        return
    _thank(turn, row, command, result)


def _refused(turn: Turn, name: str, row: Row | None, refusal: Refusal) -> None:
    cause: Cause = turn.cause
    case_id = None if row is None else row["case_id"]
    audit.note(
        turn.uow, cause.actor, cause.door, name, correlation=cause.correlation, case_id=case_id, refused=refusal.code
    )
    turn.refuse(refusal)


def _thank(turn: Turn, card: Row, command: Command, result: object) -> None:
    """Where no reaction redraws the card, take its buttons away and say that it is done."""
    question = isinstance(command, Forget) or getattr(command, "confirmed", False)
    if question or isinstance(command, AnswerSurvey | SubmitDocument):
        outbox.redraw(turn.uow, card["card"])
    if isinstance(command, AnswerSurvey):
        turn.say("survey.thanks", score=command.score)
    elif isinstance(command, ShowItem):
        show_item(turn, turn.uow.get(item, command.item_id))
    elif isinstance(command, LookAtCase):
        talk_about(turn, command.case_id)
        (progress if command.what == "progress" else documents)(turn)
    elif isinstance(command, AskHuman):
        handoff.say_asked(turn, command.reason)
    elif isinstance(command, TakeOver) and card["keeps"]:
        handoff.show_held(turn, command.handoff_id)
    elif isinstance(command, Forget):
        turn.say("confirm.forgotten")
    elif isinstance(command, OpenOriginal):
        turn.reply("original", {"version": command.version_id})
    elif isinstance(command, SubmitDocument) and isinstance(result, int):
        row = turn.case()
        if row is not None:
            submitted(turn, row, result)
    else:
        desk_press.after(turn, card, command, result)
