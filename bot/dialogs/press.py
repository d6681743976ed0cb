"""A press on a button: the waiting command is carried out as the presser, once."""

from bot.dialogs import confirm, consent, desk_press, handoff, invited
from bot.dialogs.collect import put_in_place, show_item
from bot.dialogs.commands import documents, progress
from bot.dialogs.menu import talk_about
from bot.dialogs.undo import tell_withdrawn
from bot.turn import Turn
from core.bus.deed import Cause
from core.cases.tables import item
from core.channel.inbound import ButtonPress
from core.commands.command import Command
from core.commands.documents import OpenOriginal, ShowItem, SubmitDocument, WithdrawDocument
from core.commands.handoffs import LookAtCase, TakeOver
from core.commands.identity import ConfirmInvitation, DeclineInvitation, InviteClient, RecordConsent
from core.commands.work import AnswerSurvey, AskHuman, Forget
from core.kit.errors import NotAllowed, Refusal
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
            if not invited.is_mine(turn, command):
                raise NotAllowed(permission=command.permission)
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
    if question or isinstance(command, AnswerSurvey):
        outbox.redraw(turn.uow, card["card"])
    if isinstance(command, AnswerSurvey):
        turn.say("survey.thanks", score=command.score)
    elif isinstance(command, InviteClient):
        turn.say("invite.made", code=result, link=f"{turn.house.base_url}/chat/me/?code={result}")
    elif isinstance(command, ConfirmInvitation | DeclineInvitation | RecordConsent):
        _who(turn, card, command)
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
        put_in_place(turn, card["card"], command.file_id, result)
    elif isinstance(command, WithdrawDocument):
        tell_withdrawn(turn, command.version_id)
    else:
        desk_press.after(turn, card, command, result)


def _who(turn: Turn, card: Row, command: Command) -> None:
    """After an answer about who he is or what he agrees to: the question loses its buttons, and the chat goes on."""
    outbox.redraw(turn.uow, card["card"])
    if isinstance(command, ConfirmInvitation):
        invited.bound(turn)
    elif isinstance(command, DeclineInvitation):
        turn.say("invite.declined")
    elif isinstance(command, RecordConsent):
        consent.answered(turn, command)
