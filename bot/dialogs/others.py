"""Everything that is no command and no file: greetings, stickers, voice notes, words that nobody understands."""

from bot.dialogs.commands import no_case
from bot.dialogs.menu import menu
from bot.turn import Turn
from core.channel.inbound import ContactEvent, InboundMessage
from core.clients.tables import client
from core.conversations.tables import conversation

KNOWN = ("sticker", "voice", "video", "location", "contact")


def contact(turn: Turn) -> None:
    """Somebody came in: greet him by what he is. Leaving is only noted."""
    if isinstance(turn.inbound, ContactEvent) and turn.inbound.event in ("entered", "unblocked"):
        greet(turn)


def greet(turn: Turn) -> None:
    if turn.actor.kind == "staff":
        turn.say("welcome.staff", name=turn.actor.name)
        return
    person = turn.uow.peek(client, turn.actor.id)
    if person is None or turn.case() is None:
        no_case(turn)
        return
    turn.say("welcome.client", name=person["name"], agency=dict(turn.house.agency))
    row = turn.case()
    if row is not None:
        turn.reply("progress", {"case": row["id"]})


def other_kind(turn: Turn) -> None:
    """A message that carries neither words nor a file that can be read is answered all the same."""
    kind = turn.inbound.other if isinstance(turn.inbound, InboundMessage) else ""
    if kind in KNOWN:
        turn.say(f"other.{kind}")
    elif kind:
        turn.say("other.unknown", type=kind)
    else:
        turn.say("other.empty")


def not_understood(turn: Turn) -> None:
    """Say so, and show the way back."""
    turn.uow.change(conversation, turn.chat["id"], misunderstood=turn.chat["misunderstood"] + 1)
    if turn.actor.kind == "client" and turn.actor.id == 0:
        no_case(turn)
        return
    if turn.actor.kind == "staff":
        turn.say("menu.prompt")
        turn.say("help.staff")
    else:
        turn.say("menu.prompt", offers=menu(turn))
