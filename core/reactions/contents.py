"""A content was published: open cases whose rules wait for that hear of it, in parts, as with tables of the office.

A step looks at some cases and gives each that is concerned a timer of its own, so that every case is a unit under its
own lock; at night the timer waits for the end of the client's quiet hours. A case that is opened afterwards does not
hear.
"""

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from core.bus.deed import Deed
from core.cases.contents import event_of
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.catalog.contents import published_version, spread
from core.catalog.settings import manners_of
from core.catalog.tables import content
from core.clients.tables import client
from core.commands.command import Command
from core.commands.contents import HearContent, SpreadContent
from core.commands.work import Notify
from core.engine.machine import CompiledFlow
from core.events.contents import ContentChosen, ContentPublished
from core.ledger import timers

PART: Final = 100  # cases that one step looks at


def spread_content(command: SpreadContent, deed: Deed) -> None:
    """Hand on the next part; the chain ends behind the last case, or when another version goes out."""
    deed.uow.need(f"{content.name}:{command.key}")
    if published_version(deed.uow, command.content_id) is None:
        return
    quiet, office = manners_of(deed).quiet, deed.tool("zone")
    rows = deed.uow.find(case, case.c.id > command.after, case.c.state == "open", order=case.c.id, limit=PART)
    for row in rows:
        if _waits_for_it(compiled_of(deed, row)):
            own = deed.uow.get(client, row["client_id"])["zone"]
            at = quiet.after(deed.now, office if own is None else ZoneInfo(own))
            heard = HearContent(case_id=row["id"], content_id=command.content_id)
            key = f"content:{row['id']}:{command.content_id}"
            timers.plan(deed.uow, key, at, heard, case_id=row["id"], scope="content")
    if len(rows) == PART:
        spread(command.key, command.content_id, rows[-1]["id"], deed)


def _waits_for_it(compiled: CompiledFlow) -> bool:
    """For it to act, or to stop."""
    kind = ContentPublished.__name__
    return kind in compiled.rules_on or kind in compiled.stopped_by


def hear_content(command: HearContent, deed: Deed) -> None:
    """What has been withdrawn or replaced since, and a case that has ended, are left."""
    version = published_version(deed.uow, command.content_id)
    if version is None or deed.uow.get(case, command.case_id)["state"] != "open":
        return
    deed.emit(event_of(command.case_id, version))


def tell_client(event: ContentChosen, deed: Deed) -> Iterator[Command]:
    """He alone: what is recommended to him is not his guardians' business."""
    yield Notify(
        to="client",
        person_id=event.client_id,
        notice="content",
        subject={"case": event.case_id or 0, "content": event.content_id},
        params={"topics": list(event.topics)},
        once=f"content:{event.content_id}:{event.client_id}",
    )
