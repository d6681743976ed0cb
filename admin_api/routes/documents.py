"""Documents: hand one in for the client, get it back, waive it."""

from typing import Annotated, Any

from fastapi import Depends, Query, Response

from admin_api import download
from admin_api.desk import AtDesk, Desk, command_of
from admin_api.multipart import FIELD
from admin_api.need import does, reaches, submits
from admin_api.route import section
from admin_api.schemas.documents import NewWaiver, Submitted, Who, findings_of
from admin_api.schemas.ids import IdIn
from admin_api.upload import Upload, check_room, forget, look_at, received
from core.cases.pages import files_of
from core.cases.tables import case, document_version, item
from core.commands.documents import KeepFile, SubmitDocument, WaiveItem
from core.engine.access import Mask
from core.files.service import client_files, spare_of
from core.files.tables import file
from core.kit.errors import Invalid, NotFound, Problem, Refusal
from core.store.locks import case_key
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

DOCUMENTS = section("documents")
Page = Annotated[int, Query(ge=1, le=100, description="Which of the version's files.")]
_FORM = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": {"type": "string", "format": "binary"}},
    }
}
_UPLOAD = {"requestBody": {"required": True, "content": {"multipart/form-data": _FORM}}}
_BINARY: dict[str, Any] = {
    media_type: {"schema": {"type": "string", "format": "binary"}}
    for media_type in ("application/octet-stream", *download.ENDINGS)
}
_PICTURE: dict[str, Any] = {"image/png": {"schema": {"type": "string", "format": "binary"}}}


@DOCUMENTS.operation(
    "POST",
    "/items/{item_id}/documents",
    submits(SubmitDocument, "item_id"),
    status=201,
    errors=[409],
    streams=True,
    extra=_UPLOAD,
)
def submit_document(desk: AtDesk, item_id: IdIn, upload: Annotated[Upload, Depends(received)]) -> Submitted:
    """Hand a document in for the client; it becomes the item's newest version, with the caller as its sender.

    A file that cannot be taken gives 422 with the reason in words; one that is identical to the newest version
    gives 409 and makes no version.
    """
    with desk.look() as reader:
        row = _case_of(reader, item_id)
    check_room(desk, row["client_id"], upload)
    looked = look_at(desk, upload)
    keep = looked.kept_for(row["client_id"])
    keys = case_key(row["id"]), client_files(row["client_id"])
    done, refusal = desk.unit(lambda uow: _submit(uow, desk, item_id, keep), *keys)
    if refusal is not None:
        forget(desk.parts.files, upload.stored.handle, looked.preview)
        raise refusal
    with desk.look() as reader:
        version = _row(reader, document_version, done)
        kept = _row(reader, file, version["file_id"])
    forget(desk.parts.files, *spare_of(kept, upload.stored.handle, looked.preview))
    return Submitted(
        id=version["id"],
        n=version["n"],
        item_id=version["item_id"],
        sha256=version["sha256"],
        by=Who(kind="staff", id=desk.actor.id, name=desk.actor.name),
        findings=findings_of(version["findings"]),
    )


@DOCUMENTS.operation("POST", "/items/{item_id}/waive", does(WaiveItem), status=204, errors=[409])
def waive_item(desk: AtDesk, item_id: IdIn, body: NewWaiver) -> None:
    """Say that an item is not needed here, and why."""
    desk.do(command_of(WaiveItem, {"item_id": item_id, **body.model_dump()}))


@DOCUMENTS.operation(
    "GET",
    "/versions/{version_id}/file",
    reaches("document.read", "version", "version_id"),
    errors=[410],
    response_class=Response,
    content=_BINARY,
)
def download_original(desk: AtDesk, version_id: IdIn, page: Page = 1) -> Response:
    """The original as it was sent, as an attachment."""
    with desk.look() as reader:
        version = _row(reader, document_version, version_id)
        kept = _file(reader, version, page)
        wanted = _row(reader, item, version["item_id"])
    return download.original(
        desk.parts.files,
        kept,
        f"{wanted['key']}-v{version['n']}" + (f"-{page}" if page > 1 else ""),
        named=desk.masks("file")["name"] >= Mask.READ,
    )


@DOCUMENTS.operation(
    "GET",
    "/versions/{version_id}/preview",
    reaches("document.read", "version", "version_id"),
    errors=[410],
    response_class=Response,
    content=_PICTURE,
)
def show_preview(desk: AtDesk, version_id: IdIn, page: Page = 1) -> Response:
    """A picture of page 1, made anew from what was sent; 404 where there is nothing to show."""
    with desk.look() as reader:
        kept = _file(reader, _row(reader, document_version, version_id), page)
    if not kept["preview_handle"]:
        raise NotFound(thing="version")
    return download.preview(desk.parts.files, kept["preview_handle"])


def _submit(uow: UnitOfWork, desk: Desk, item_id: int, keep: KeepFile) -> tuple[int | None, Refusal | None]:
    """Keep the file and hand it in, or neither; a refused attempt is audited all the same."""
    bus, cause = desk.parts.bus, desk.cause
    try:
        with uow.step():
            file_id = bus.execute(uow, keep, cause)
            return bus.execute(uow, SubmitDocument(item_id=item_id, file_id=file_id), cause), None
    except Refusal as refusal:
        bus.refused(uow, SubmitDocument(item_id=item_id, file_id=0), cause, refusal)
        return None, _about_the_form(refusal)


def _about_the_form(refusal: Refusal) -> Refusal:
    """What is wrong with the kept file is wrong with the form's: the caller never sent an id of it."""
    if not isinstance(refusal, Invalid):
        return refusal
    return Invalid(problems=[Problem(f"/{FIELD}", each.code, each.message) for each in refusal.problems])


def _file(reader: Reader, version: Row, page: int) -> Row:
    """Raises NotFound for a version with fewer files."""
    files = files_of(reader, version)
    if page > len(files):
        raise NotFound(thing="version")
    return files[page - 1]


def _case_of(reader: Reader, item_id: int) -> Row:
    return _row(reader, case, _row(reader, item, item_id)["case_id"])


def _row(reader: Reader, table: Any, row_id: int) -> Row:
    row = reader.peek(table, row_id)
    if row is None:
        raise NotFound(thing=table.name)
    return row
