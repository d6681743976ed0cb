"""A flow's diagram as an answer, in the form and the language that the caller asks for."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from admin_api.desk import Desk
from admin_api.download import SAFE
from admin_api.language import language_of
from core.engine.diagram import diagram_of
from core.engine.diagram_mermaid import mermaid
from core.engine.diagram_svg import svg
from core.engine.machine import CompiledFlow

Form = Annotated[Literal["svg", "mermaid"], Query(alias="format")]
Language = Annotated[
    Literal["zh-CN", "en"] | None, Query(description="Of its labels; absent: the best of Accept-Language.")
]

_FORMS: Final[Mapping[str, Any]] = {"svg": (svg, "image/svg+xml"), "mermaid": (mermaid, "text/vnd.mermaid")}
_SVG: Final = '<svg xmlns="http://www.w3.org/2000/svg"><title>Japan tourist visa</title></svg>'
CONTENT: Final[dict[str, Any]] = {
    "image/svg+xml": {"schema": {"type": "string"}, "example": _SVG},
    "text/vnd.mermaid": {"schema": {"type": "string"}, "example": 'flowchart TD\n    s0["Contract"]\n'},
}


def drawn(desk: Desk, request: Request, compiled: CompiledFlow, form: str, language: str | None) -> Response:
    """The picture; nothing in it may run or fetch anything, whatever opens it."""
    draw, media_type = _FORMS[form]
    diagram = diagram_of(compiled, language or language_of(request.headers), desk.parts.policy.roles)
    ending = "svg" if form == "svg" else "mmd"
    named = {"Content-Disposition": f'inline; filename="{compiled.flow.key}-v{compiled.flow.version}.{ending}"'}
    return Response(draw(diagram).encode(), media_type=media_type, headers={**SAFE, **named})
