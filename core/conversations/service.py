"""Handlers of the conversations' room: tell somebody, redraw, speak to a client."""

from typing import Any

from core.bus.deed import Deed
from core.channel.inbound import Address
from core.commands.work import Forget, Notify, RedrawCard, SayToClient, StartDialog
from core.conversations import reach
from core.conversations.tables import conversation
from core.events.happened import Notified, NotReachable, SaidToClient
from core.kit.errors import NotFound
from core.kit.ids import new_id
from core.ledger import outbox
from core.ledger.buttons import Offer, mint


def notify(command: Notify, deed: Deed) -> int | None:
    """Queue a notice where the person can be reached. Returns the outbox id, None when he cannot be reached."""
    uow, chat = deed.uow, None
    if command.once and (before := outbox.known(uow, command.once)) is not None:
        return before
    if command.via == "chat":
        chat = reach.chat_of(uow, command.to, command.person_id)
        address = None if chat is None else address_of(chat)
    else:
        address = reach.gateway_of(uow, command.person_id, command.via)
    case_id = command.subject.get("case")
    told: dict[str, Any] = {
        "to": command.to,
        "person_id": command.person_id,
        "notice": command.notice,
        "via": command.via,
    }
    if address is None:
        deed.emit(NotReachable(case_id=case_id, **told))
        return None
    card = command.card or f"notice:{new_id()}"
    tokens = mint(
        uow,
        [Offer.model_validate(each) for each in command.buttons],
        card=card,
        for_kind=command.to,
        for_id=command.person_id,
        case_id=case_id,
    )
    notice = {"kind": command.notice, "subject": command.subject, "params": command.params, "tokens": tokens}
    outbox_id = outbox.append(
        uow,
        address,
        (command.to, command.person_id),
        notice,
        conversation_id=None if chat is None else chat["id"],
        case_id=case_id,
        card=command.card or None,
        once=command.once or None,
    )
    deed.emit(Notified(case_id=case_id, outbox_id=outbox_id, **told))
    return outbox_id


def start_dialog(command: StartDialog, deed: Deed) -> None:
    """The question itself is a notice of kind "dialog"; a person without a chat cannot be asked."""
    chat = reach.chat_of(deed.uow, command.to, command.person_id)
    if chat is None:
        raise NotFound(thing="conversation", id=command.person_id)
    deed.uow.change(conversation, chat["id"], dialog=command.dialog)
    notice = {"kind": "dialog", "subject": {}, "params": command.dialog, "tokens": []}
    person = (command.to, command.person_id)
    outbox.append(deed.uow, address_of(chat), person, notice, conversation_id=chat["id"])


def redraw_card(command: RedrawCard, deed: Deed) -> int:
    """Returns how many copies will be drawn anew."""
    return outbox.redraw(deed.uow, command.card)


def say_to_client(command: SayToClient, deed: Deed) -> None:
    """Words of a member of staff, labelled as a person's."""
    deed.emit(SaidToClient(case_id=command.case_id, staff_id=deed.actor.id, text=command.text))


def forget(command: Forget, deed: Deed) -> None:
    """A "no" is an answer like every other one: it is in the audit, and nothing else."""


def address_of(row: dict[str, object]) -> Address:
    return Address(channel=str(row["channel"]), account=str(row["account"]), chat=str(row["chat"]))
