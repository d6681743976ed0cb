"""How long clients wait after they send something: until the bot acknowledges it, until a person decides on it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.cases.tables import document_version
from core.conversations.tables import conversation, message
from core.ledger.tables import inbox, outbox
from core.store.reading import Reader

MOST = 10_000  # of each kind; the newest are taken
AT_ONCE = 500  # chats that one statement asks about


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds of each wait that has ended, sorted, and how many go on."""

    ended: tuple[float, ...]
    waiting: int

    def percentile(self, share: float) -> float | None:
        """In seconds; None when nobody has waited."""
        return self.ended[min(len(self.ended) - 1, int(share * len(self.ended)))] if self.ended else None

    def within(self, seconds: float) -> float | None:
        """Share of the waits that ended within so many seconds."""
        return sum(1 for each in self.ended if each <= seconds) / len(self.ended) if self.ended else None


def acknowledgements(
    reader: Reader, since: datetime, until: datetime, reached: Callable[[Iterable[int]], set[int]]
) -> Waits:
    """From the arrival of a client's file until his chat was given something: a message or a redrawn one.

    `reached` says of which of these cases the reader may know.
    """
    files = reader.find(
        message,
        message.c.at >= since,
        message.c.at <= until,
        kind="file",
        direction="in",
        sender="client",
        order=message.c.id.desc(),
        limit=MOST,
    )
    chats = reader.preload(conversation, "id", {row["conversation_id"] for row in files})
    about = {chat["id"]: chat["case_id"] for chat in chats}  # his first file came before the chat was about a case
    seen = reached({case_id for case_id in about.values() if case_id is not None})
    files = [row for row in files if about.get(row["conversation_id"]) in seen]
    entries = reader.preload(inbox, "id", {row["entry_id"] for row in files})
    arrived: dict[int, datetime] = {row["id"]: row["received_at"] for row in entries}
    sent = _sent(reader, {row["conversation_id"] for row in files}, since)
    waits: list[float | None] = []
    for row in files:
        moment: datetime = arrived.get(row["entry_id"]) or row["at"]
        signs = sent[row["conversation_id"]]
        place = bisect_left(signs, moment)
        waits.append((signs[place] - moment).total_seconds() if place < len(signs) else None)
    return _waits(waits)


def decisions(reader: Reader, since: datetime, until: datetime, reached: Callable[[Iterable[int]], set[int]]) -> Waits:
    """From a document's submission by a client until a person approved it or sent it back."""
    versions = reader.find(
        document_version,
        document_version.c.at >= since,
        document_version.c.at <= until,
        document_version.c.status.in_(("submitted", "approved", "rejected", "lapsed")),
        by_kind="client",
        order=document_version.c.id.desc(),
        limit=MOST,
    )
    seen = reached({row["case_id"] for row in versions})
    ended = [(row["reviewed_at"], row["at"]) for row in versions if row["case_id"] in seen]
    return _waits([None if end is None else (end - start).total_seconds() for end, start in ended])


def _sent(reader: Reader, conversations: set[int], since: datetime) -> dict[int, list[datetime]]:
    """When each of these chats was given something, in order.

    Two plain columns: what was said is not opened. No index serves this alone: it would cost every message a write, and
    a report may read the outbox through.
    """
    found: dict[int, list[datetime]] = defaultdict(list)
    ids, table = sorted(conversations), outbox.c
    for start in range(0, len(ids), AT_ONCE):
        these = table.conversation_id.in_(ids[start : start + AT_ONCE])
        statement = select(table.conversation_id, table.sent_at).where(table.sent_at >= since, these)
        for row in reader.rows(statement):
            found[row["conversation_id"]].append(row["sent_at"])
    for moments in found.values():
        moments.sort()
    return found


def _waits(seconds: Sequence[float | None]) -> Waits:
    ended = sorted(each for each in seconds if each is not None)
    return Waits(tuple(ended), len(seconds) - len(ended))
