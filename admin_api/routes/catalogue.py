"""Flows and checklist templates: what the agency sells, what it asks of whom, and the language that says it."""

import json
from typing import Annotated

from fastapi import Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from admin_api.bodies import whole
from admin_api.desk import AtDesk, Desk, command_of
from admin_api.drawing import CONTENT, Form, Language, drawn
from admin_api.need import does, may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.asked import Words
from admin_api.schemas.catalogue import FlowList, FlowVersion, TemplateList, flow_version_of, template_of
from admin_api.schemas.ids import IdIn
from core.catalog.finding import has
from core.catalog.language import schema
from core.catalog.service import look_over
from core.catalog.tables import flow_version
from core.commands.work import PublishFlow
from core.engine.spec_described import DIALECT
from core.kit.errors import Invalid, NotFound, Problem

FLOWS = section("catalogue")
MOST_SOURCE = 256 * 1024  # bytes
_EXAMPLE = "key: visa_jp_tourist\nversion: 2\nkind: visa\n"
_YAML = {"schema": {"type": "string", "format": "binary"}, "example": _EXAMPLE}
# The schema of an answer says what its YAML holds, not that it is bytes; the flow language stands elsewhere.
_SOURCE = {"schema": {"description": "The source of a flow, see flows/README.md."}, "example": _EXAMPLE}
_SCHEMA = {"schema": {"type": "object"}, "example": {"$schema": DIALECT, "title": "Flow", "type": "object"}}
_BODY = {"requestBody": {"required": True, "content": {"application/yaml": _YAML}}}

Mark = Annotated[Words | None, Query(max_length=40)]


async def _source(request: Request) -> bytes:
    desk: Desk = request.state.desk
    source = await whole(request, MOST_SOURCE)
    if desk.once is not None:
        await run_in_threadpool(desk.once.about, source)
    return source


@FLOWS.operation("GET", "/templates", may("flow.read"))
def list_templates(
    desk: AtDesk,
    country: Mark = None,
    visa: Mark = None,
    level: Mark = None,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> TemplateList:
    """Checklist templates by country, visa type and level.

    The newest published version of every flow that matches, with each item's requirement, format, sample, and in
    words of whom it is asked.
    """
    wanted = {"country": country, "visa": visa, "level": level}
    with desk.look() as reader:
        rows = [row for row in desk.parts.catalogue.newest(reader) if has(row["meta"], wanted)]
        page, following = page_of(rows, lambda row: (str(row["flow"]),), cursor, limit)
        flows = [desk.parts.catalogue.compiled(reader, row["id"]).flow for row in page]
    return TemplateList(templates=[template_of(flow) for flow in flows], next=following)


@FLOWS.operation("GET", "/flows", may("flow.read"))
def list_flows(desk: AtDesk, flow: Mark = None, cursor: Cursor = None, limit: Limit = USUAL) -> FlowList:
    """Published flow versions, all or those of one flow."""
    with desk.look() as reader:
        rows = [row for row in reader.find(flow_version) if flow in (None, row["flow"])]
    page, following = page_of(rows, lambda row: (str(row["flow"]), -int(row["version"])), cursor, limit)
    return FlowList(flows=[flow_version_of(row) for row in page], next=following)


@FLOWS.operation(
    "GET",
    "/flows/{flow_version_id}/source",
    may("flow.read"),
    response_class=Response,
    content={"application/yaml": _SOURCE},
)
def export_flow(desk: AtDesk, flow_version_id: IdIn) -> Response:
    """The YAML of a published version, every byte and comment as it was published; its hash is the version's."""
    with desk.look() as reader:
        row = reader.peek(flow_version, flow_version_id)
    if row is None:
        raise NotFound(thing="flow")
    named = {"Content-Disposition": f'attachment; filename="{row["flow"]}-v{row["version"]}.yaml"'}
    return Response(bytes(row["source"]), media_type="application/yaml", headers=named)


@FLOWS.operation(
    "GET",
    "/flows/{flow_version_id}/diagram",
    may("flow.read"),
    response_class=Response,
    content=CONTENT,
)
def draw_flow(
    desk: AtDesk, request: Request, flow_version_id: IdIn, form: Form = "svg", language: Language = None
) -> Response:
    """A diagram of a published version: its stages, the steps between them, and who may take each."""
    with desk.look() as reader:
        compiled = desk.parts.catalogue.compiled(reader, flow_version_id)
    return drawn(desk, request, compiled, form, language)


@FLOWS.operation(
    "GET",
    "/flow-schema",
    may("flow.read"),
    response_class=Response,
    content={"application/schema+json": _SCHEMA},
)
def read_flow_schema() -> Response:
    """The JSON Schema (draft 2020-12) of a flow file, for editors; it takes what an editor reads from YAML or JSON."""
    return Response(json.dumps(schema(), ensure_ascii=False, indent=1), media_type="application/schema+json")


@FLOWS.operation("POST", "/flows", does(PublishFlow), status=201, streams=True, extra=_BODY)
def publish_flow(desk: AtDesk, source: Annotated[bytes, Depends(_source)]) -> FlowVersion:
    """Publish a flow version from its YAML source.

    The source is kept byte for byte. Every mistake is told at once, each with a pointer into the source. Publishing
    the same source again gives the same version.
    """
    try:
        text = source.decode()
    except UnicodeDecodeError as error:
        words = {"zh-CN": f"流程必须是 UTF-8 文本（第 {error.start} 个字节）", "en": f"not UTF-8 at byte {error.start}"}
        raise Invalid(problems=[Problem("", "flow.encoding", words)]) from error
    look_over(
        source, frozenset(desk.parts.policy.roles), desk.parts.texts
    )  # here, so that nobody else's unit waits for it
    version_id = desk.do(command_of(PublishFlow, {"source": text}))
    with desk.look() as reader:
        row = reader.peek(flow_version, version_id)
        desk.parts.catalogue.compiled(reader, version_id)  # here rather than in the first unit that needs it
    if row is None:
        raise NotFound(thing="flow")
    return flow_version_of(row)
