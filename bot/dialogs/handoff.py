"""A person instead of the bot: asked for by the client, spoken to by both sides, given back."""

import re
from typing import Literal

from bot.dialogs.commands import owner_words
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.channel.inbound import InboundMessage
from core.commands.handoffs import AddNote, GiveBack, PassToPerson, SayInChat, TakeOver
from core.commands.work import AskHuman
from core.conversations.handoffs import held_by, open_handoff
from core.conversations.tables import handoff
from core.engine.text import LANGUAGES
from core.store.sealing import Row

ANGRY = re.compile(
    r"投诉|骗子|诈骗|坑人|垃圾|太差了|差评|退款|退钱|起诉|举报|报警|12315|气死|什么破"
    r"|\b(complain(?:t|ts|ed|ing)?|scam\w*|fraud|refund|lawyer|sue|terrible|awful|useless|ridiculous|angry)\b",
    re.IGNORECASE,
)
BACK = frozenset({"返回助手", "返回", "结束人工", "back", "back to the bot"})
END = frozenset({"交还", "结束", "交还给助手", "give back", "end"})
NOTE = re.compile(r"(?:备注|note)\s+(?P<words>.+)$", re.IGNORECASE | re.DOTALL)
Reason = Literal["word", "button", "anger", "misunderstood"]
_WHY = frozenset({"anger", "misunderstood"})  # reasons that the client is told
MOST_MISUNDERSTOOD = 2  # then a person is called


def human(turn: Turn) -> None:
    """By word: a person is told; the client hears who and when."""
    ask(turn, "word")


def angry(turn: Turn) -> None:
    """Nobody who is angry should have to argue with a machine."""
    ask(turn, "anger")


def misunderstood(turn: Turn) -> None:
    ask(turn, "misunderstood")


def is_angry(turn: Turn) -> bool:
    return turn.chat["mode"] == "bot" and ANGRY.search(turn.text) is not None


def ask(turn: Turn, reason: Reason) -> None:
    turn.case()
    command = AskHuman(conversation_id=turn.chat["id"], words=turn.text, reason=reason)
    if turn.attempt(command) is not None:
        say_asked(turn, reason)
        if turn.text and reason != "word":
            turn.attempt(PassToPerson(conversation_id=turn.chat["id"], text=turn.text))


def say_asked(turn: Turn, reason: str) -> None:
    """The last words of the bot until the chat is given back."""
    calendar, owner = turn.house.calendars.office(turn.uow), owner_words(turn)
    why = {language: turn.house.texts.say(language, f"human.why_{reason}") for language in LANGUAGES if reason in _WHY}
    if calendar.is_open(turn.uow.now):
        turn.say("human.asked", why=why, owner=owner, hours=dict(turn.house.hours(turn.uow)))
    else:
        opening = calendar.next_open(turn.uow.now).astimezone(turn.house.zone)
        turn.say("human.asked_closed", why=why, owner=owner, next=f"{opening:%m-%d %H:%M}")


def pass_on(turn: Turn) -> None:
    """While a person has the chat, what the client says goes to him and the bot says nothing."""
    turn.case()
    words = turn.text or _kind_in_words(turn)
    if words:
        turn.attempt(PassToPerson(conversation_id=turn.chat["id"], text=words))


def back(turn: Turn) -> None:
    """The client does not want to wait any longer."""
    row = open_handoff(turn.uow, turn.chat["id"])
    turn.case()
    if row is not None:
        turn.attempt(GiveBack(handoff_id=row["id"]))


def held(turn: Turn) -> Row | None:
    """The chat that this member of staff writes in now."""
    found = held_by(turn.uow, turn.actor.id) if turn.actor.kind == "staff" else []
    return found[0] if found else None


def relay(turn: Turn) -> None:
    """Plain words of the holder go to the client, and he is told that they did."""
    row = held(turn)
    if row is not None and _done(turn, SayInChat(handoff_id=row["id"], text=turn.text)):
        turn.say("handoff.sent")


def give_back(turn: Turn) -> None:
    row = held(turn)
    if row is not None and _done(turn, GiveBack(handoff_id=row["id"])):
        turn.say("handoff.given_back")


def note(turn: Turn) -> None:
    """备注 ...: words for colleagues, on the timeline of the case whose chat he holds."""
    row, match = held(turn), NOTE.match(turn.text)
    if row is None or match is None:
        return
    if row["case_id"] is None:
        turn.say("handoff.no_case")
    elif _done(turn, AddNote(case_id=row["case_id"], text=match["words"].strip())):
        turn.say("handoff.noted")


def _done(turn: Turn, command: SayInChat | GiveBack | AddNote) -> bool:
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is not None:
        turn.refuse(refusal)
    return refusal is None


def _kind_in_words(turn: Turn) -> str:
    """A voice note or a sticker, named, so that the person knows that something came."""
    kind = turn.inbound.other if isinstance(turn.inbound, InboundMessage) else ""
    return f"[{kind}]" if kind else ""


def _asked(pressed: Pressed) -> None:
    say_asked(pressed.turn, pressed.command.reason)


def _taken_over(pressed: Pressed) -> None:
    """After "write here now": what was said in the chat that he has changed to."""
    if not pressed.button["keeps"]:
        return
    row = pressed.turn.uow.get(handoff, pressed.command.handoff_id)
    about = {"handoff": row["id"], "client": row["client_id"]}
    pressed.turn.reply("handoff_held", about if row["case_id"] is None else {**about, "case": row["case_id"]})


AFTER: After = {AskHuman: _asked, TakeOver: _taken_over}
