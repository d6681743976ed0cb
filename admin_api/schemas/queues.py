"""Queues of the ledger in JSON: what stands where, without anybody's words."""

from typing import Any, Literal

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.ids import IdOut, ids_as_text
from admin_api.schemas.model import Given, Moment, Sent
from core.ledger.queues import Queue, Standings, content
from core.store.sealing import Row


class QueueStanding(Given):
    """One queue."""

    queue: Queue
    waiting: int
    dead: int = Field(description="Parked, because they kept failing: retry or drop them.")
    earliest: Moment | None = Field(description="When the first of those that wait is due; long ago: it lags behind.")


class QueueStandings(Given):
    """Every queue."""

    queues: list[QueueStanding]


class EntryAct(Given):
    """What somebody did with it by hand."""

    act: Literal["retry", "drop"]
    at: Moment
    by_id: IdOut | None = Field(description="The member of staff; null: the command line.")
    reason: str | None


class Entry(Given):
    """A row of a queue. What it holds is nobody's to see in passing."""

    id: IdOut
    queue: Queue
    state: str = Field(examples=["dead"])
    what: str = Field(description="Kind of notice, name of the command, kind of errand.", examples=["review"])
    channel: str | None = None
    account: str | None = None
    case_id: IdOut | None = None
    since: Moment | None = Field(default=None, description="When it came in or was decided, where that is kept.")
    due: Moment
    attempts: int
    error: str | None = Field(default=None, description="Why it failed last.")


class EntryFile(Entry):
    """The same with what was done with it by hand."""

    acts: list[EntryAct]


class EntryList(Given):
    """Newest first."""

    entries: list[Entry]
    next: Next


class EntryContent(Given):
    """What a row holds."""

    content: Any = Field(description="As it was delivered, or the notice, the command, the errand.")


class DropReason(Sent):
    """Why it is given up."""

    reason: str = Field(min_length=1, max_length=200, examples=["测试消息"])


def standing_of(found: Standings) -> QueueStanding:
    return QueueStanding(queue=found.queue, waiting=found.waiting, dead=found.dead, earliest=found.earliest)


def entry_of(queue: Queue, row: Row) -> Entry:
    return Entry(**_entry(queue, row))


def file_of(queue: Queue, row: Row, acts: list[Row]) -> EntryFile:
    done = [
        EntryAct(act=each["act"], at=each["at"], by_id=each["by_id"] or None, reason=each["reason"]) for each in acts
    ]
    return EntryFile(**_entry(queue, row), acts=done)


def content_of(queue: Queue, row: Row) -> EntryContent:
    return EntryContent(content=ids_as_text(content(queue, row)))


def _entry(queue: Queue, row: Row) -> dict[str, Any]:
    names = ("id", "state", "due", "attempts", "error")
    return {name: row[name] for name in names} | {
        "queue": queue,
        "what": _what(queue, row),
        "channel": row.get("channel"),
        "account": row.get("account"),
        "case_id": row.get("case_id"),
        "since": row.get("received_at") or row.get("created_at"),
    }


def _what(queue: Queue, row: Row) -> str:
    if queue == "outbox":
        return str(row["notice"].get("kind", ""))
    if queue == "timers":
        return str(row["command"].get("command", ""))
    return str(row["kind"]) if queue == "errands" else "update"
