"""Queues: how they stand, and dead letters, which are tried again or dropped with a reason."""

from admin_api.desk import AtDesk, Desk
from admin_api.need import does, may, reaches
from admin_api.paging import USUAL, Cursor, Limit, before_id, id_before
from admin_api.route import section
from admin_api.schemas.ids import IdIn
from admin_api.schemas.queues import (
    DropReason,
    EntryContent,
    EntryFile,
    EntryList,
    QueueStandings,
    content_of,
    entry_of,
    file_of,
    standing_of,
)
from core.commands.queues import DropEntry, OpenEntry, RetryEntry
from core.kit.errors import NotFound
from core.ledger.queues import Queue, Standing, acts, entry, page, standings

QUEUES = section("queues")


@QUEUES.operation("GET", "/queues", may("queue.read"))
def list_queues(desk: AtDesk) -> QueueStandings:
    """How many rows of each queue wait, how many are dead, and when the earliest is due."""
    with desk.look() as reader:
        return QueueStandings(queues=[standing_of(each) for each in standings(reader)])


@QUEUES.operation("GET", "/queue-entries", may("queue.read"))
def list_entries(
    desk: AtDesk,
    queue: Queue = "inbox",
    state: Standing = "dead",
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> EntryList:
    """Rows of one queue, newest first: what they are about and why they failed, but nobody's words."""
    with desk.look() as reader:
        rows = page(reader, queue, state, id_before(cursor), limit + 1)
    shown = [entry_of(queue, row) for row in rows[:limit]]
    return EntryList(entries=shown, next=before_id(shown[-1].id) if len(rows) > limit else None)


@QUEUES.operation("GET", "/queue-entries/{entry_id}", reaches("queue.read", "entry", "entry_id"))
def read_entry(desk: AtDesk, entry_id: IdIn) -> EntryFile:
    """One row, and what was done with it by hand."""
    return _file(desk, entry_id)


@QUEUES.operation("POST", "/queue-entries/{entry_id}/open", does(OpenEntry))
def open_entry(desk: AtDesk, entry_id: IdIn) -> EntryContent:
    """What a row holds. Somebody's words may be in it: the look stands in the audit."""
    desk.do(OpenEntry(entry_id=entry_id))
    with desk.look() as reader:
        found = entry(reader, entry_id)
    if found is None:
        raise NotFound(thing="entry")
    return content_of(*found)


@QUEUES.operation("POST", "/queue-entries/{entry_id}/retry", does(RetryEntry), errors=[409])
def retry_entry(desk: AtDesk, entry_id: IdIn) -> EntryFile:
    """Try a dead letter again; 409 for one that is none any more."""
    desk.do(RetryEntry(entry_id=entry_id))
    return _file(desk, entry_id)


@QUEUES.operation("POST", "/queue-entries/{entry_id}/drop", does(DropEntry), errors=[409])
def drop_entry(desk: AtDesk, entry_id: IdIn, body: DropReason) -> EntryFile:
    """Give a dead letter up for good; 409 for one that is none any more."""
    desk.do(DropEntry(entry_id=entry_id, reason=body.reason))
    return _file(desk, entry_id)


def _file(desk: Desk, entry_id: int) -> EntryFile:
    with desk.look() as reader:
        found = entry(reader, entry_id)
        if found is None:
            raise NotFound(thing="entry")
        return file_of(*found, acts(reader, entry_id))
