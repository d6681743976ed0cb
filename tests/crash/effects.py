"""What has come of one event: every row that a desk has more, or that changed, in words that do not name ids."""

import hashlib
from collections import Counter

from sqlalchemy import Table

from core.cases.tables import case, case_event, document_file, document_version, item
from core.catalog.tables import flow_version
from core.clients.tables import client, consent, erasure
from core.conversations.tables import conversation, message
from core.files.tables import file
from core.ledger.tables import audit, button, outbox, timer
from core.store.reading import Reader
from core.store.sealing import Row
from core.tasks.tables import task
from tests.crash.world import Desk, picture

Effects = Counter[str]


def effects_of(reader: Reader, desk: Desk, mark: int) -> Effects:
    """Everything at this desk that is newer than the id `mark`, and the present state of its case."""
    found = Effects()
    for row in _new(reader, outbox, mark):
        if (row["person_kind"], row["person_id"]) in _people(desk) and row["copy_of"] is None:
            found[f"notice to {row['person_kind']} by {row['channel']}: {row['notice']['kind']} {row['state']}"] += 1
    chats = [row["id"] for person in _chats(reader, desk) for row in person]
    for row in _new(reader, message, mark):
        if row["conversation_id"] in chats and row["direction"] == "in":
            found[f"message in: {row['kind']}"] += 1
    for row in _new(reader, file, mark):
        if row["client_id"] == desk.client_id:
            found[f"kept {_page(desk, row['sha256'])}"] += 1
    for row in _new(reader, consent, mark):
        found[f"consent {row['given']}"] += row["client_id"] == desk.client_id
    person = reader.peek(client, desk.client_id)
    found["client is erased"] += person is not None and person["erased_at"] is not None
    for row in reader.find(erasure, client_id=desk.client_id):
        found[f"erasure {row['state']}"] += 1
    if desk.case_id:
        found += _of_case(reader, desk, mark)
    return +found


def published(reader: Reader, version: int) -> Effects:
    """What has come of the publication of one flow version."""
    rows = reader.find(flow_version, flow="crash_probe", version=version)
    return +Effects({"version published": len(rows)})


def _of_case(reader: Reader, desk: Desk, mark: int) -> Effects:
    found = Effects()
    row = reader.peek(case, desk.case_id)
    assert row is not None
    found[f"case {row['state']} in {row['stage']}, {row['fields']}, {row['outcome']}"] += 1
    for each in reader.find(case_event, case_id=desk.case_id):
        if each["id"] > mark:
            found[f"event {each['type']}"] += 1
    for each in reader.find(audit, case_id=desk.case_id):
        if each["id"] > mark:
            found[f"audit {each['command']} {each['outcome']}"] += 1
    for each in reader.find(document_version, case_id=desk.case_id):
        wanted = reader.peek(item, each["item_id"])
        key = wanted["key"] if wanted is not None else "?"
        files = [each, *reader.find(document_file, version_id=each["id"])]
        pages = [_page(desk, one["sha256"]) for one in sorted(files, key=lambda one: one["sent"])]
        found[f"version {each['n']} of {key} {each['status']}: {', '.join(pages)}"] += 1
    for each in reader.find(task, case_id=desk.case_id):
        found[f"task {each['state']}"] += 1
    for each in reader.find(button, case_id=desk.case_id, state="spent"):
        found[f"button spent by {each['settled_kind']}"] += 1
    for each in reader.find(timer, case_id=desk.case_id):
        found[f"timer {each['scope']} {each['state']}"] += 1
    return found


def _new(reader: Reader, table: Table, mark: int) -> list[Row]:
    return reader.find(table, table.c.id > mark)


def _people(desk: Desk) -> tuple[tuple[str, int], tuple[str, int]]:
    return ("client", desk.client_id), ("staff", desk.staff_id)


def _chats(reader: Reader, desk: Desk) -> list[list[Row]]:
    return [reader.find(conversation, client_id=desk.client_id), reader.find(conversation, staff_id=desk.staff_id)]


def _page(desk: Desk, digest: str) -> str:
    """Which of the pictures that were sent here has this digest."""
    for page in (1, 2):
        if hashlib.sha256(picture(desk.number, page)).hexdigest() == digest:
            return f"page {page}"
    return "SOMETHING ELSE"
