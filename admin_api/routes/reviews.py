"""Review of one document version: decide, tick, give a date. Every act answers with the version as it is then."""

from admin_api.case_file import read_version
from admin_api.desk import AtDesk, Desk, command_of
from admin_api.need import does, lists
from admin_api.route import section
from admin_api.schemas.documents import (
    Approvals,
    ClearReview,
    ClearReviews,
    NewApprovals,
    NewDate,
    NewReview,
    NewSecond,
    NewTick,
    PutOff,
    Version,
)
from admin_api.schemas.ids import IdIn
from admin_api.schemas.tasks import NewSnooze
from core.commands.command import Command
from core.commands.desk import ApproveShown
from core.commands.documents import GiveDate, ReviewDocument, TickCheck
from core.commands.reviewing import AskSecondLook, SnoozeReview
from core.kit.errors import Refusal
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork
from core.views.clear_reviews import clear_reviews
from core.views.document_view import document_view
from core.wiring.batch import approve_each
from core.wiring.subjects import of_case

REVIEWS = section("reviews")


@REVIEWS.operation("POST", "/versions/{version_id}/review", does(ReviewDocument), errors=[409])
def review_document(desk: AtDesk, version_id: IdIn, body: NewReview) -> Version:
    """Approve or reject a version.

    409: somebody was faster, a newer version is there, or a check waits for a tick.
    """
    return _after(desk, version_id, command_of(ReviewDocument, {"version_id": version_id, **body.model_dump()}))


@REVIEWS.operation("POST", "/versions/{version_id}/second-look", does(AskSecondLook), errors=[409])
def ask_second_look(desk: AtDesk, version_id: IdIn, body: NewSecond) -> Version:
    """Ask a colleague to decide as well: approved when both have approved, rejected when either has.

    409: he cannot be the second reviewer, or somebody else has asked already.
    """
    return _after(desk, version_id, AskSecondLook(version_id=version_id, staff_id=body.staff_id))


@REVIEWS.operation("POST", "/versions/{version_id}/snooze", does(SnoozeReview), errors=[409])
def snooze_review(desk: AtDesk, version_id: IdIn, body: NewSnooze) -> PutOff:
    """Put one's own review off: its card comes back in an hour, or at nine on the next working day, unless it was
    decided."""
    return PutOff(until=desk.do(SnoozeReview(version_id=version_id, until=body.until)))


@REVIEWS.operation("POST", "/versions/{version_id}/ticks", does(TickCheck), errors=[409])
def tick_check(desk: AtDesk, version_id: IdIn, body: NewTick) -> Version:
    """Confirm by eye what no machine can see."""
    return _after(desk, version_id, command_of(TickCheck, {"version_id": version_id, **body.model_dump()}))


@REVIEWS.operation("POST", "/versions/{version_id}/dates", does(GiveDate), errors=[409])
def give_date(desk: AtDesk, version_id: IdIn, body: NewDate) -> Version:
    """Give a date that stands on the document; the checks that need it run again."""
    return _after(desk, version_id, command_of(GiveDate, {"version_id": version_id, **body.model_dump()}))


@REVIEWS.operation("GET", "/reviews/clear", lists("document.review"))
def list_clear_reviews(desk: AtDesk) -> ClearReviews:
    """What waits for the caller's decision and raises no question."""
    with desk.look() as reader:
        rows = clear_reviews(reader, desk.actor, desk.parts.policy, of_case)
        return ClearReviews(versions=[_line(desk, reader, row) for row in rows])


@REVIEWS.operation("POST", "/reviews/approve", does(ApproveShown), errors=[404])
def approve_shown(desk: AtDesk, body: NewApprovals) -> Approvals:
    """Approve exactly these versions: a newer one that came since is not among them.

    404 when none of them is the caller's to decide.
    """
    command = ApproveShown(version_ids=tuple(body.version_ids))

    def work(uow: UnitOfWork) -> tuple[list[list[int]] | None, Refusal | None]:
        bus = desk.parts.bus
        reached, refusal = bus.attempt(uow, command, desk.cause)
        if refusal is not None:
            return None, refusal
        return [[row["id"] for row in rows] for rows in approve_each(bus, uow, reached, desk.cause)], None

    done, refusal = desk.unit(work)
    if refusal is not None:
        raise refusal
    approved, left = done
    return Approvals(approved=approved, left=left)


def _line(desk: Desk, reader: Reader, row: Row) -> ClearReview:
    view = document_view(reader, desk.parts.catalogue, row["id"])
    return ClearReview(
        version_id=row["id"],
        n=row["n"],
        case_id=row["case_id"],
        case_number=view.case.row["number"],
        item=view.item.key,
        item_name=dict(view.item.name),
    )


def _after(desk: Desk, version_id: int, command: Command) -> Version:
    desk.do(command)
    with desk.look() as reader:
        return read_version(desk, reader, version_id)
