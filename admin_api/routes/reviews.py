"""Review of one document version: decide, tick, give a date. Every act answers with the version as it is then."""

from admin_api.case_file import read_version
from admin_api.desk import AtDesk, Desk, command_of
from admin_api.route import does, section
from admin_api.schemas.documents import NewDate, NewReview, NewTick, Version
from admin_api.schemas.ids import IdIn
from core.commands.command import Command
from core.commands.documents import GiveDate, ReviewDocument, TickCheck

REVIEWS = section("reviews")


@REVIEWS.operation("POST", "/versions/{version_id}/review", does(ReviewDocument), errors=[409])
def review_document(desk: AtDesk, version_id: IdIn, body: NewReview) -> Version:
    """Approve or reject a version.

    409: somebody was faster, a newer version is there, or a check waits for a tick.
    """
    return _after(desk, version_id, command_of(ReviewDocument, {"version_id": version_id, **body.model_dump()}))


@REVIEWS.operation("POST", "/versions/{version_id}/ticks", does(TickCheck), errors=[409])
def tick_check(desk: AtDesk, version_id: IdIn, body: NewTick) -> Version:
    """Confirm by eye what no machine can see."""
    return _after(desk, version_id, command_of(TickCheck, {"version_id": version_id, **body.model_dump()}))


@REVIEWS.operation("POST", "/versions/{version_id}/dates", does(GiveDate), errors=[409])
def give_date(desk: AtDesk, version_id: IdIn, body: NewDate) -> Version:
    """Give a date that stands on the document; the checks that need it run again."""
    return _after(desk, version_id, command_of(GiveDate, {"version_id": version_id, **body.model_dump()}))


def _after(desk: Desk, version_id: int, command: Command) -> Version:
    desk.do(command)
    with desk.look() as reader:
        return read_version(desk, reader, version_id)
