"""Webhooks from the rule to the receiver: what goes out, what the rule's log says of it, and what an admin can do."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.loopback.channel import LoopbackChannel
from bot.app import build
from bot.texts.catalogue import built_in
from core.cases.tables import case
from core.commands.cases import SetFields
from core.commands.queues import RetryEntry
from core.commands.work import PublishFlow
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.errors import Invalid
from core.kit.settings import Settings
from core.kit.settings_hooks import Hook
from core.ledger import outbox as outbox_rows
from core.ledger.tables import outbox
from core.views.hook_calls import with_calls
from core.views.rule_log import Act, rule_runs
from tests.core.small_agency import FLOW, SmallAgency
from tests.core.stores import NOON
from tests.platforms.receiver import Receiver, receiving

KEY = b"a secret of thirty-two bytes now"
RULE = """rules:
  - key: tell_crm
    name: {zh-CN: 通知客户系统, en: Tell the CRM}
    on: FieldSet
    when: {all: [{field: case.travels_far, op: is_true}]}
    then: [{action: call_webhook, args: {hook: crm, fields: [travels_far], personal: [passport]}}]
"""
FIELDS = """fields:
  - key: passport
    name: {zh-CN: 护照, en: Passport}
    type: text
    pii: identity
  - key: salary_note
    name: {zh-CN: 收入, en: Income}
    type: text
    pii: finance
"""
CALLS = (
    FLOW.read_text("utf-8")
    .replace("rules:\n", RULE, 1)
    .replace("fields:\n", FIELDS, 1)
    .replace("version: 1", "version: 2", 1)
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@pytest.fixture
def agency(sqlite_url: str, tmp_path: Path, clock: ManualClock, receiver: Receiver) -> Iterator[SmallAgency]:
    url = f"http://127.0.0.1:{receiver.server_port}/in"
    hook = Hook(url=url, secret=SecretStr("whsec_" + base64.b64encode(KEY).decode()), private=True)
    keys = SecretStr(generate_key())
    settings = Settings(database_url=SecretStr(sqlite_url), files_dir=tmp_path, keys=keys, hooks={"crm": hook})
    banli = build(settings, clock=clock)
    banli.add(LoopbackChannel())
    banli.start()
    try:
        found = SmallAgency(banli).found()
        found.do(PublishFlow(source=CALLS))
        yield found
    finally:
        banli.stop()


def works(agency: SmallAgency) -> None:
    asyncio.run(agency.banli.work_until_quiet())


def calls(agency: SmallAgency, case_id: int) -> list[Act]:
    """What became of every call, oldest first."""
    with agency.banli.reading.open() as reader:
        runs = with_calls(reader, rule_runs(reader, case_id, 100, rule="tell_crm"), built_in())
    return [act for run in reversed(runs) for act in run.acts]


def row(agency: SmallAgency) -> dict[str, Any]:
    found: list[dict[str, Any]] = agency.banli.store.run(lambda uow: uow.find(outbox, channel="hook"))
    assert len(found) == 1
    return found[0]


def set_off(agency: SmallAgency, **fields: Any) -> int:
    case_id = int(agency.banli.store.run(agency.case))
    agency.do(SetFields(case_id=case_id, fields={"travels_far": True, **fields}))
    return case_id


def test_a_rule_tells_another_program_and_the_log_what_came_of_it(agency: SmallAgency, receiver: Receiver) -> None:
    case_id = set_off(agency, passport="E12345678", salary_note="900000")
    [waiting] = calls(agency, case_id)
    assert (waiting.came, waiting.reasons[0]["en"]) == ("asked", "on its way")
    assert receiver.got == []  # not within the unit
    works(agency)

    [(path, heads, body)] = receiver.got
    said = json.loads(body)
    number = agency.banli.store.run(lambda uow: uow.get(case, case_id))["number"]
    assert (path, said["type"], said["id"]) == ("/in", "FieldSet", heads["webhook-id"])
    assert said["timestamp"] == NOON.isoformat().replace("+00:00", "Z")
    assert said["data"]["rule"] == "tell_crm"
    assert said["data"]["case"] == {
        **{"id": str(case_id), "number": number, "flow": "small_matter", "version": 2, "stage": "collect"},
        **{"substate": None, "outcome": None, "state": "open"},
    }
    assert said["data"]["fields"] == {"travels_far": True, "passport": "E12345678"}
    signed = f"{heads['webhook-id']}.{heads['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    assert hmac.compare_digest(heads["webhook-signature"], expected)
    [done] = calls(agency, case_id)
    assert (done.came, done.reasons[0]["en"]) == ("done", "delivered: the receiver answered HTTP 204")
    assert "HTTP 204" in done.reasons[0]["zh-CN"]


def test_what_is_not_taken_is_tried_for_a_day_and_then_again_by_hand(
    agency: SmallAgency, receiver: Receiver, clock: ManualClock
) -> None:
    receiver.answers = [(503, {"Retry-After": "600"})] + [(500, {})] * 100
    case_id = set_off(agency)
    works(agency)
    [trying] = calls(agency, case_id)
    assert trying.came == "asked"
    assert [each["en"] for each in trying.reasons] == [
        "not delivered after 1 attempts; it is tried again",
        "the receiver answered HTTP 503",
    ]
    assert row(agency)["due"] == NOON + timedelta(seconds=600)

    while row(agency)["state"] != "dead":
        clock.advance(timedelta(minutes=30))
        assert clock.now() < NOON + outbox_rows.PATIENCE + timedelta(hours=1)
        works(agency)
    [failed] = calls(agency, case_id)
    assert (failed.came, failed.reasons[1]["en"]) == ("failed", "the receiver answered HTTP 500")
    assert str(row(agency)["id"]) in failed.reasons[0]["en"]
    assert len(receiver.got) <= 50

    receiver.answers = [(410, {})]
    agency.do(RetryEntry(entry_id=row(agency)["id"]))
    works(agency)
    assert row(agency)["state"] == "dead"  # gone: nobody tries that again by himself
    agency.do(RetryEntry(entry_id=row(agency)["id"]))
    works(agency)
    assert calls(agency, case_id)[0].came == "done"
    assert len({heads["webhook-id"] for _, heads, _ in receiver.got}) == 1  # so the receiver knows that it is the same
    assert len({body for _, _, body in receiver.got}) == 1


REFUSED = (
    ("hook: crm", "hook: books", "flow.no_hook", "/rules/0/then/0/args/hook"),
    ("fields: [travels_far]", "fields: [passport]", "flow.hook_personal", "/rules/0/then/0/args/fields/0"),
    ("[passport]", "[travels_far]", "flow.hook_not_personal", "/rules/0/then/0/args/personal/0"),
    ("fields: [travels_far]", "fields: [nonsense]", "flow.unknown_field", "/rules/0/then/0/args/fields/0"),
)


def test_what_cannot_go_out_is_not_published(agency: SmallAgency) -> None:
    for before, after, code, pointer in REFUSED:
        with pytest.raises(Invalid) as caught:
            agency.do(PublishFlow(source=CALLS.replace(before, after, 1).replace("version: 2", "version: 3", 1)))
        assert [(each.code, each.pointer) for each in caught.value.problems] == [(code, pointer)]
        assert all(caught.value.problems[0].message[language] for language in ("zh-CN", "en"))
