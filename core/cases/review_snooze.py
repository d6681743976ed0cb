"""Reviews that are put off: each reviewer for himself, until an hour at which the card comes back."""

from datetime import datetime

from core.bus.deed import Deed
from core.cases.review import undecided
from core.cases.second_look import waits_for
from core.cases.stages import calendar_of, compiled_of
from core.cases.tables import case, document_version, review_snooze
from core.commands.reviewing import RemindReview, ShowReview, SnoozeReview
from core.engine.putting_off import put_off
from core.events.reviewing import ReviewReminded, ReviewSnoozed
from core.ledger import timers
from core.staff.delegation import principals
from core.store.reading import Lookup
from core.store.sealing import Row


def snooze_review(command: SnoozeReview, deed: Deed) -> datetime:
    """Returns when it comes back. Raises as a decision does."""
    version = undecided(deed, command.version_id)
    calendar = calendar_of(deed, compiled_of(deed, deed.uow.get(case, version["case_id"])))
    until = put_off(deed.now, command.until, calendar)
    about = {"version_id": version["id"], "staff_id": deed.actor.id}
    known = deed.uow.first(review_snooze, **about)
    if known is None:
        deed.uow.add(review_snooze, case_id=version["case_id"], until=until, **about)
    else:
        deed.uow.change(review_snooze, known["id"], until=until)
    key = f"review:{version['id']}:{deed.actor.id}"
    timers.plan(deed.uow, key, until, RemindReview(**about), case_id=version["case_id"], scope="review")
    deed.emit(ReviewSnoozed(case_id=version["case_id"], **about))
    return until


def remind_review(command: RemindReview, deed: Deed) -> None:
    """A timer's command: what was decided, approved by this person or put off again meanwhile stays quiet. A deputy put
    it off for the colleague whose work it is."""
    version = deed.uow.get(document_version, command.version_id)
    row = deed.uow.first(review_snooze, version_id=command.version_id, staff_id=command.staff_id)
    if row is None or row["until"] is None or row["until"] > deed.now:
        return
    deed.uow.change(review_snooze, row["id"], until=None)
    wanted, mine = waits_for(version), people_of(deed.uow, command.staff_id, deed.now)
    approved = version["first_by"] == command.staff_id
    if version["status"] == "submitted" and not approved and (not wanted or not mine.isdisjoint(wanted)):
        about = {"version_id": version["id"], "staff_id": command.staff_id}
        deed.emit(ReviewReminded(case_id=version["case_id"], **about))


def show_review(command: ShowReview, deed: Deed) -> None:
    """Its card comes to the actor, as one more copy that is redrawn with the others. Raises as a decision does."""
    version = undecided(deed, command.version_id)
    about = {"version_id": version["id"], "staff_id": deed.actor.id}
    deed.emit(ReviewReminded(case_id=version["case_id"], asked=True, **about))


def people_of(lookup: Lookup, staff_id: int, now: datetime) -> set[int]:
    """He, and those for whom he stands in at this moment."""
    return {staff_id, *(principal for principal, _ in principals(lookup, staff_id, now))}


def put_off_until(lookup: Lookup, version_id: int, staff_id: int, now: datetime) -> datetime | None:
    """Until when this person has put this review off, if he has."""
    row = lookup.first(review_snooze, version_id=version_id, staff_id=staff_id)
    return row["until"] if row is not None and row["until"] is not None and row["until"] > now else None


def put_off_reviews(lookup: Lookup, now: datetime, **of: int) -> list[Row]:
    """What is put off and not decided, of a person (`staff_id`) or a case (`case_id`), the first to come back first."""
    rows = [row for row in lookup.find(review_snooze, **of) if row["until"] is not None and row["until"] > now]
    found = []
    for row in rows:
        version = lookup.peek(document_version, row["version_id"])
        if version is not None and version["status"] == "submitted":
            found.append(row)
    return sorted(found, key=lambda row: (row["until"], row["id"]))
