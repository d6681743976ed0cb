"""Rounds of eight simultaneous decisions on one document: five presses in three chats, three calls of the API."""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from core.bus.deed import Cause
from core.cases.documents import review_card
from core.cases.tables import case, case_event, document_version, item
from core.channel.inbound import Address, ButtonPress, Update
from core.commands.documents import ReviewDocument
from core.commands.work import Notify
from core.engine.access import Actor
from core.kit.ids import new_id
from core.ledger import inbox
from core.ledger.buttons import offer
from core.ledger.tables import audit, button, outbox
from core.ledger.tables import inbox as inbox_table
from core.staff.service import actor_of
from core.store.reading import Reader
from core.store.unit import UnitOfWork
from tests.core.small_agency import SmallAgency

APPROVE = {"zh-CN": "通过", "en": "Approve"}
REJECT = {"zh-CN": "退回", "en": "Reject"}
DECISIONS = ("approved", "rejected")
# Role and decision of every press, and of every call of the API. The reviewer taps his button twice.
PRESSES = (("reviewer", 0), ("reviewer", 0), ("consultant", 0), ("consultant", 1), ("copywriter", 0))
CALLS = (("reviewer", 0), ("copywriter", 1), ("consultant", 0))


@dataclass
class Round:
    """What was prepared: five updates wait in the inbox, three calls wait to be made."""

    case_id: int
    version_id: int
    calls: list[tuple[int, str]] = field(default_factory=list)  # staff id, decision
    entries: list[int] = field(default_factory=list)


def prepare(agency: SmallAgency, n: int) -> Round:
    """A case whose last missing document has just been handed in, with a review card in three chats."""

    def work(uow: UnitOfWork) -> Round:
        case_id = agency.case(uow)
        paper = uow.find(item, item.c.case_id == case_id, item.c.key == "paper")[0]
        version_id = agency.hand_in(uow, paper["id"], f"round {n} {case_id}")
        for role in ("consultant", "copywriter"):
            agency.execute(uow, _copy(agency.staff[role], case_id, version_id))
        return Round(case_id, version_id, [(agency.staff[role], DECISIONS[d]) for role, d in CALLS])

    made: Round = agency.banli.store.run(work)
    agency.banli.store.run(lambda uow: _press(uow, agency, made, random.Random(n)))
    with agency.banli.reading.open() as reader:
        made.entries = [row["id"] for row in reader.find(inbox_table, inbox_table.c.state == "waiting")]
    assert len(made.entries) == len(PRESSES)
    return made


def _copy(staff_id: int, case_id: int, version_id: int) -> Notify:
    approve = ReviewDocument(version_id=version_id, decision="approved")
    reject = ReviewDocument(version_id=version_id, decision="rejected", reason="blur")
    return Notify(
        to="staff",
        person_id=staff_id,
        notice="review",
        subject={"case": case_id, "version": version_id},
        card=review_card(version_id),
        buttons=(offer(approve, APPROVE), offer(reject, REJECT)),
    )


def _press(uow: UnitOfWork, agency: SmallAgency, made: Round, dice: random.Random) -> None:
    buttons = uow.find(button, button.c.card == review_card(made.version_id))
    presses = list(enumerate(PRESSES))
    dice.shuffle(presses)
    for n, (role, decision) in presses:
        token = next(
            row["token"]
            for row in buttons
            if row["for_id"] == agency.staff[role] and row["command"]["args"].get("decision") == DECISIONS[decision]
        )
        address = Address(channel="loopback", account="test", chat=f"staff-{role}")
        raw = ButtonPress(address=address, sender=address.chat, token=token).model_dump_json().encode()
        update = Update(
            channel="loopback", account="test", platform_id=f"{made.case_id}-{n}", conversation=address.key, raw=raw
        )
        inbox.append(uow, update)


def call(uow: UnitOfWork, bus: Any, version_id: int, staff_id: int, decision: str) -> list[Any] | None:
    """The same decision over the API. Returns None when it was taken, else code, who and when of the refusal."""
    actor = actor_of(uow, staff_id)
    assert isinstance(actor, Actor)
    reason = "blur" if decision == "rejected" else ""
    command = ReviewDocument.model_validate({"version_id": version_id, "decision": decision, "reason": reason})
    _, refusal = bus.attempt(uow, command, Cause(actor, "api", new_id()))
    if refusal is None:
        return None
    return [refusal.code, refusal.params.get("who"), str(refusal.params.get("when"))]


def judge(agency: SmallAgency, reader: Reader, made: Round, answers: list[Any]) -> str:
    """One decision with exactly its consequences, everybody else told who and when. Returns who won, and how."""
    version = reader.peek(document_version, made.version_id)
    row = reader.peek(case, made.case_id)
    assert version is not None
    assert row is not None
    events = reader.find(case_event, case_event.c.case_id == made.case_id, order=case_event.c.seq)
    happened = Counter(each["type"] for each in events)
    approved = version["status"] == "approved"
    assert version["status"] in DECISIONS
    assert happened["DocumentApproved"] + happened["DocumentRejected"] == 1
    assert happened["DocumentApproved"] == happened["ChecklistCompleted"] == happened["StageLeft"] == int(approved)
    assert happened["StageEntered"] == 1 + int(approved)
    assert happened["TaskCreated"] == int(approved)
    assert row["stage"] == ("prepare" if approved else "collect")
    assert events[-1]["seq"] == row["version"]
    notices = reader.find(outbox, outbox.c.case_id == made.case_id)
    told = Counter(each["notice"]["kind"] for each in notices if each["person_kind"] == "client")
    assert (told["approved"], told["rework"], told["message"]) == ((1, 0, 1) if approved else (0, 1, 0))
    assert not reader.find(button, button.c.card == review_card(made.version_id), button.c.state == "open")
    outcomes = Counter(each["outcome"] for each in _audited(reader, made, answers))
    assert outcomes == {"done": 1, "refused": len(PRESSES) + len(CALLS) - 1}
    _everybody_else_was_told(agency, reader, made, answers, version)
    door = "api" if None in answers else "chat"
    return f"{version['status']} by {agency.names[version['reviewed_by']]} over {door}"


def _audited(reader: Reader, made: Round, answers: list[Any]) -> list[dict[str, Any]]:
    pressed = reader.find(audit, audit.c.command == "ReviewDocument", audit.c.correlation.in_(made.entries))
    called = reader.find(
        audit,
        audit.c.command == "ReviewDocument",
        audit.c.subject == f"version:{made.version_id}",
        audit.c.door == "api",
    )
    assert len(called) == len(answers)
    return pressed + called


def _everybody_else_was_told(
    agency: SmallAgency, reader: Reader, made: Round, answers: list[Any], version: dict[str, Any]
) -> None:
    """Over the API in the answer, in the chats by exactly one sentence for each press that came too late."""
    late = [each for each in answers if each is not None]
    assert len(answers) - len(late) <= 1
    assert late == [["already_decided", version["reviewed_by"], str(version["reviewed_at"])]] * len(late)
    entries = reader.find(inbox_table, inbox_table.c.id.in_(made.entries))
    assert {each["state"] for each in entries} == {"done"}
    chats = {f"staff-{role}" for role, _ in PRESSES}
    said = [
        each["notice"]["params"]
        for each in reader.find(outbox, outbox.c.id > made.version_id, outbox.c.chat.in_(chats))
        if each["notice"]["kind"] == "say"
    ]
    called = len(late) < len(answers)
    assert len(said) == len(PRESSES) - (not called)
    for each in said:
        assert each["key"] == f"refusal.already_decided.{version['status']}"
        assert each["params"]["who"] == agency.names[version["reviewed_by"]]
        assert each["params"]["when"]
