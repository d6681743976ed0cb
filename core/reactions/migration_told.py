"""What follows when a case went over to another version of its flow: cards keep only buttons that still mean something,
and the client hears of it if he is to send other things than before, and only then."""

from collections.abc import Iterable, Iterator
from typing import Any

from core.bus.deed import Deed
from core.cases.documents import review_card, review_cards
from core.cases.stages import compiled_of
from core.cases.tables import case, document_version
from core.commands.command import Command
from core.commands.work import Notify, RedrawCard
from core.events.migrating import CaseMigrated
from core.ledger import outbox
from core.ledger.buttons import Offer, close_card, mint
from core.ledger.tables import button
from core.reactions.documents import redrawn, renewed, review_buttons
from core.reactions.stages import stage_card, stage_notice, work_of
from core.store.sealing import Row


def renew_work(event: CaseMigrated, deed: Deed) -> Iterator[Command]:
    """The card of the stage gets the steps of the new version, each copy its reader's own, without a new message; who
    had none before gets one. Where nothing changed nothing is drawn."""
    row = deed.uow.get(case, event.case_id or 0)
    card = stage_card(deed.uow, row["id"])
    if card is None or row["state"] != "open":
        return
    flow = compiled_of(deed, row).flow
    stage = flow.stage(row["stage"])
    work = work_of(flow, stage, row, deed)
    there = deed.uow.find(button, card=card, state="open")
    if _marks((each["for_id"], each) for each in there) == _marks(
        (person, each) for person, offers in work.items() for each in offers
    ):
        return
    close_card(deed.uow, card)
    for copy in reversed(outbox.copies(deed.uow, card)):
        offers = work.pop(copy["person_id"], None) if copy["notice"]["kind"] == "stage_work" else None
        if offers is not None:
            _give(copy, offers, stage.key, deed)
    yield RedrawCard(card=card)
    for person, buttons in sorted(work.items()):
        yield stage_notice(row, stage, card, person, buttons)


def _give(copy: Row, offers: list[dict[str, object]], stage: str, deed: Deed) -> None:
    wanted = [Offer.model_validate(each) for each in offers]
    whose = {"for_kind": "staff", "for_id": copy["person_id"], "case_id": copy["case_id"]}
    tokens = mint(deed.uow, wanted, card=copy["card"], **whose)
    params = {**copy["notice"]["params"], "stage": stage}
    outbox.replace(deed.uow, copy, {**copy["notice"], "params": params, "tokens": tokens})
    outbox.bring_back(deed.uow, copy)


def _marks(buttons: Iterable[tuple[Any, Any]]) -> set[str]:
    """For whom they are, what they do and what they are called."""
    return {repr((person, each["command"], each["label"])) for person, each in buttons}


def renew_reviews(event: CaseMigrated, deed: Deed) -> Iterator[Command]:
    """What was sent for an item that is not asked any more is decided no more; what the new version checks otherwise is
    ticked and dated on the same card."""
    for version in deed.uow.find(document_version, case_id=event.case_id):
        if version["status"] == "dropped":
            for card in review_cards(version):
                close_card(deed.uow, card)
            yield from redrawn(version)
        elif version["status"] == "submitted" and _other_buttons(version, deed):
            yield from renewed(version, deed)


def _other_buttons(version: Row, deed: Deed) -> bool:
    there = deed.uow.find(button, card=review_card(version["id"]), state="open")
    wanted = _marks((None, each) for each in review_buttons(version, deed))
    return not wanted <= _marks((None, each) for each in there)


def tell_client(event: CaseMigrated, deed: Deed) -> Iterator[Command]:
    if event.todo_changed:
        row = deed.uow.get(case, event.case_id or 0)
        yield Notify(
            to="client",
            person_id=row["client_id"],
            notice="list_changed",
            subject={"case": row["id"]},
            once=f"migrated:{row['id']}:{event.batch_id}:{'back' if event.undo else 'over'}",
        )
