"""Handlers of drafts: kept right or wrong, published only when nothing is wrong any more."""

import re

from core.bus.deed import Deed
from core.catalog.service import publish_flow
from core.catalog.tables import flow_draft, flow_version
from core.commands.drafts import DraftFlow, DropDraft, EditDraft, PublishDraft
from core.commands.work import PublishFlow
from core.kit.errors import Invalid, Problem
from core.store.reading import Lookup
from core.store.sealing import Row

MOST_OPEN = 200  # drafts at a time; whoever needs more has forgotten some
_KEY = re.compile(rb"^key:[ \t]*[\"']?([a-z][a-z0-9_]{0,47})[\"']?[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_VERSION = re.compile(rb"^(version:[ \t]*[\"']?)[0-9]{1,9}", re.MULTILINE)


def draft_flow(command: DraftFlow, deed: Deed) -> int:
    """Returns the draft's id. Raises Invalid: no source or two of them, too many drafts; NotFound for a version."""
    if bool(command.source) == (command.from_version_id is not None):
        words = {"zh-CN": "请给出 source 或 from_version_id，二者取一", "en": "give one of source and from_version_id"}
        raise Invalid(problems=[Problem("", "draft.source", words)])
    if len(open_drafts(deed.uow)) >= MOST_OPEN:
        words = {
            "zh-CN": f"草稿已达 {MOST_OPEN} 份，请先删除不用的",
            "en": f"{MOST_OPEN} drafts: drop some of them first",
        }
        raise Invalid(problems=[Problem("", "draft.many", words)])
    source = command.source.encode()
    if command.from_version_id is not None:
        source = _raised(deed.uow, deed.uow.get(flow_version, command.from_version_id))
    made = {"made_at": deed.now, "made_by": deed.actor.id, "changed_at": deed.now, "changed_by": deed.actor.id}
    based = command.from_version_id
    return int(deed.uow.add(flow_draft, flow=key_of(source), source=source, based_on=based, **made)["id"])


def edit_draft(command: EditDraft, deed: Deed) -> None:
    """Whatever is wrong with it may stand there until it is published."""
    source = command.source.encode()
    _change(deed, command.draft_id, source=source, flow=key_of(source))


def drop_draft(command: DropDraft, deed: Deed) -> None:
    """Its text is not kept."""
    _change(deed, command.draft_id, state="dropped", source=b"")


def publish_draft(command: PublishDraft, deed: Deed) -> int:
    """Returns the version's id. Raises Invalid with everything that is wrong."""
    source = bytes(deed.uow.get(flow_draft, command.draft_id)["source"])
    version_id = publish_flow(PublishFlow(source=source.decode()), deed)
    _change(deed, command.draft_id, state="published", published_id=version_id)
    return version_id


def open_drafts(lookup: Lookup) -> list[Row]:
    """Those that are neither published nor dropped, oldest first."""
    return lookup.find(flow_draft, flow_draft.c.state == "open")


def _change(deed: Deed, draft_id: int, **values: object) -> None:
    deed.uow.need(f"{flow_draft.name}:{draft_id}")
    deed.uow.change(flow_draft, draft_id, changed_at=deed.now, changed_by=deed.actor.id, **values)


def key_of(source: bytes) -> str:
    """The key that a source says in a line of its own; empty where it says none: a draft need not be right."""
    found = _KEY.search(source)
    return found[1].decode() if found else ""


def _raised(lookup: Lookup, row: Row) -> bytes:
    """The source of a version with the number after the newest: published again, it is what is valid from then on."""
    newest = lookup.first(flow_version, flow=row["flow"], order=flow_version.c.version.desc())
    number = 1 + max(row["version"], 0 if newest is None else newest["version"])
    return _VERSION.sub(rb"\g<1>" + str(number).encode(), bytes(row["source"]), count=1)
