"""The door of the signed links to what a person has sent a client: for channels that cannot send files."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from admin_api import download
from admin_api.parts import Parts
from core.engine.access import Actor
from core.files.links import Parcel
from core.files.tables import file
from core.kit.errors import NotFound
from core.kit.ids import new_id
from core.ledger import audit

SECONDS = 30.0


def sent_route(parts: Parts) -> Route:
    """`GET /sent/{token}`; the token is the proof, and every opening is audited."""

    async def give(request: Request) -> Response:
        parcel = parts.sent_links.read(request.path_params["token"], parts.clock.now())
        return await asyncio.to_thread(_give, parts, parcel)

    return Route("/sent/{token}", give, methods=["GET"])


def _give(parts: Parts, parcel: Parcel) -> Response:
    with parts.reading.open() as reader:
        kept = reader.peek(file, parcel.file_id)
    if kept is None:
        raise NotFound(thing="file", named=True)
    who = Actor(kind="client", id=parcel.client_id)
    subject = f"file:{kept['id']}"
    parts.store.run(
        lambda uow: audit.note(uow, who, "api", "OpenSentFile", correlation=new_id(), subject=subject), timeout=SECONDS
    )
    return download.original(parts.files, kept, "file", named=True)
