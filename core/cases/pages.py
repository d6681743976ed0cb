"""The files of one version: a document may have several (pages, both sides), as long as its review has not begun."""

from core.bus.deed import Deed
from core.cases.checklist import check_not_dropped
from core.cases.documents import SameFile, check_format, findings_of, holds, settle_submitted, usable
from core.cases.stages import compiled_of
from core.cases.tables import case, document_file, document_version, item
from core.commands.documents import AddFile
from core.events.happened import DocumentExtended
from core.files.tables import file
from core.kit.errors import NotFound, NotPossibleNow, Refusal
from core.kit.ids import new_id
from core.store.reading import Lookup
from core.store.sealing import Row


class TooManyFiles(Refusal):
    """The version is full: send the file as a new version, or several pages as one PDF."""

    code, status = "too_many_files", 409


def add_file(command: AddFile, deed: Deed) -> int:
    """Returns the version's id.

    Raises NotPossibleNow when the case is closed, the review has begun or the item was waived, SameFile for a file that
    the version has, TooManyFiles above the item's `max_files`, Invalid when kind or size do not fit the item.
    """
    uow = deed.uow
    version, kept = uow.get(document_version, command.version_id), uow.get(file, command.file_id)
    wanted, row = uow.get(item, version["item_id"]), uow.get(case, version["case_id"])
    if not usable(row, kept, deed):
        raise NotFound(thing="file", id=kept["id"])
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    check_not_dropped(wanted)
    if wanted["current_id"] != version["id"] or not takes_more(version):
        raise NotPossibleNow(reason=full(version))
    spec, there = compiled_of(deed, row).flow.item(wanted["key"]), files_of(uow, version)
    check_format(spec, kept)
    if holds(uow, version, kept["sha256"]):
        raise SameFile(item=wanted["key"])
    if len(there) >= spec.max_files:
        raise TooManyFiles(most=spec.max_files)
    uow.add(
        document_file,
        version_id=version["id"],
        case_id=row["id"],
        file_id=kept["id"],
        sha256=kept["sha256"],
        sent=command.sent or new_id(),
        at=deed.now,
    )
    uow.change(file, kept["id"], unplaced=False)
    findings = findings_of(row, wanted, files_of(uow, version), {}, [], deed)
    uow.change(document_version, version["id"], findings=findings)
    _tell(row, wanted, version, kept, len(there) + 1, deed)
    if version["status"] == "partial" and len(there) + 1 >= spec.min_files:
        uow.change(document_version, version["id"], status="submitted")
        settle_submitted(row, wanted, version, deed)
    return int(version["id"])


def _tell(row: Row, wanted: Row, version: Row, kept: Row, files: int, deed: Deed) -> None:
    extended = DocumentExtended(
        case_id=row["id"],
        item_id=wanted["id"],
        item=wanted["key"],
        version_id=version["id"],
        version=version["n"],
        file_id=kept["id"],
        files=files,
        sha256=kept["sha256"],
        channel=deed.cause.channel,
    )
    deed.emit(extended)


def takes_more(version: Row) -> bool:
    """Whether its review has not begun: nothing ticked, dated, approved by a first reviewer or decided."""
    begun = version["ticks"] or version["dates"] or version["first_by"] is not None
    return version["status"] in ("partial", "submitted") and not begun


def full(version: Row) -> str:
    """Why a version takes nothing more, for people."""
    return "item_done" if version["status"] == "waived" else "review_begun"


def files_of(lookup: Lookup, version: Row) -> list[Row]:
    """Every file of a version, in the order in which the client sent them."""
    more = lookup.find(document_file, version_id=version["id"])
    found = [lookup.peek(file, each["file_id"]) for each in sorted([version, *more], key=lambda each: each["sent"])]
    return [each for each in found if each is not None]


def count_of(lookup: Lookup, version: Row) -> int:
    """How many files a version has."""
    return 1 + len(lookup.find(document_file, version_id=version["id"]))
