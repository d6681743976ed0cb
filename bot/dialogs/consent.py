"""Consent, once, before the first personal data; and what a client may ask to have done with his data."""

import hashlib
from datetime import timedelta
from typing import Any

from bot.dialogs.collect import go_on, queue
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.channel.inbound import FileArrived, InboundMessage
from core.clients.consent import answer_of, last_answer, note_asked
from core.clients.tables import client
from core.commands.identity import AskDataRight, RecordConsent
from core.conversations.burst import STRAGGLER
from core.engine.text import LANGUAGES
from core.kit.words import said
from core.ledger.buttons import offer
from core.ledger.tables import errand
from core.reactions.identity import DAYS

AGREE = said("button.agree")
REFUSE = said("button.disagree")
RIGHTS = {
    "导出我的数据": "export",
    "export my data": "export",
    "删除我的数据": "erase",
    "delete my data": "erase",
}


def ask_once(turn: Turn) -> None:
    """Unless he has answered before, on whatever channel."""
    if answer_of(turn.uow, turn.actor.id) is None:
        ask(turn)


def open_question(turn: Turn) -> bool:
    """Whether he has been asked, in whatever chat, and has not answered yet."""
    if turn.actor.kind != "client" or turn.actor.id == 0 or answer_of(turn.uow, turn.actor.id) is not None:
        return False
    asked: bool = turn.uow.get(client, turn.actor.id)["consent_asked_at"] not in (None, turn.uow.now)
    return asked


def ask(turn: Turn) -> None:
    """One card, however often and wherever it is shown: an answer takes the buttons from all of them."""
    row = turn.case()
    told: dict[str, Any] = {
        "client_id": turn.actor.id,
        "text": text_id(turn),
        "case_id": None if row is None else row["id"],
    }
    offers = [
        offer(RecordConsent(given=True, **told), AGREE, "primary"),
        offer(RecordConsent(given=False, **told), REFUSE, keeps=False),
    ]
    params = {"key": "consent.text", "params": {"agency": dict(turn.house.agency)}}
    turn.reply("say", params=params, offers=offers, card=f"consent:{turn.actor.id}")
    note_asked(turn.uow, turn.actor.id)


def text_id(turn: Turn) -> str:
    """Which text this is: it changes with every word of either language."""
    turn.house.catch_up(turn.uow, turn.uow.now)
    words = "\n".join(turn.house.texts.say(language, "consent.text") for language in LANGUAGES)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def missing(turn: Turn) -> bool:
    """Whether a client has not agreed, in the chat or on paper: then nothing personal is taken from him."""
    return turn.actor.kind == "client" and turn.actor.id != 0 and answer_of(turn.uow, turn.actor.id) is not True


def due(turn: Turn) -> bool:
    """Whether a client who was bound by hand says something for the first time, in a chat of his own."""
    if turn.actor.kind != "client" or turn.actor.id == 0 or turn.inbound.sender != turn.chat["chat"]:
        return False
    return turn.uow.get(client, turn.actor.id)["consent_asked_at"] is None and not isinstance(turn.inbound, FileArrived)


def hold(turn: Turn) -> None:
    """A file before the answer: it stays where it is and is fetched when he agrees. Of files that come together the
    first is answered, and has the question under it."""
    told = _told_just_now(turn)
    queue(turn, held=True)
    if not told:
        turn.say("consent.first")
        ask(turn)


def _told_just_now(turn: Turn) -> bool:
    """Whether the file before this one, of the same burst or album, was answered with the question that is open."""
    said, last = turn.inbound, last_answer(turn.uow, turn.actor.id)
    album = said.album if isinstance(said, InboundMessage) else ""
    waiting = turn.uow.find(errand, conversation=turn.chat["key"], state="held")
    since = [row for row in waiting if last is None or row["due"] > last["at"]]  # due: when it came
    return any(
        turn.uow.now - row["due"] <= STRAGGLER or (album and row["what"]["message"]["album"] == album) for row in since
    )


def data_right(turn: Turn) -> None:
    """Acknowledged with what happens next and by when."""
    row = turn.case()
    right: Any = RIGHTS[turn.text.lower()]
    command = AskDataRight(client_id=turn.actor.id, right=right, case_id=None if row is None else row["id"])
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is not None:
        turn.refuse(refusal)
        return
    due = (turn.uow.now + timedelta(days=DAYS)).astimezone(turn.house.zone)
    turn.say(f"data.{right}", due=f"{due:%Y-%m-%d}")


def _answered(pressed: Pressed) -> None:
    """Say what follows; what had to wait for a yes goes on."""
    pressed.redraw()
    given = pressed.command.given
    pressed.turn.say("consent.given" if given else "consent.refused")
    if given:
        go_on(pressed.turn)


AFTER: After = {RecordConsent: _answered}
