"""Flows as drafts: write, look over, see what it would change, publish, or publish an older body again."""

from dataclasses import replace
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.drawing import CONTENT, Form, Language, drawn
from admin_api.entity_tag import of_row
from admin_api.language import language_of
from admin_api.need import does, may, reaches
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.problem import entries
from admin_api.route import section
from admin_api.schemas.catalogue import FlowVersion, flow_version_of
from admin_api.schemas.drafts import (
    Draft,
    DraftImpact,
    DraftList,
    DraftSource,
    FlowDiff,
    Looked,
    Mistake,
    NewDraft,
    diff_of,
    draft_of,
    impact_of,
    line_of,
)
from admin_api.schemas.ids import IdIn
from admin_api.schemas.model import Created
from admin_api.schemas.simulation import DraftSimulation, SimulatedCases, case_of, simulation_of
from core.catalog.calendars import LivingCalendars
from core.catalog.catalogue import newest_of
from core.catalog.drafts import open_drafts
from core.catalog.service import house_problems, look_over
from core.catalog.tables import flow_draft, flow_version
from core.commands.drafts import DraftFlow, DropDraft, EditDraft, PublishDraft
from core.engine.flow_diff import changes
from core.engine.lint import Examined
from core.engine.machine import compile_flow
from core.kit.errors import Invalid, NotFound
from core.store.reading import Reader
from core.store.sealing import Row
from core.views.impact import impact
from core.views.simulated_case import Lens
from core.views.simulation import MOST_AT_A_DOOR, MOST_DAYS, USUAL_DAYS, begun, case_effects, open_cases_of, simulate

DRAFTS = section("drafts of flows")
DRAFT = of_row(flow_draft, "draft_id")

Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="How many of the last days' events.")]
Against = Annotated[IdIn | None, Query(description="The published version to compare with.")]


@DRAFTS.operation("POST", "/flow-drafts", does(DraftFlow), status=201, errors=[404])
def draft_flow(desk: AtDesk, body: NewDraft) -> Created:
    """Begin a draft, from a YAML source or from a published version.

    From an older version: its body becomes the newest when the draft is published, which is how a flow is rolled back.
    """
    return Created(id=desk.do(command_of(DraftFlow, body.model_dump())))


@DRAFTS.operation("GET", "/flow-drafts", may("flow.write"))
def list_drafts(desk: AtDesk, cursor: Cursor = None, limit: Limit = USUAL) -> DraftList:
    """Drafts that are neither published nor dropped."""
    with desk.look() as reader:
        rows, following = page_of(open_drafts(reader), lambda row: (int(row["id"]),), cursor, limit)
    return DraftList(drafts=[line_of(row) for row in rows], next=following)


@DRAFTS.operation("GET", "/flow-drafts/{draft_id}", reaches("flow.write", "draft", "draft_id"), tagged=DRAFT)
def read_draft(desk: AtDesk, draft_id: IdIn) -> Draft:
    """A draft with its source."""
    return draft_of(_row(desk, draft_id))


@DRAFTS.operation("PUT", "/flow-drafts/{draft_id}", does(EditDraft), tagged=DRAFT, guarded=True)
def edit_draft(desk: AtDesk, draft_id: IdIn, body: DraftSource) -> Draft:
    """Write a draft anew. What is wrong with it may stand until it is published."""
    desk.do(command_of(EditDraft, {"draft_id": draft_id, **body.model_dump()}))
    return draft_of(_row(desk, draft_id))


@DRAFTS.operation("DELETE", "/flow-drafts/{draft_id}", does(DropDraft), status=204, tagged=DRAFT, guarded=True)
def drop_draft(desk: AtDesk, draft_id: IdIn) -> None:
    """Throw a draft away."""
    desk.do(DropDraft(draft_id=draft_id))


@DRAFTS.operation("GET", "/flow-drafts/{draft_id}/validation", reaches("flow.write", "draft", "draft_id"))
def validate_draft(desk: AtDesk, request: Request, draft_id: IdIn) -> Looked:
    """Everything that is wrong with a draft at once, each with its place in the source; nothing is changed."""
    found = _look(desk, _row(desk, draft_id))
    if found.flow is None:
        return Looked(publishable=False, problems=_mistakes(found, request))
    with desk.look() as reader:
        unknown = house_problems(found.flow, reader, desk.parts.bus.wiring.tools)
    found = replace(found, problems=(*found.problems, *unknown))
    return Looked(publishable=not unknown, problems=_mistakes(found, request))


@DRAFTS.operation(
    "GET",
    "/flow-drafts/{draft_id}/diagram",
    reaches("flow.write", "draft", "draft_id"),
    response_class=Response,
    content=CONTENT,
)
def draw_draft(
    desk: AtDesk, request: Request, draft_id: IdIn, form: Form = "svg", language: Language = None
) -> Response:
    """A diagram of a draft; 422 tells everything that must be mended before it can be drawn."""
    found = _look(desk, _row(desk, draft_id))
    if found.flow is None:
        raise Invalid(problems=found.problems)
    return drawn(desk, request, compile_flow(found.flow), form, language)


@DRAFTS.operation("GET", "/flow-drafts/{draft_id}/impact", reaches("flow.write", "draft", "draft_id"))
def read_impact(desk: AtDesk, draft_id: IdIn) -> DraftImpact:
    """What publishing would mean: what is other than in the newest version, and which open cases stay on which."""
    row = _row(desk, draft_id)
    flow = _look(desk, row).flow
    with desk.look() as reader:
        return impact_of(impact(reader, desk.parts.catalogue, row["flow"], flow, bytes(row["source"])))


@DRAFTS.operation("GET", "/flow-drafts/{draft_id}/simulation", reaches("flow.write", "draft", "draft_id"))
def simulate_draft(desk: AtDesk, draft_id: IdIn, days: Days = USUAL_DAYS) -> DraftSimulation:
    """Try a draft on every open case of its flow, and on the events of their last days; nothing of it is done.

    What it would ask of whom, which steps would be open, and what its rules would have done compared with those of the
    version that each case is on. 422 tells everything that must be mended before.
    """
    lens = _lens(desk, draft_id)
    with desk.look() as reader:
        result, ids = begun(lens, reader, days, MOST_AT_A_DOOR)
    for _ in simulate(lens, desk.look, result, ids, desk.reads_case):
        pass
    return simulation_of(result)


@DRAFTS.operation("GET", "/flow-drafts/{draft_id}/simulation/cases", reaches("flow.write", "draft", "draft_id"))
def simulate_draft_cases(desk: AtDesk, draft_id: IdIn, cursor: Cursor = None, limit: Limit = USUAL) -> SimulatedCases:
    """What would be other for each open case that the caller reaches, if the draft were its flow now."""
    lens = _lens(desk, draft_id)
    with desk.look() as reader:
        ids, following = page_of(open_cases_of(reader, lens.draft.flow.key), lambda each: (each,), cursor, limit)
        found = case_effects(lens, reader, ids, desk.reads_case)
    return SimulatedCases(cases=[case_of(each) for each in found], next=following)


@DRAFTS.operation("GET", "/flow-drafts/{draft_id}/diff", reaches("flow.write", "draft", "draft_id"))
def read_draft_diff(desk: AtDesk, request: Request, draft_id: IdIn, against: Against = None) -> FlowDiff:
    """What a draft says otherwise than a published version, each change in words; nothing is changed.

    Without `against` it is compared with the newest version of its flow.
    """
    row = _row(desk, draft_id)
    found = _look(desk, row)
    with desk.look() as reader:
        other = newest_of(reader, row["flow"]) if against is None else _version(reader, against)
        if found.flow is None or other is None:
            return diff_of(other, (), _mistakes(found, request))
        return diff_of(other, changes(desk.parts.catalogue.compiled(reader, other["id"]).flow, found.flow))


@DRAFTS.operation("GET", "/flows/{flow_version_id}/diff", may("flow.write"))
def read_version_diff(desk: AtDesk, flow_version_id: IdIn, against: Against = None) -> FlowDiff:
    """What a published version says otherwise than another one, each change in words.

    Without `against` it is compared with the version before it.
    """
    with desk.look() as reader:
        row = _version(reader, flow_version_id)
        other = newest_of(reader, row["flow"], before=row["version"]) if against is None else _version(reader, against)
        if other is None:
            return diff_of(None, ())
        old, new = (desk.parts.catalogue.compiled(reader, each["id"]).flow for each in (other, row))
        return diff_of(other, changes(old, new))


@DRAFTS.operation("POST", "/flow-drafts/{draft_id}/publish", does(PublishDraft), status=201, tagged=DRAFT, guarded=True)
def publish_draft(desk: AtDesk, draft_id: IdIn) -> FlowVersion:
    """Make a version of it that never changes; 422 tells everything that is wrong.

    Cases that are under way stay on their version.
    """
    with desk.look() as reader:
        row = reader.peek(flow_draft, draft_id)
    if row is not None and row["state"] == "open" and desk.parts.policy.may(desk.actor, PublishDraft.permission):
        _look(desk, row)  # here, so that nobody else's unit waits for it
    version_id = desk.do(PublishDraft(draft_id=draft_id))
    with desk.look() as reader:
        made = reader.peek(flow_version, version_id)
        desk.parts.catalogue.compiled(reader, version_id)
    if made is None:
        raise NotFound(thing="flow")
    return flow_version_of(made)


def _lens(desk: Desk, draft_id: int) -> Lens:
    """What a draft is tried through. Raises Invalid with everything that is wrong with it."""
    row = _row(desk, draft_id)
    found, wiring = _look(desk, row), desk.parts.bus.wiring
    calendars: LivingCalendars = wiring.tools["calendars"]
    if found.flow is None:
        raise Invalid(problems=found.problems)
    with desk.look() as reader:
        if unknown := house_problems(found.flow, reader, wiring.tools):
            raise Invalid(problems=unknown)
    compiled, now = compile_flow(found.flow), desk.parts.clock.now()
    return Lens(desk.parts.catalogue, calendars, wiring.facts, compiled, now, source=bytes(row["source"]))


def _look(desk: Desk, row: Row) -> Examined:
    return look_over(bytes(row["source"]), frozenset(desk.parts.policy.roles), desk.parts.texts)


def _mistakes(found: Examined, request: Request) -> list[Mistake]:
    told = zip(found.problems, entries(found.problems, language_of(request.headers)), strict=True)
    return [Mistake(line=found.lines.get(problem.pointer), **entry) for problem, entry in told]


def _version(reader: Reader, version_id: int) -> Row:
    row = reader.peek(flow_version, version_id)
    if row is None:
        raise NotFound(thing="flow")
    return row


def _row(desk: Desk, draft_id: int) -> Row:
    with desk.look() as reader:
        row = reader.peek(flow_draft, draft_id)
    if row is None:
        raise NotFound(thing="draft")
    return row
