"""The door of the signed links: an original for the member of staff who asked for it in his chat."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from admin_api import download
from admin_api.parts import Parts
from core.bus.deed import Cause
from core.cases.tables import document_version, item
from core.commands.documents import OpenOriginal
from core.engine.access import Mask
from core.files.links import Pass
from core.files.tables import file
from core.kit.errors import NotFound, Refusal
from core.kit.ids import new_id
from core.staff.service import actor_at

SECONDS = 30.0


def original_route(parts: Parts) -> Route:
    """`GET /originals/{token}`; the token is the proof, the right is asked anew, and both outcomes are audited."""

    async def give(request: Request) -> Response:
        person = parts.links.read(request.path_params["token"], parts.clock.now())
        return await asyncio.to_thread(_give, parts, person)

    return Route("/originals/{token}", give, methods=["GET"])


def _give(parts: Parts, person: Pass) -> Response:
    command = OpenOriginal(version_id=person.version_id)
    with parts.reading.open() as reader:
        actor = actor_at(reader, person.staff_id, parts.clock.now())
    if actor is None:  # he has left
        raise NotFound(thing="link")
    cause = Cause(actor=actor, door="api", correlation=new_id(), channel="link")
    _, refusal = parts.store.run(lambda uow: parts.bus.attempt(uow, command, cause), timeout=SECONDS)
    if isinstance(refusal, Refusal):
        raise refusal
    with parts.reading.open() as reader:
        version = reader.peek(document_version, person.version_id)
        kept = None if version is None else reader.peek(file, version["file_id"])
        wanted = None if version is None else reader.peek(item, version["item_id"])
    if version is None or kept is None or wanted is None:
        raise NotFound(thing="version")
    named = parts.policy.fields(actor, "file")["name"] >= Mask.READ
    return download.original(parts.files, kept, f"{wanted['key']}-v{version['n']}", named=named)
