"""The judge: after a crash, a restart and a rest, do the invariants I1 to I7 hold?

It reads rows, files and the platform. Every function returns sentences about what is wrong, with the invariant's
number; none is good.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, FromClause, Label, bindparam, func, select

from adapters.folder_store.store import FolderStore
from adapters.webchat.tables import web_message
from core.cases.tables import case, case_event, document_file, document_version
from core.clients.tables import erasure
from core.engine.machine import CompiledFlow
from core.files.store_port import FileGone, FileStore
from core.files.tables import file
from core.kit.crypto import Tampered, Vault
from core.ledger import chain
from core.ledger.chain import Anchor
from core.ledger.tables import audit, errand, in_state, inbox, outbox, timer
from core.store.reading import Reader
from tests.crash.channel import NAME
from tests.crash.effects import Effects
from tests.crash.platform import Platform


def unsettled(reader: Reader, now: datetime) -> list[str]:
    """What is still on its way; a product at rest has nothing. One question, as it is asked very often."""
    found = reader.connection.execute(_UNSETTLED, {"now": now}).one()
    return [f"{name}: {count}" for name, count in found._mapping.items() if count]


def _count(of: FromClause, *where: ColumnElement[bool]) -> Label[int]:
    return select(func.count()).select_from(of).where(*where).scalar_subquery().label(str(of))


_UNSETTLED = select(
    _count(inbox, in_state(inbox, "waiting")),
    _count(outbox, in_state(outbox, "waiting", "sending")),
    _count(errand, in_state(errand, "waiting", "running")),
    _count(timer, in_state(timer, "waiting"), timer.c.due <= bindparam("now", type_=timer.c.due.type)),
    _count(erasure, erasure.c.state.in_(("emptying", "shredding"))),
    _count(audit, audit.c.chain.is_(None)),
)


def dead_letters(reader: Reader) -> list[str]:
    """I1: nothing of what was acknowledged may be given up because of a crash."""
    found = []
    for table in (inbox, outbox, errand, timer):
        for row in reader.find(table, in_state(table, "dead")):
            found.append(f"I1 {table.name} {row['id']} is a dead letter: {row['error']}")
    return found


def effect(wanted: Effects, found: Effects) -> list[str]:
    """I1, I6: exactly what the same event leads to when nothing goes wrong."""
    lost, more = wanted - found, found - wanted
    return [f"I1 missing: {name} ({n})" for name, n in lost.items()] + [
        f"I1 too much: {name} ({n})" for name, n in more.items()
    ]


def sent(reader: Reader, platform: Platform, mark: int, kills: int) -> tuple[list[str], int]:
    """I2: what is settled as sent was taken at least once, and once more at most for every kill. With the repeats."""
    found, repeats = [], 0
    copies = Counter(each.key for each in list(platform.taken))
    for row in reader.find(outbox, outbox.c.id > mark, state="sent", copy_of=None):
        if row["channel"] == "webchat":
            there = len(reader.find(web_message, external_id=f"n{row['id']}"))
            found += [f"I2 notice {row['id']} stands {there} times on the page"] if there != 1 else []
        elif row["channel"] == NAME:
            there = copies.get(str(row["id"]), 0)
            repeats += max(0, there - 1)
            if not 1 <= there <= 1 + kills:
                found.append(f"I2 notice {row['id']} was taken {there} times with {kills} kills")
    return found, repeats


def ghosts(reader: Reader, platform: Platform) -> list[str]:
    """I2: nobody was told anything that the ledger does not know to be sent."""
    known = {str(row["id"]) for row in reader.rows(select(outbox.c.id).where(in_state(outbox, "sent")))}
    return [f"I2 the platform has {each.key}, the ledger has not" for each in platform.taken if each.key not in known]


def histories(reader: Reader, compiled: CompiledFlow) -> list[str]:
    """I3: a case's events have numbers of their own, none above the case's, and its stages follow its flow."""
    steps = {(stage, each.to, each.key) for each in compiled.flow.transitions for stage in each.from_stages}
    found = []
    for row in reader.find(case):
        events = reader.find(case_event, case_id=row["id"], order=case_event.c.seq)
        numbers = [each["seq"] for each in events]
        if not numbers or len(set(numbers)) < len(numbers) or numbers[-1] > row["version"]:
            found.append(f"I3 case {row['id']} is at {row['version']}, its events are {numbers}")
        at = ""
        for each in events:
            if each["type"] != "StageEntered":
                continue
            entered, trigger = each["data"]["stage"], each["data"]["trigger"]
            if at and (at, entered, trigger) not in steps:
                found.append(f"I3 case {row['id']}: {at} -> {entered} by {trigger!r} is no transition")
            at = entered
        if at and at != row["stage"]:
            found.append(f"I3 case {row['id']} is in {row['stage']}, its events say {at}")
    return found


def contents(reader: Reader, store: FileStore) -> list[str]:
    """I4: every kept file is there, byte for byte, and every version names one that is kept."""
    found, kept = [], {}
    for row in reader.find(file):
        kept[row["id"]] = row["sha256"]
        if not row["handle"]:
            continue
        try:
            digest = hashlib.sha256(store.read(row["handle"])).hexdigest()
            if row["preview_handle"]:
                store.read(row["preview_handle"])
        except (FileGone, Tampered) as wrong:
            found.append(f"I4 file {row['id']}: {type(wrong).__name__}")
            continue
        if digest != row["sha256"]:
            found.append(f"I4 file {row['id']} has other bytes")
    for table in (document_version, document_file):
        for row in reader.find(table):
            if kept.get(row["file_id"]) != row["sha256"]:
                found.append(f"I4 {table.name} {row['id']} names no such file")
    return found


def swept(reader: Reader, store: FolderStore, now: datetime) -> list[str]:
    """I4, the reverse: what no kept file names does not stay for ever."""
    aged = list(store.aged(now - timedelta(days=2)))
    named = {row[name] for row in reader.find(file) for name in ("handle", "preview_handle")} if aged else set()
    return [f"I4 {handle} has no name and is still there" for handle in aged if handle not in named]


def ordered(platform: Platform, *chats: str) -> list[str]:
    """I2: each chat was sent its messages in the order of the ledger."""
    wrong = []
    for chat in chats:
        keys = [int(each.key) for each in platform.seen_in(chat)]
        if keys != sorted(keys):
            wrong.append(f"I2 {chat} was sent its messages out of order")
    return wrong


def chained(reader: Reader, vault: Vault, anchors: Sequence[Anchor]) -> list[str]:
    """I5: what `banli audit verify` looks at."""
    verdict = chain.verify(reader, chain.keys_of(reader, vault), anchors)
    faults = [f"I5 position {fault.chain}: {fault.what}" for fault in verdict.faults]
    return faults + (["I5 nothing is sealed"] if not verdict.sealed else [])


def timers_fired(reader: Reader, now: datetime) -> list[str]:
    """I6: none whose hour has come still waits."""
    late = reader.find(timer, in_state(timer, "waiting"), timer.c.due <= now)
    return [f"I6 timer {row['key']} was due {now - row['due']} ago" for row in late]


def claims(reader: Reader, now: datetime) -> list[str]:
    """I7: none outlives its lease."""
    found = []
    for table, state in ((outbox, "sending"), (errand, "running")):
        for row in reader.find(table, in_state(table, state)):
            if row["lease_until"] is None or row["lease_until"] <= now:
                found.append(f"I7 {table.name} {row['id']} is claimed beyond its lease")
    return found
