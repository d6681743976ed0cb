"""Upload links: who asked for one stands on the timeline; the link itself is signed when the answer is drawn."""

from datetime import datetime

from core.bus.deed import Deed
from core.cases.checklist import check_not_dropped
from core.cases.tables import case, item
from core.commands.documents import AskUploadLink
from core.engine.checklist import DONE
from core.events.happened import UploadLinkMade
from core.files.links import UPLOAD_VALID
from core.kit.errors import NotAllowed, NotFound, NotPossibleNow


def ask_upload_link(command: AskUploadLink, deed: Deed) -> datetime:
    """Returns until when it is valid. Raises NotAllowed for anybody but the client and his guardians, NotPossibleNow
    when the case is closed or the item is decided, NotFound for an item of another case."""
    if deed.actor.kind != "client":
        raise NotAllowed(permission=command.permission)
    if deed.uow.get(case, command.case_id)["state"] != "open":
        raise NotPossibleNow(reason="closed")
    wanted = deed.uow.peek(item, command.item_id) if command.item_id else None
    if command.item_id and (wanted is None or wanted["case_id"] != command.case_id):
        raise NotFound(thing="item", id=command.item_id)
    if wanted is not None:
        check_not_dropped(wanted)
    if wanted is not None and wanted["status"] in DONE:
        raise NotPossibleNow(reason="item_done")
    until: datetime = deed.now + UPLOAD_VALID
    made = UploadLinkMade(
        case_id=command.case_id,
        client_id=deed.actor.id,
        item_id=command.item_id,
        until=until.isoformat(),
    )
    deed.emit(made)
    return until
