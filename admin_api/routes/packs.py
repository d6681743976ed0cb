"""Packs: flows with their stories, own texts and calendars as one file, taken from one agency to another."""

import contextlib
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from admin_api.bodies import whole
from admin_api.desk import SECONDS, AtDesk, Desk
from admin_api.entity_tag import Tagged
from admin_api.need import does, may
from admin_api.route import section
from admin_api.schemas.asked import Words
from admin_api.schemas.packs import PackContent, content_of
from core.catalog.packs import gathered, import_of
from core.catalog.service import look_over
from core.catalog.tables import flow_version, office_calendar, office_table, text_override
from core.commands.packs import ImportPack
from core.engine.office_table_csv import read_table
from core.engine.pack import Pack, read_pack, write_pack
from core.engine.pointer import join
from core.kit.errors import Invalid, Problem
from core.staff.policy import ROLES
from core.store.reading import Lookup
from core.store.unit import UnitOfWork

PACKS = section("packs")
MOST_PACK = 4 * 1024 * 1024  # bytes
_ZIP = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"requestBody": {"required": True, "content": {"application/zip": _ZIP}}}


def _edition(lookup: Lookup, _: str) -> object:
    """All that an import may write over, and the flows that stand beside it."""
    calendars = sorted((row["name"], row["version"]) for row in lookup.find(office_calendar))
    texts = sorted((row["text_key"], row["language"], row["words"] or "") for row in lookup.find(text_override))
    tables = sorted((row["name"], row["edition"]) for row in lookup.find(office_table))
    return (calendars, texts, tables, sorted(row["id"] for row in lookup.find(flow_version)))


PACK = Tagged("pack", None, _edition)


class _Enough(Exception):
    """Everything went well: take it back."""


async def _content(request: Request, desk: AtDesk) -> bytes:
    content = await whole(request, MOST_PACK)
    if desk.once is not None:
        await run_in_threadpool(desk.once.about, content)
    return content


@PACKS.operation(
    "GET",
    "/pack",
    may("pack.import"),
    errors=[404],
    response_class=Response,
    content={"application/zip": _ZIP},
    tagged=PACK,
)
def export_pack(
    desk: AtDesk,
    flow: Annotated[list[Words] | None, Query(max_length=100, description="Keys of flows; none: all.")] = None,
) -> Response:
    """The newest version of these flows, with stories and tables, the agency's own calendars and texts, as one file."""
    with desk.look() as reader:
        content = write_pack(gathered(reader, desk.parts.catalogue, flow or ()))
    named = {"Content-Disposition": 'attachment; filename="banli-pack.zip"'}
    return Response(content, media_type="application/zip", headers=named)


@PACKS.operation("POST", "/pack", does(ImportPack), streams=True, extra=_BODY, tagged=PACK, guarded=True)
def import_pack(
    desk: AtDesk,
    content: Annotated[bytes, Depends(_content)],
    dry_run: Annotated[bool, Query(description="Only look it over.")] = False,
) -> PackContent:
    """Take over a pack: everything that is in it, or nothing.

    Manifest, hashes, flows, stories, texts, calendars and tables are looked over before anything is kept; every
    mistake is told at once, its pointer begins with the file's name.
    """
    if not desk.parts.policy.may(desk.actor, ImportPack.permission):
        desk.do(ImportPack())  # refused, and in the audit
    pack = read_pack(content)
    command = import_of(pack)
    for flow in pack.flows:
        look_over(flow.source, frozenset(ROLES), desk.parts.texts)  # here, so that nobody else's unit waits for it
    for table in pack.tables.values():
        with contextlib.suppress(Invalid):
            read_table(table.content)  # likewise; the import tells what is wrong
    if problems := [*_tried(desk, command), *_stories(desk, pack)]:
        raise Invalid(problems=problems)
    if not dry_run:
        desk.do(command)
    return content_of(pack, kept=not dry_run)


def _tried(desk: Desk, command: ImportPack) -> list[Problem]:
    """Everything that the import itself finds wrong; nothing of it is kept."""

    def work(uow: UnitOfWork) -> list[Problem]:
        try:
            with uow.step():
                desk.parts.bus.execute(uow, command, desk.cause)
                raise _Enough
        except _Enough:
            return []
        except Invalid as invalid:
            return list(invalid.problems)

    found: list[Problem] = desk.parts.store.run(work, timeout=SECONDS)
    return found


def _stories(desk: Desk, pack: Pack) -> list[Problem]:
    found = []
    for flow in pack.flows:
        for name, story in flow.stories.items():
            file = flow.story_file(name)
            problems = desk.parts.story_problems(file, story, f"../v{flow.version}.yaml", flow.source)
            found += [replace(each, pointer=join("", file) + each.pointer) for each in problems]
    return found
