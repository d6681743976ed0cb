"""Sample pictures of a flow's documents, as its folder holds them."""

import asyncio
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from core.kit.errors import NotFound

_FLOW = re.compile(r"[a-z][a-z0-9_]{0,47}")
_PICTURE = re.compile(r"[a-z0-9_]{1,40}\.png")


async def sample(request: Request, folder: Path | None) -> Response:
    """A flow's sample picture; it holds nothing of anybody. Raises NotFound."""
    flow, name = request.path_params["flow"], request.path_params["name"]
    if folder is None or not _FLOW.fullmatch(flow) or not _PICTURE.fullmatch(name):
        raise NotFound(thing="sample")
    path = folder / flow / "samples" / name
    if not await asyncio.to_thread(path.is_file):
        raise NotFound(thing="sample")
    return FileResponse(path, media_type="image/png", headers={"Cache-Control": "public, max-age=3600"})
