"""What follows from a document: a review card for the reviewer, the verdict for the client."""

from collections.abc import Iterator
from typing import Any

from core.bus.deed import Deed
from core.cases.documents import card_of_reviewer, review_card, review_cards
from core.cases.pages import count_of
from core.cases.review import missing_ticks, needed_dates
from core.cases.review_snooze import people_of
from core.cases.stages import compiled_of
from core.cases.tables import case, document_version
from core.cases.team import who
from core.commands.command import Command
from core.commands.documents import AskDate, OfferReasons, OpenOriginal, ReviewDocument, TickCheck
from core.commands.reviewing import OfferSecondLook, SnoozeReview
from core.commands.work import Notify, RedrawCard, RenewCard, StartDialog
from core.events.happened import (
    DateAsked,
    DocumentApproved,
    DocumentExtended,
    DocumentRejected,
    DocumentSubmitted,
    DocumentWithdrawn,
    FindingsChanged,
    ItemsReopened,
    ItemWaived,
    ReasonsAsked,
    RoleAssigned,
)
from core.kit.words import said
from core.ledger.buttons import close_card, offer
from core.ledger.tables import button
from core.store.sealing import Row

APPROVE = said("button.approve")
ORIGINAL = said("button.original")
REJECT = said("button.reject")
SECOND = said("button.second_look")
HOUR = said("button.in_an_hour")
TOMORROW = said("button.tomorrow")


def ask_review(event: DocumentSubmitted, deed: Deed) -> Iterator[Command]:
    """The reviewer of the case gets the card; cards of earlier versions are redrawn as replaced."""
    row = deed.uow.get(case, event.case_id or 0)
    version = deed.uow.get(document_version, event.version_id)
    for older in deed.uow.find(document_version, item_id=event.item_id):
        if older["status"] == "replaced":
            yield from redrawn(older)
    reviewer = reviewer_of(row, deed)
    if reviewer is not None:
        yield review_notice(version, reviewer, deed)


def move_reviews(event: RoleAssigned, deed: Deed) -> Iterator[Command]:
    """What waits for a decision follows the new reviewer: earlier copies lose their buttons and say so."""
    row = deed.uow.get(case, event.case_id or 0)
    if row["state"] != "open" or reviewer_of(row, deed) != event.staff_id or event.staff_id == event.before:
        return
    for version in deed.uow.find(document_version, case_id=row["id"], status="submitted"):
        card = review_card(version["id"])
        if deed.uow.first(button, card=card, state="open", for_id=event.staff_id) is None:
            close_card(deed.uow, card)
            yield RedrawCard(card=card)
            yield review_notice(version, event.staff_id, deed)


def reviewer_of(row: Row, deed: Deed) -> int | None:
    """Who decides on the documents of this case: its reviewer, else whoever answers for the stage."""
    stage = compiled_of(deed, row).flow.stage(row["stage"])
    return who(deed.uow, row["id"], "reviewer") or who(deed.uow, row["id"], stage.owner)


def review_notice(version: Row, reviewer: int, deed: Deed, card: str = "") -> Notify:
    """The review card of a version with the buttons that it needs now; without a card named, that of the reviewer."""
    card = card or card_of_reviewer(version, reviewer)
    return Notify(
        to="staff",
        person_id=reviewer,
        notice="review",
        subject={"case": version["case_id"], "version": version["id"]},
        as_=_as_whom(version, reviewer, deed),
        card=card,
        buttons=review_buttons(version, deed, second=card != review_card(version["id"])),
    )


def card_of_presser(version: Row, staff_id: int, deed: Deed) -> tuple[str, bool]:
    """The card on which somebody decides who may be a deputy, and whether he has it: one that he has, his own first;
    else that of the reviewer for whom he stands in."""
    people = people_of(deed.uow, staff_id, deed.now)
    for_second = version["second_id"] in people and version["asked_by"] not in people
    own = card_of_reviewer(version, version["second_id"] if for_second else staff_id)
    cards = (own, *(each for each in review_cards(version) if each != own))
    his = [each for each in cards if deed.uow.first(button, card=each, state="open", for_id=staff_id) is not None]
    return (his or [own])[0], bool(his)


def _as_whom(version: Row, reviewer: int, deed: Deed) -> tuple[str, ...]:
    """The roles in which somebody decides on this version: the reviewer's, or those that he has on the case."""
    team = deed.uow.get(case, version["case_id"])["team"]
    return ("reviewer", *(role for role, person in team.items() if person == reviewer and role != "reviewer"))


def show_more(event: DocumentExtended, deed: Deed) -> Iterator[Command]:
    """The one card shows all files, and its buttons decide about what it shows."""
    version = deed.uow.get(document_version, event.version_id)
    if version["status"] == "submitted":
        yield from renewed(version, deed)


def tell_withdrawn(event: DocumentWithdrawn, deed: Deed) -> Iterator[Command]:
    """The card can decide nothing any more; the one of the version that counts again can."""
    yield from _closed(deed.uow.get(document_version, event.version_id), deed)
    if event.before_id is not None:
        before = deed.uow.get(document_version, event.before_id)
        if before["status"] == "submitted":
            yield from renewed(before, deed)


def tell_waived(event: ItemWaived, deed: Deed) -> Iterator[Command]:
    """Nothing is left to decide on the card of the version that waited."""
    if event.version_id is not None:
        yield from _closed(deed.uow.get(document_version, event.version_id), deed)


def _closed(version: Row, deed: Deed) -> Iterator[Command]:
    for card in review_cards(version):
        close_card(deed.uow, card)
    yield from redrawn(version)


def redrawn(version: Row) -> Iterator[Command]:
    """Every copy of its card, the second reviewer's too."""
    for card in review_cards(version):
        yield RedrawCard(card=card)


def renewed(version: Row, deed: Deed) -> Iterator[Command]:
    """Every copy with the buttons that it needs now."""
    for card in review_cards(version):
        second = card != review_card(version["id"])
        yield RenewCard(card=card, notice="review", buttons=review_buttons(version, deed, second=second))


def review_buttons(version: Row, deed: Deed, *, second: bool = False) -> tuple[dict[str, Any], ...]:
    """What must be confirmed by eye, the dates that are wanted, and the decision about exactly these files."""
    files = count_of(deed.uow, version)
    approve = ReviewDocument(version_id=version["id"], decision="approved", files=files)
    ticks = [
        offer(TickCheck(version_id=version["id"], check=check), _tick_label(version, check), keeps=True)
        for check in missing_ticks(version)
    ]
    dates = [
        offer(AskDate(version_id=version["id"], name=each), _date_label(each), keeps=True)
        for each in needed_dates(version)
    ]
    reject = offer(OfferReasons(version_id=version["id"]), REJECT, "danger", keeps=True)
    original = offer(OpenOriginal(version_id=version["id"]), ORIGINAL, keeps=True)
    more = () if second else (offer(OfferSecondLook(version_id=version["id"]), SECOND, keeps=True),)
    later = [
        offer(SnoozeReview(version_id=version["id"], until="hour"), HOUR, keeps=True),
        offer(SnoozeReview(version_id=version["id"], until="tomorrow"), TOMORROW, keeps=True),
    ]
    return (*ticks, *dates, original, offer(approve, APPROVE, "primary"), reject, *more, *later)


def ask_date(event: DateAsked, deed: Deed) -> Iterator[Command]:
    """The question goes to the reviewer who pressed."""
    dialog = {"kind": "date", "case": event.case_id, "version": event.version_id, "name": event.name}
    yield StartDialog(to="staff", person_id=event.staff_id, dialog=dialog)


def show_reasons(event: ReasonsAsked, deed: Deed) -> Iterator[Command]:
    """One button per reason of the flow; the first press on this card or the review card closes both."""
    row = deed.uow.get(case, event.case_id or 0)
    buttons = tuple(
        offer(ReviewDocument(version_id=event.version_id, decision="rejected", reason=reason.key), reason.name)
        for reason in compiled_of(deed, row).flow.reasons
        if reason.key != "other"
    )
    yield Notify(
        to="staff",
        person_id=event.staff_id,
        notice="reasons",
        subject={"case": row["id"], "version": event.version_id},
        card=card_of_presser(deed.uow.get(document_version, event.version_id), event.staff_id, deed)[0],
        buttons=buttons,
    )


def tell_approved(event: DocumentApproved, deed: Deed) -> Iterator[Command]:
    yield from _decided(event, "approved", {}, deed)


def tell_rejected(event: DocumentRejected, deed: Deed) -> Iterator[Command]:
    yield from _decided(event, "rework", {"reason": event.reason, "words": event.words}, deed)


def tell_reopened(event: ItemsReopened, deed: Deed) -> Iterator[Command]:
    row = deed.uow.get(case, event.case_id or 0)
    yield Notify(
        to="client",
        person_id=row["client_id"],
        notice="reopened",
        subject={"case": row["id"]},
        params={"items": list(event.item_ids), "reason": event.reason},
    )


def redraw_review(event: FindingsChanged, deed: Deed) -> Iterator[Command]:
    yield from redrawn(deed.uow.get(document_version, event.version_id))


def _decided(
    event: DocumentApproved | DocumentRejected, notice: str, params: dict[str, str], deed: Deed
) -> Iterator[Command]:
    version = deed.uow.get(document_version, event.version_id)
    decided = {
        "settled_at": version["reviewed_at"],
        "settled_kind": "staff",
        "settled_by": version["reviewed_by"],
    }
    for card in review_cards(version):
        close_card(deed.uow, card, decided)
    row = deed.uow.get(case, event.case_id or 0)
    yield from redrawn(version)
    yield Notify(
        to="client",
        person_id=row["client_id"],
        notice=notice,
        subject={"case": row["id"], "version": event.version_id},
        params={"item": event.item, **params},
    )


def _date_label(name: str) -> dict[str, Any]:
    return said("button.give_date", date=said(f"date_name.{name}"))


def _tick_label(version: Row, check: str) -> dict[str, str]:
    findings: list[dict[str, object]] = version["findings"]
    words = next(finding["text"] for finding in findings if finding["check"] == check)
    return dict(words)  # type: ignore[call-overload, no-any-return]  # language -> words
