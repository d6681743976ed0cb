"""Telling what became of a burst's files: one message, drawn anew for every straggler where the channel can do that."""

from typing import Any

from core.bus.deed import Deed
from core.commands.conversations import TellBurst
from core.commands.documents import WithdrawDocument
from core.commands.identity import ReleaseFiles
from core.conversations import burst as files
from core.conversations.burst import CAP, Burst
from core.conversations.reach import address_of
from core.conversations.tables import conversation
from core.kit.words import said
from core.ledger import errands, outbox, timers
from core.ledger.buttons import Offer, close_card, mint, offer
from core.store.locks import conversation_key
from core.store.sealing import Row
from core.store.unit import UnitOfWork

WITHDRAW = said("button.withdraw")


def tell_burst(command: TellBurst, deed: Deed) -> None:
    """A timer's command: it has been quiet long enough. Another burst, or one that has been told meanwhile, is left."""
    row = deed.uow.get(conversation, command.conversation_id)
    deed.uow.need(conversation_key(row["key"]))
    burst = files.kept(row)
    if burst is None or burst.card != command.card or not burst.fresh:
        return
    last = burst.opened + CAP
    if burst.checking == len(burst.files) and not burst.told and deed.now < last:
        timers.plan(deed.uow, burst.card, last, command, case_id=None, scope="burst")  # nothing is known of any yet
        return
    tell_files(deed.uow, row, burst, edit=command.edit)


def release_files(command: ReleaseFiles, deed: Deed) -> None:
    """Fetched as if they had just been sent; each is told about when it is here."""
    for row in deed.uow.find(conversation, client_id=command.client_id):
        errands.release(deed.uow, row["key"])


def keep(uow: UnitOfWork, chat: Row, burst: Burst) -> None:
    uow.change(conversation, chat["id"], burst=burst.model_dump(mode="json"))


def tell_files(uow: UnitOfWork, chat: Row, burst: Burst, *, edit: bool) -> None:
    """Queue the message about a burst, or have the one that was sent drawn anew; a copy of it in another chat of the
    client is drawn anew in any case."""
    sent = outbox.copies(uow, burst.card) if burst.told else []
    if sent:
        close_card(uow, burst.card)
    offers = [Offer.model_validate(each) for each in _offers(burst)]
    tokens = mint(uow, offers, card=burst.card, for_kind="client", for_id=burst.client, case_id=burst.case)
    subject = {} if burst.case is None else {"case": burst.case}
    params = {"files": files.shown(burst)}
    notice: dict[str, Any] = {"kind": "files", "subject": subject, "params": params, "tokens": tokens}
    here = [copy for copy in sent if copy["conversation_id"] == chat["id"]]
    shown = [copy for copy in sent if edit or copy not in here]
    for copy in shown:
        outbox.replace(uow, copy, notice)
    if shown:
        outbox.redraw(uow, burst.card)
    if not here or not edit:
        person = ("client", burst.client)
        outbox.append(
            uow,
            address_of(chat),
            person,
            notice,
            conversation_id=chat["id"],
            case_id=burst.case,
            card=burst.card,
        )
    burst.told, burst.fresh = burst.told + 1, False
    keep(uow, chat, burst)


def _offers(burst: Burst) -> list[dict[str, Any]]:
    """The question about the first file that found no item; a way to take back each document."""
    asked = next((each for each in burst.files if each.choices), None)
    items = {each.version: each.item for each in burst.files if each.version is not None and not each.back}
    labels = [WITHDRAW] if len(items) == 1 else [said("button.withdraw_item", item=words) for words in items.values()]
    back = [offer(WithdrawDocument(version_id=version), label) for version, label in zip(items, labels, strict=True)]
    return [*([] if asked is None else asked.choices), *back]
