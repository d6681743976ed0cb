"""Queues over the API: how they stand, dead letters without anybody's words, tried again or dropped with a reason."""

import pytest
from sqlalchemy import Table

from core.commands.command import to_json
from core.commands.work import Forget
from core.ledger import timers
from core.ledger.queues import TABLES
from core.ledger.tables import audit, inbox, queue_act, timer
from core.store.unit import UnitOfWork
from tests.admin_api.office import Office
from tests.admin_api.world import dead_letter

WORDS = "张三的护照号是 E00000000"


def park(office: Office, queue: str) -> str:
    """A row of this queue that was given up, with somebody's words in it."""
    made: dict[str, dict[str, object]] = {
        "inbox": {"platform_id": "p1", "conversation": "c:a:1", "raw": WORDS.encode()},
        "outbox": {"chat": "1", "person_kind": "client", "person_id": 1, "notice": {"kind": "say", "text": WORDS}},
        "timers": {"key": "forget:1", "scope": "stage", "command": to_json(Forget()) | {"words": WORDS}},
        "errands": {"kind": "fetch", "key": "fetch:1", "conversation": "c:a:1", "what": {"words": WORDS}},
    }
    table: Table = TABLES[queue]  # type: ignore[index]  # the four names

    def work(uow: UnitOfWork) -> int:
        given = made[queue] | {"due": uow.now, "state": "dead", "attempts": 5, "error": "DeliveryFailed"}
        if "channel" in table.c:
            given |= {"channel": "c", "account": "a"}
        for moment in ("received_at", "created_at"):
            given |= {moment: uow.now} if moment in table.c else {}
        return int(uow.add(table, **given)["id"])

    return str(office.parts.store.run(work))


@pytest.mark.parametrize("queue", TABLES)
def test_a_dead_letter_is_seen_without_words_and_tried_again(office: Office, queue: str) -> None:
    entry_id = park(office, queue)
    [standing] = [each for each in office.get("visa.admin", "/queues")["queues"] if each["queue"] == queue]
    assert standing["dead"] == 1
    listed = office.call("visa.admin", "GET", f"/queue-entries?queue={queue}")
    [line] = listed.json()["entries"]
    assert (line["id"], line["state"], line["attempts"], line["error"]) == (entry_id, "dead", 5, "DeliveryFailed")
    read = office.call("visa.admin", "GET", f"/queue-entries/{entry_id}")
    assert WORDS not in listed.text + read.text
    opened = office.post("visa.admin", f"/queue-entries/{entry_id}/open")["content"]
    assert WORDS in str(opened)
    again = office.post("visa.admin", f"/queue-entries/{entry_id}/retry")
    assert (again["state"], again["attempts"], again["error"]) == ("waiting", 0, None)
    assert [(each["act"], each["by_id"]) for each in again["acts"]] == [("retry", str(office.staff["visa.admin"]))]
    told = office.refused(409, "stale", "visa.admin", "POST", f"/queue-entries/{entry_id}/retry")
    assert "no dead letter" in told["detail"]
    with office.parts.reading.open() as reader:
        done = reader.find(audit, audit.c.subject == f"entry:{entry_id}")
    assert [(each["command"], each["outcome"]) for each in done] == [
        ("read_entry", "done"),
        ("OpenEntry", "done"),
        ("RetryEntry", "done"),
        ("RetryEntry", "refused"),
    ]


@pytest.mark.parametrize("queue", TABLES)
def test_a_dead_letter_is_dropped_with_a_reason_for_good(office: Office, queue: str) -> None:
    entry_id = park(office, queue)
    office.refused(422, "invalid", "visa.admin", "POST", f"/queue-entries/{entry_id}/drop", json={"reason": " "})
    dropped = office.post("visa.admin", f"/queue-entries/{entry_id}/drop", {"reason": "测试消息"})
    assert [(each["act"], each["reason"]) for each in dropped["acts"]] == [("drop", "测试消息")]
    for path, body in (("retry", None), ("drop", {"reason": "再来"})):
        sent = {} if body is None else {"json": body}
        office.refused(409, "stale", "visa.admin", "POST", f"/queue-entries/{entry_id}/{path}", **sent)
    assert office.get("visa.admin", f"/queue-entries?queue={queue}")["entries"] == []
    gone = office.get("visa.admin", f"/queue-entries?queue={queue}&state=dropped")["entries"]
    assert [each["id"] for each in gone] == [entry_id]
    with office.parts.reading.open() as reader:
        [raw] = reader.rows(queue_act.select())
    assert "测试消息".encode() not in bytes(raw["reason"])


def test_a_timer_that_was_planned_anew_is_not_brought_back_beside_it(office: Office) -> None:
    entry_id = park(office, "timers")
    office.parts.store.run(
        lambda uow: timers.plan(uow, "forget:1", uow.now, Forget(), case_id=None, scope="stage"),
    )
    office.refused(409, "stale", "visa.admin", "POST", f"/queue-entries/{entry_id}/retry")
    with office.parts.reading.open() as reader:
        assert len(reader.find(timer, key="forget:1", state="waiting")) == 1


def test_pages_lead_through_all_of_them_once(small_office: Office) -> None:
    made = [dead_letter(small_office) for _ in range(5)]
    found: list[str] = []
    query = "?queue=inbox&limit=2"
    while query:
        answer = small_office.get("visa.admin", f"/queue-entries{query}")
        found += [each["id"] for each in answer["entries"]]
        query = "" if answer["next"] is None else f"?queue=inbox&limit=2&cursor={answer['next']}"
    assert found == made[::-1]


def test_queues_are_the_admins_alone(small_office: Office) -> None:
    entry_id = dead_letter(small_office)
    before = small_office.get("visa.admin", f"/queue-entries/{entry_id}")
    for method, path in (("GET", f"/{entry_id}"), ("POST", f"/{entry_id}/open"), ("POST", f"/{entry_id}/retry")):
        small_office.refused(403, "not_allowed", "visa.supervisor", method, f"/queue-entries{path}")
    assert small_office.get("visa.admin", f"/queue-entries/{entry_id}") == before
    with small_office.parts.reading.open() as reader:
        assert reader.find(inbox, state="dead")
