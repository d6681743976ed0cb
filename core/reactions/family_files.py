"""What a new child case need not ask for again: a file that its parent, or another child, holds approved."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.checklist import asked, items_of
from core.cases.family import children_of
from core.cases.stages import compiled_of
from core.cases.tables import applicant, case, document_file, document_version, item
from core.commands.command import Command
from core.commands.documents import AddFile, SubmitDocument
from core.events.children import ChildOpened
from core.store.sealing import Row
from core.store.unit import UnitOfWork


def take_files(event: ChildOpened, deed: Deed) -> Iterator[Command]:
    """Items with `reuse`, by their key and for the same traveller: the newest approved version is handed in again with
    all its files. Whether it is fresh enough for this case its checks and its reviewer say, as of any other."""
    row = deed.uow.get(case, event.child_id)
    flow = compiled_of(deed, row).flow
    known = None
    for wanted in items_of(deed.uow, row["id"]):
        spec = flow.item(wanted["key"])
        if not spec.reuse or spec.proof or not asked(wanted) or wanted["status"] != "todo":
            continue
        if known is None:
            known = _approved(deed.uow, event.case_id or 0, row["id"])
        version = known.get((wanted["key"], _place(deed.uow, wanted)))
        if version is not None:
            yield from _hand_in(wanted, version, deed.uow)


def _hand_in(wanted: Row, version: Row, uow: UnitOfWork) -> Iterator[Command]:
    yield SubmitDocument(item_id=wanted["id"], file_id=version["file_id"])
    made = uow.get(item, wanted["id"])["current_id"]
    if made is None:
        return  # refused: the other flow takes no such file
    for page in sorted(uow.find(document_file, version_id=version["id"]), key=lambda each: int(each["sent"])):
        yield AddFile(version_id=made, file_id=page["file_id"])


def _approved(uow: UnitOfWork, parent_id: int, child_id: int) -> dict[tuple[str, int | None], Row]:
    """By item key and the traveller's place: the newest approved version in the parent and its other children."""
    family = [parent_id, *(row["id"] for _, row in children_of(uow, parent_id) if row["id"] != child_id)]
    found: dict[tuple[str, int | None], Row] = {}
    for case_id in family:
        for each in items_of(uow, case_id):
            current = None if each["current_id"] is None else uow.get(document_version, each["current_id"])
            if current is None or each["status"] != "approved":
                continue
            place = each["key"], _place(uow, each)
            if place not in found or found[place]["at"] < current["at"]:
                found[place] = current
    return found


def _place(uow: UnitOfWork, each: Row) -> int | None:
    """Which traveller it is of; a child has its parent's, in their order."""
    return None if each["applicant_id"] is None else int(uow.get(applicant, each["applicant_id"])["position"])
