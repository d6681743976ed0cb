"""Files that wait for the virus check: which there are, and have one checked again."""

from functools import partial

from admin_api.desk import AtDesk
from admin_api.need import does, may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.held_files import HeldFiles, held_file_of
from admin_api.schemas.ids import IdIn
from core.commands.documents import CheckFileAgain
from core.conversations.held import case_of
from core.ledger.errands import is_held
from core.ledger.tables import errand, in_state
from core.wiring.subjects import errand_subject

HELD_FILES = section("held files")


@HELD_FILES.operation("GET", "/held-files", may("file.recheck"))
def list_held_files(desk: AtDesk, cursor: Cursor = None, limit: Limit = USUAL) -> HeldFiles:
    """Files that came in and are not taken before the scanner has answered, of the cases that the caller reaches."""
    may_check = partial(desk.parts.policy.may, desk.actor, "file.recheck")
    with desk.look() as reader:
        rows = [row for row in reader.find(errand, in_state(errand, "waiting", "running")) if is_held(row)]
        mine = [row for row in rows if may_check(errand_subject(reader, row["id"]))]
        page, following = page_of(mine, lambda row: (int(row["id"]),), cursor, limit)
        return HeldFiles(files=[held_file_of(row, case_of(reader, row)) for row in page], next=following)


@HELD_FILES.operation("POST", "/held-files/{errand_id}/check", does(CheckFileAgain), status=204, errors=[409])
def check_file_again(desk: AtDesk, errand_id: IdIn) -> None:
    """Ask the scanner about this file at once; 409 when it has given its verdict already."""
    desk.do(CheckFileAgain(errand_id=errand_id))
