"""Cards that a platform does not let be drawn anew: which there are."""

from admin_api.desk import AtDesk
from admin_api.need import may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.lost_cards import LostCards, lost_card_of
from core.ledger.lost import lost_cards

LOST_CARDS = section("lost cards")
MOST = 500  # of the newest copies that are looked at


@LOST_CARDS.operation("GET", "/lost-cards", may("card.lost"))
def list_lost_cards(desk: AtDesk, cursor: Cursor = None, limit: Limit = USUAL) -> LostCards:
    """Messages that show the past: the platform took no redraw, and none is tried any more until something changes."""
    with desk.look() as reader:
        rows, following = page_of(lost_cards(reader, MOST), lambda row: (-int(row["id"]),), cursor, limit)
    return LostCards(cards=[lost_card_of(row) for row in rows], next=following)
