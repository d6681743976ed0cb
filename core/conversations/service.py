"""Handlers of the conversations' room: tell somebody, redraw, speak to a client."""

from typing import Any

from core.bus.asking import may
from core.bus.deed import Deed
from core.clients.contact import contacted
from core.clients.guardians import guardians_of
from core.clients.promotion import opted_out
from core.commands.command import from_json
from core.commands.work import Forget, Notify, RedrawCard, RenewCard, SayToClient, StartDialog
from core.conversations import reach
from core.conversations.gag import held_back, refuse_gagged
from core.conversations.promotion import unwanted
from core.conversations.reach import address_of
from core.conversations.tables import conversation
from core.engine.access import Actor
from core.events.happened import Notified, NotReachable, SaidToClient
from core.kit.errors import NotFound
from core.kit.ids import new_id
from core.ledger import outbox
from core.ledger.buttons import Offer, close_card, mint, readers
from core.staff.delegation import deputies
from core.staff.service import actor_at

SHARED = frozenset(
    {"stage", "substate", "message", "approved", "rework", "reopened", "list_changed", "lapsed", "restored", "differs"}
)
"""What a client's guardians are told as well; what he is asked stays with him."""


def notify(command: Notify, deed: Deed) -> int | None:
    """Queue a notice where the person can be reached. Returns the outbox id, None when he cannot be reached or
    the case is in a stage with a gag or he wants no such messages.

    What a client is told of his case goes to his guardians too, what a member of staff is told to whoever stands in for
    him, each in a chat of his own.
    """
    if held_back(command, deed) or unwanted(command, deed):
        return None
    told = _queue(command, deed)
    if command.to == "client" and command.via == "chat" and command.notice in SHARED:
        for person in guardians_of(deed.uow, command.person_id, notified=True):
            if command.promotion and opted_out(deed.uow, person):
                continue
            _queue(_for(command, person).model_copy(update={"buttons": (), "card": ""}), deed)
    if command.to == "staff" and command.as_:
        for person in deputies(deed.uow, command.person_id, command.as_, deed.now):
            _queue(_for(command, person), deed)
    return told


def _for(command: Notify, person: int) -> Notify:
    """The same notice for somebody else."""
    once = f"{command.once}:{person}" if command.once else ""
    return command.model_copy(update={"person_id": person, "once": once})


def _queue(command: Notify, deed: Deed) -> int | None:
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
    offers, case_id = [Offer.model_validate(each) for each in command.buttons], command.dialog.get("case")
    card = f"reply:{new_id()}"
    tokens = mint(
        deed.uow, offers, card=card, for_kind=command.to, for_id=command.person_id, case_id=case_id if offers else None
    )
    notice = {"kind": "dialog", "subject": {}, "params": command.dialog, "tokens": tokens}
    person = (command.to, command.person_id)
    outbox.append(deed.uow, address_of(chat), person, notice, conversation_id=chat["id"], card=card if tokens else None)


def redraw_card(command: RedrawCard, deed: Deed) -> int:
    """Returns how many copies will be drawn anew."""
    return outbox.redraw(deed.uow, command.card)


def renew_card(command: RenewCard, deed: Deed) -> int:
    """Returns how many copies will be drawn anew, each with buttons of its own reader, if it is his work still: he had
    an open button of this card (or nobody had, as it comes back to life), and may do it at this moment."""
    had = readers(deed.uow, command.card)
    close_card(deed.uow, command.card)
    offers = [Offer.model_validate(each) for each in command.buttons]
    for copy in outbox.copies(deed.uow, command.card):
        kind, person, case_id = copy["person_kind"], copy["person_id"], copy["case_id"]
        his = not had or (kind, person) in had
        if copy["notice"]["kind"] == command.notice and his and _may_press(kind, person, offers, deed):
            tokens = mint(deed.uow, offers, card=command.card, for_kind=kind, for_id=person, case_id=case_id)
            outbox.replace(deed.uow, copy, {**copy["notice"], "tokens": tokens})
            outbox.bring_back(deed.uow, copy)
    return outbox.redraw(deed.uow, command.card)


def _may_press(kind: str, person: int, offers: list[Offer], deed: Deed) -> bool:
    """Whether this reader may do everything that the card offers."""
    actor = actor_at(deed.uow, person, deed.now) if kind == "staff" else Actor(kind="client", id=person)
    return actor is not None and all(may(deed, actor, from_json(each.command)) for each in offers)


def say_to_client(command: SayToClient, deed: Deed) -> None:
    """Words of a member of staff, labelled as a person's. Raises NotPossibleNow in a stage with a gag."""
    refuse_gagged(deed, command.case_id)
    deed.emit(SaidToClient(case_id=command.case_id, staff_id=deed.actor.id, text=command.text))
    subject = deed.wiring.subjects["case"](deed.uow, command.case_id)
    client_id = None if subject is None else subject.client_id
    if client_id is not None and reach.chat_of(deed.uow, "client", client_id) is not None:
        contacted(deed, client_id, "said")  # one without a chat has heard nothing: he is to be called


def forget(command: Forget, deed: Deed) -> None:
    """A "no" is an answer like every other one: it is in the audit, and nothing else."""
