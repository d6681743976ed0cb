"""A document version with everything that a reviewer wants to know of it."""

from dataclasses import dataclass

from core.cases.pages import files_of
from core.cases.past import item_once
from core.cases.tables import applicant, document_version, item
from core.catalog.catalogue import Catalogue
from core.engine.flow import Item
from core.files.tables import file
from core.kit.errors import NotFound
from core.store.reading import Lookup
from core.store.sealing import Row
from core.views.case_view import CaseView, case_view


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One version, its item, its file and its case."""

    version: Row
    item_row: Row
    item: Item
    file: Row  # the first one
    files: tuple[Row, ...]
    applicant: Row | None
    case: CaseView


def document_view(lookup: Lookup, catalogue: Catalogue, version_id: int) -> DocumentView:
    """Raises NotFound."""
    version = lookup.peek(document_version, version_id)
    row = None if version is None else lookup.peek(item, version["item_id"])
    kept = None if version is None else lookup.peek(file, version["file_id"])
    if version is None or row is None or kept is None:
        raise NotFound(thing="version", id=version_id)
    view = case_view(lookup, catalogue, version["case_id"])
    return DocumentView(
        version=version,
        item_row=row,
        item=item_once(lookup, catalogue, view.row, row["key"]),
        file=kept,
        files=tuple(files_of(lookup, version)),
        applicant=None if row["applicant_id"] is None else lookup.peek(applicant, row["applicant_id"]),
        case=view,
    )
