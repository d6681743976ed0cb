"""Taking back: what the client sent last is withdrawn, and what counted before counts again."""

from core.bus.deed import Deed
from core.cases.checklist import check_not_dropped
from core.cases.pages import files_of, full, takes_more
from core.cases.tables import case, document_version, item
from core.commands.documents import WithdrawDocument
from core.events.happened import DocumentWithdrawn
from core.files.tables import file
from core.kit.errors import NotPossibleNow
from core.store.reading import Lookup
from core.store.sealing import Row

_AFTER = {"replaced": "submitted", "rejected": "rework", "approved": "rework", "waived": "todo", "lapsed": "rework"}
"""What the item is again when this version counts once more: an approved one had been opened anew or had lapsed, and
an item that was waived while this version waited had been opened anew too."""


def withdraw_document(command: WithdrawDocument, deed: Deed) -> None:
    """The version is kept as withdrawn. Raises NotPossibleNow when it is not the item's newest one, when its review has
    begun, when its item was waived, or when the case is closed."""
    uow = deed.uow
    version = uow.get(document_version, command.version_id)
    wanted, row = uow.get(item, version["item_id"]), uow.get(case, version["case_id"])
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    check_not_dropped(wanted)
    if wanted["current_id"] != version["id"] or not takes_more(version):
        raise NotPossibleNow(reason=full(version))
    before, was_partial = _counted_before(uow, version), version["status"] == "partial"
    uow.change(document_version, version["id"], status="withdrawn")
    for kept in files_of(uow, version):
        uow.change(file, kept["id"], unplaced=False)  # the client does not want it anywhere
    status = wanted["status"] if was_partial else "todo"
    if before is not None:
        status = _AFTER[before["status"]]
        if before["status"] == "replaced":
            uow.change(document_version, before["id"], status="submitted")
    current = None if before is None else before["id"]
    uow.change(item, wanted["id"], status=status, status_at=deed.now, current_id=current)
    withdrawn = DocumentWithdrawn(
        case_id=row["id"],
        item_id=wanted["id"],
        item=wanted["key"],
        version_id=version["id"],
        version=version["n"],
        before_id=current,
        channel=deed.cause.channel,
    )
    deed.emit(withdrawn)


def last_of(lookup: Lookup, case_id: int, client_id: int) -> Row | None:
    """What this client handed in last and has not taken back."""
    found = lookup.find(document_version, case_id=case_id, by_kind="client", by_id=client_id)
    found = [each for each in found if each["status"] not in ("withdrawn", "dropped")]
    return max(found, key=lambda each: each["id"]) if found else None


def _counted_before(lookup: Lookup, version: Row) -> Row | None:
    """The newest earlier version that was not withdrawn itself; a partial one never counted."""
    earlier = [
        each
        for each in lookup.find(document_version, item_id=version["item_id"])
        if each["n"] < version["n"] and each["status"] in _AFTER
    ]
    return max(earlier, key=lambda each: each["n"]) if earlier else None
