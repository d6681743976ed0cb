"""What is done about a client's data: a copy for him, their erasure, and a hold that forbids it."""

from typing import Final

from starlette.responses import Response, StreamingResponse

from admin_api.desk import AtDesk
from admin_api.download import SAFE
from admin_api.need import does, reaches
from admin_api.route import section
from admin_api.schemas.data_rights import HoldReason, LegalHold
from admin_api.schemas.ids import IdIn
from core.clients.erasure import hold_of
from core.commands.data_rights import EraseClient, ExportClient, HoldClient, LiftHold
from core.wiring.client_copy import copy_of

DATA_RIGHTS = section("data rights")
_ZIP: Final = "application/zip"
_CONTENT: Final = {_ZIP: {"schema": {"type": "string", "format": "binary"}}}


@DATA_RIGHTS.operation(
    "POST",
    "/clients/{client_id}/export",
    does(ExportClient),
    errors=[409],
    content=_CONTENT,
    response_class=Response,
    secret=True,  # everything about a client: no second copy of it is kept
)
def export_client(desk: AtDesk, client_id: IdIn) -> Response:
    """A copy of everything that is kept about a client: data.json and his files, as one zip archive.

    Every export is audited and stands on the timeline of his cases; his open request for a copy is done with it.
    """
    desk.do(ExportClient(client_id=client_id))
    pieces = copy_of(desk.parts.reading, desk.parts.files, client_id, desk.parts.clock.now())
    headers = {**SAFE, "Content-Disposition": f'attachment; filename="client-{client_id}.zip"'}
    return StreamingResponse(pieces, media_type=_ZIP, headers=headers)


@DATA_RIGHTS.operation("POST", "/clients/{client_id}/erase", does(EraseClient), status=204, errors=[409])
def erase_client(desk: AtDesk, client_id: IdIn) -> None:
    """Erase what is personal about a client for good. Numbers, stages and the audit stay.

    From here on he is erased; his rows are emptied and his files shredded in steps within the next moments. 409 while a
    case of his is open or a legal hold is in force. It cannot be undone.
    """
    desk.do(EraseClient(client_id=client_id))


@DATA_RIGHTS.operation("GET", "/clients/{client_id}/hold", reaches("client.hold", "client", "client_id"))
def read_hold(desk: AtDesk, client_id: IdIn) -> LegalHold:
    """Whether the client's data must be kept."""
    with desk.look() as reader:
        row = hold_of(reader, client_id)
    if row is None:
        return LegalHold(held=False)
    return LegalHold(held=True, reason=row["reason"], by_id=row["by_id"], at=row["at"])


@DATA_RIGHTS.operation("POST", "/clients/{client_id}/hold", does(HoldClient), status=204, errors=[409])
def hold_client(desk: AtDesk, client_id: IdIn, body: HoldReason) -> None:
    """The client's data must be kept (a dispute, an authority): nobody erases them until the hold is lifted."""
    desk.do(HoldClient(client_id=client_id, reason=body.reason))


@DATA_RIGHTS.operation("POST", "/clients/{client_id}/hold/lift", does(LiftHold), status=204, errors=[409])
def lift_hold(desk: AtDesk, client_id: IdIn, body: HoldReason) -> None:
    """The data need not be kept any longer."""
    desk.do(LiftHold(client_id=client_id, reason=body.reason))
