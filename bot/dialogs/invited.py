"""Binding by a code: somebody unknown says it, sees a masked name, confirms, and is bound."""

import re

from bot.dialogs import consent
from bot.dialogs.others import greet
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.bus.deed import SYSTEM, Cause
from core.channel.inbound import ContactEvent
from core.clients.invitations import ALPHABET, LENGTH
from core.clients.tables import client, invitation
from core.commands.identity import ConfirmInvitation, DeclineInvitation, InviteClient, ProveInvitation
from core.conversations.meeting import actor_at
from core.engine.masking import mask_value
from core.kit.words import said
from core.ledger.buttons import offer

CODE = re.compile(rf"#?\s*(?:[{ALPHABET}]{{{LENGTH}}}|[{ALPHABET}]{{4}}[-\s][{ALPHABET}]{{4}})", re.IGNORECASE)
YES = said("button.that_is_me")
NO = said("button.not_me")


def code_of(turn: Turn) -> str:
    """The code that somebody unknown says, or that came with the link that he opened; empty when there is none."""
    inbound = turn.inbound
    said = inbound.payload.strip() if isinstance(inbound, ContactEvent) else turn.text
    return said if turn.actor.id == 0 and CODE.fullmatch(said) else ""


def ask(turn: Turn) -> None:
    """A right code shows a masked name and nothing else; a wrong one is counted."""
    chat = turn.chat
    prove = ProveInvitation(code=code_of(turn), chat=chat["key"], account=f"{chat['channel']}:{chat['account']}")
    cause = turn.cause
    found, refusal = turn.bus.attempt(turn.uow, prove, Cause(SYSTEM, "chat", cause.correlation, cause.channel))
    if refusal is not None:
        turn.refuse(refusal)
        return
    row = None if found is None else turn.uow.peek(invitation, found)
    person = None if row is None else turn.uow.peek(client, row["client_id"])
    if row is None or person is None:
        turn.say("invite.wrong")
        return
    here = {"channel": turn.chat["channel"], "account": turn.chat["account"], "external_id": turn.inbound.sender}
    offers = [
        offer(ConfirmInvitation(invitation_id=row["id"], **here), YES, "primary"),
        offer(DeclineInvitation(invitation_id=row["id"], **here), NO),
    ]
    turn.say("invite.is_it_you", offers=offers, name=mask_value("name", person["name"]))


def is_mine(turn: Turn, command: object) -> bool:
    """Whether an answer to the question was made for the account that presses it; any other press is none."""
    if not isinstance(command, ConfirmInvitation | DeclineInvitation):
        return True
    here = (turn.chat["channel"], turn.chat["account"], turn.inbound.sender)
    return (command.channel, command.account, command.external_id) == here


def _made(pressed: Pressed) -> None:
    code = pressed.result
    pressed.turn.say("invite.made", code=code, link=f"{pressed.turn.house.base_url}/chat/me/?code={code}")


def _bound(pressed: Pressed) -> None:
    """From here on he is somebody: greet him, and ask for his consent once."""
    turn = pressed.turn
    pressed.redraw()
    turn.actor = actor_at(turn.uow, turn.chat, turn.inbound.sender)
    turn.say("invite.bound")
    greet(turn)
    consent.ask_once(turn)


def _declined(pressed: Pressed) -> None:
    pressed.redraw()
    pressed.turn.say("invite.declined")


AFTER: After = {InviteClient: _made, ConfirmInvitation: _bound, DeclineInvitation: _declined}
