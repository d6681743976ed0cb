"""What follows around a review: a second reviewer's card, one that was put off, and every copy drawn anew."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.documents import card_of_reviewer
from core.cases.tables import document_version
from core.commands.command import Command
from core.events.reviewing import FirstApproval, ReviewReminded, ReviewSnoozed, SecondLookAsked
from core.ledger.buttons import close_card
from core.ledger.tables import button
from core.reactions.documents import card_of_presser, redrawn, review_notice


def ask_second(event: SecondLookAsked, deed: Deed) -> Iterator[Command]:
    """The colleague gets a card of the same version; one who was asked before him keeps his without buttons."""
    version = deed.uow.get(document_version, event.version_id)
    card = card_of_reviewer(version, event.staff_id)
    if event.before is not None:
        his = (button.c.card == card, button.c.state == "open", button.c.for_id == event.before)
        deed.uow.update_where(button, *his, state="closed")
    yield from redrawn(version)
    yield review_notice(version, event.staff_id, deed)


def tell_first(event: FirstApproval, deed: Deed) -> Iterator[Command]:
    """Whoever approved has nothing left to press; the other one reads who it was."""
    version = deed.uow.get(document_version, event.version_id)
    approved = {"settled_at": version["first_at"], "settled_kind": "staff", "settled_by": version["first_by"]}
    close_card(deed.uow, card_of_reviewer(version, version["first_for"]), approved)
    yield from redrawn(version)


def redraw_snoozed(event: ReviewSnoozed, deed: Deed) -> Iterator[Command]:
    yield from redrawn(deed.uow.get(document_version, event.version_id))


def bring_back(event: ReviewReminded, deed: Deed) -> Iterator[Command]:
    """The card comes again to this person alone, unless its hour has come and the work has gone to somebody else."""
    version = deed.uow.get(document_version, event.version_id)
    card, has_it = card_of_presser(version, event.staff_id, deed)
    if event.asked or has_it:
        yield from redrawn(version)
        yield review_notice(version, event.staff_id, deed, card).model_copy(update={"as_": ()})
