"""Three clients in two departments, with everything that has an id, and whoever may knock: for the matrix of rights."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Table

from admin_api.openapi import describe, operations
from core.cases.tables import case, case_event, case_migration, document_version
from core.catalog.tables import flow_draft, flow_migration, flow_version
from core.clients.tables import client
from core.commands.contents import WriteContent
from core.commands.people import BindStaffIdentity
from core.commands.tables import ImportTable
from core.contracts.tables import contract
from core.conversations.tables import conversation, handoff
from core.engine.access import Reach
from core.files.tables import file
from core.kit.ids import new_id
from core.ledger import errands
from core.ledger.tables import errand, inbox, outbox
from core.staff.policy import DEFAULT, ROLES
from core.staff.sessions import open_session
from core.staff.tables import api_key, delegation, department, session, staff, staff_identity
from core.store.unit import UnitOfWork
from core.tasks.tables import task
from tests.admin_api.office import FLOWS, Office
from tests.admin_api.requests import REPORT, REQUESTS, SERVICE, TABLE, Ids
from tests.files.papers import pdf

TEAM = ("sales", "consultant", "copywriter", "reviewer", "service", "supervisor")
ACTORS = [f"{department}.{role}" for department in ("visa", "other") for role in ROLES]
NOBODY = ("", "revoked", "left")  # no key, a revoked one, a member who has left
STATE = (
    case_event,
    document_version,
    client,
    contract,
    file,
    outbox,
    staff,
    api_key,
    session,
    task,
    department,
    staff_identity,
)
NOTED = {"used_at", "seen_at"}  # when something was used last, which no operation decides
IN_BODY = ("draft_contract", "approve_shown")
"""Operations whose foreign id stands in the body."""

NAMED = {"rule": "complete", "role": "finance", "text_key": "welcome.client", "language": "en"}
"""What stands in a path and belongs to nobody."""

ENDS = ("disable_staff", "reset_password", "reset_totp", "set_login")
"""Whoever it is done to can do no more."""

PROVES: Mapping[str, tuple[int, ...]] = {
    "open_session": (401, 429),
    "change_password": (401, 429),
    "sign_out": (404,),
    "enrol_totp": (409,),
    "confirm_totp": (409,),
    "disable_totp": (409,),
    "start_migration": (201, 409),
}
"""What is answered to whoever has the right, and came with a key and without a password; of several who move the same
cases, to all but the first."""


@dataclass(frozen=True)
class Operation:
    """One operation of the description."""

    name: str
    method: str
    path: str
    permission: str
    takes_id: bool

    def ask(self, office: Office, who: str | None, ids: Ids) -> Any:
        meant = {**ids, "staff_id": ids["leaver_id"]} if self.name in ENDS else ids  # the others go on
        path = self.path.removeprefix("/api/v1").format(**NAMED, **meant)
        return office.call(who, self.method, path, **REQUESTS[self.name](ids))


@dataclass(frozen=True)
class Owned:
    """What belongs to one client, who works on it, and which department answers for it."""

    ids: Ids
    department: str
    people: frozenset[str]
    holder: str  # who has its task, whether he is on the team or not


def described(office: Office) -> list[Operation]:
    """Every operation of the API, from its description. `draft_contract` has its id in the body."""
    document = describe(office.app)
    found = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if operation in list(operations(document)):
                name = operation["operationId"]
                takes_id = "{" in re.sub("{role}|{language}|{table_name}|{content_key}", "", path) or name in IN_BODY
                found.append(Operation(name, method.upper(), path, operation["x-permission"], takes_id))
    return found


def reaches(who: str, permission: str, owned: Owned) -> bool | None:
    """Whether somebody reaches what is owned, by the table of grants alone; None: he has no such right at all."""
    department, role = who.split(".")
    reach = DEFAULT.grants[role].get(permission)
    if permission == "member":
        return True
    if reach is None:
        return None
    if permission == "staff.account":  # the session of the department's reviewer
        return who == f"{owned.department}.reviewer"
    if permission == "staff.delegate":  # the work of the department's reviewer
        his = who == f"{owned.department}.reviewer" or reach is Reach.ALL
        return his or (reach >= Reach.DEPARTMENT and department == owned.department)
    if (
        reach is Reach.ALL
        or who in owned.people
        or (permission in ("task.complete", "task.give") and who == owned.holder)
    ):
        return True
    return reach >= Reach.DEPARTMENT and department == owned.department


def build(office: Office) -> list[Owned]:
    """The first client is everybody's of the visa department, the second one's only its consultant's."""
    everybody = [("张三", "visa", TEAM), ("李四", "visa", ("consultant",)), ("王五", "other", TEAM)]
    for name in ("deputy", "leaver"):
        office.parts.store.run(partial(office.hire, name=name, role="sales", department="visa"))
    office.do(WriteContent.model_validate({"key": "report", **REPORT}))
    office.do(ImportTable.of("schools", TABLE.encode(), "2026-03-01", "测试"))
    return [_own(office, name, department, roles) for name, department, roles in everybody]


def _own(office: Office, name: str, department: str, roles: tuple[str, ...]) -> Owned:
    team = {role: str(office.staff[f"{department}.{role}"]) for role in roles}
    contract_id = office.contract(name, department=department, team=team)
    case_id = office.post(f"{department}.admin", f"/contracts/{contract_id}/activate")["case_id"]
    item_id = office.item(case_id, "passport", who=f"{department}.admin")["id"]
    version_id = office.upload(item_id, pdf(words="mine"), who=f"{department}.admin").json()["id"]
    with office.parts.reading.open() as reader:
        work = reader.find(task, task.c.case_id == int(case_id))[0]
    ids = {
        "client_id": str(office.clients[name]),
        "contract_id": contract_id,
        "case_id": case_id,
        "item_id": item_id,
        "version_id": version_id,
        "task_id": str(work["id"]),
        "staff_id": str(office.staff[f"{department}.reviewer"]),
        "deputy_id": str(office.staff["deputy"]),
        "key_id": _newest(office, api_key, office.staff[f"{department}.reviewer"]),
        "department_id": str(office.departments[department]),
        "identity_id": _identity(office, office.staff[f"{department}.reviewer"]),
        "session_id": _session(office, office.staff[f"{department}.reviewer"]),
        "leaver_id": str(office.staff["leaver"]),
        "delegation_id": _delegation(office, office.staff[f"{department}.reviewer"]),
        "errand_id": held_file(office, int(case_id), office.clients[name]),
        "entry_id": dead_letter(office),
        "calendar_name": "cn-office",
        "table_name": "schools",
        "service_key": _service(office),
        "row_key": _row(office),
        "content_key": "report",
        "setting_name": "agency.remind_days",
        "draft_id": _draft(office),
        "batch_id": _batch(office),
        "flow_version_id": office.get("visa.admin", "/flows?flow=visa_jp_tourist")["flows"][0]["id"],
        "handoff_id": _handoff(office, int(case_id), office.clients[name]),
        "conversation_id": _chat(office, int(case_id)),
    }
    [holder] = [person for person, staff_id in office.staff.items() if staff_id == work["staff_id"]]
    return Owned(ids, department, frozenset({f"{department}.{role}" for role in roles}), holder)


def dead_letter(office: Office) -> str:
    """An update that was parked."""
    from_nowhere = {"channel": "c", "account": "a", "conversation": "c:a:nowhere"}

    def work(uow: UnitOfWork) -> int:
        parked = {"state": "dead", "attempts": 5, "error": "Unreadable", "received_at": uow.now, "due": uow.now}
        row = uow.add(inbox, platform_id=str(new_id()), raw=b"{}", **from_nowhere, **parked)
        return int(row["id"])

    return str(office.parts.store.run(work))


def _service(office: Office) -> str:
    """A service template of the house, one for each who may withdraw it."""
    made = office.post("visa.admin", "/service-templates", SERVICE | {"key": f"s{new_id()}"})
    return str(made["key"])


def _row(office: Office) -> str:
    """A row of the table, one for each who may take it out."""
    key, said = f"r{new_id()}", {"cells": {"name.en": "Mine"}, "as_of": "2026-03-01", "source": "测试"}
    office.call("visa.admin", "PUT", f"/tables/schools/rows/{key}", json=said, headers={"if-match": "*"})
    return key


def _draft(office: Office) -> str:
    """A draft of an admin's that can be drawn; the subject that a draft is belongs to nobody in particular."""
    admin = office.staff["visa.admin"]
    made, source = {"made_by": admin, "changed_by": admin}, (FLOWS / "visa_kr_tourist" / "v1.yaml").read_bytes()

    def work(uow: UnitOfWork) -> int:
        row = uow.add(flow_draft, flow="", source=source, made_at=uow.now, changed_at=uow.now, **made)
        return int(row["id"])

    return str(office.parts.store.run(work))


def _batch(office: Office) -> str:
    """Cases that were moved to another version, all of them refused."""
    made = {"made_at": office.parts.clock.now(), "made_by": office.staff["visa.admin"], "state": "listed"}

    def work(uow: UnitOfWork) -> int:
        target = uow.find(flow_version, flow="visa_jp_tourist")[0]["id"]
        batch = uow.add(flow_migration, flow="visa_jp_tourist", sources=[], target_id=target, map={}, **made)
        for row in uow.find(case):
            went = {"batch_id": batch["id"], "case_id": row["id"], "from_id": row["flow_version_id"], "to_id": target}
            uow.add(case_migration, **went, state="refused", why={"zh-CN": "原因", "en": "why"})
        return int(batch["id"])

    return str(office.parts.store.run(work))


def _handoff(office: Office, case_id: int, client_id: int) -> str:
    """A call of this client that waits."""

    def work(uow: UnitOfWork) -> int:
        chat = {"key": f"c:{case_id}", "channel": "c", "account": "a", "chat": str(case_id), "language": "zh-CN"}
        row = uow.add(conversation, **chat, client_id=client_id, case_id=case_id, mode="human")
        about = {"conversation_id": row["id"], "case_id": case_id, "client_id": client_id}
        row = uow.add(handoff, **about, reason="word", called=[], asked_at=uow.now, active_at=uow.now)
        return int(row["id"])

    return str(office.parts.store.run(work))


def _chat(office: Office, case_id: int) -> str:
    """The chat of the call above."""
    with office.parts.reading.open() as reader:
        [row] = reader.find(conversation, key=f"c:{case_id}")
    return str(row["id"])


def held_file(office: Office, case_id: int, client_id: int) -> str:
    """A file of this client's chat that the scanner has given no verdict on."""

    def work(uow: UnitOfWork) -> int:
        what = {"client_id": client_id, "held": {}, "since": uow.now.isoformat(), "message": {}}
        errands.queue(uow, "fetch", f"fetch:{case_id}", "c", "a", f"c:{case_id}", what)
        [row] = uow.find(errand, key=f"fetch:{case_id}")
        return int(row["id"])

    return str(office.parts.store.run(work))


def _newest(office: Office, table: Table, staff_id: int) -> str:
    """The newest row of this member."""
    with office.parts.reading.open() as reader:
        return str(reader.find(table, staff_id=staff_id)[-1]["id"])


def _session(office: Office, staff_id: int) -> str:
    office.parts.store.run(lambda uow: open_session(uow, staff_id))
    return _newest(office, session, staff_id)


def _identity(office: Office, staff_id: int) -> str:
    office.do(BindStaffIdentity(staff_id=staff_id, channel="c", account="a", external_id=str(new_id())))
    return _newest(office, staff_identity, staff_id)


def _delegation(office: Office, staff_id: int) -> str:
    """This member's work, given to the deputy for days that are over."""
    made = {"staff_id": staff_id, "delegate_id": office.staff["deputy"], "made_by": staff_id}

    def work(uow: UnitOfWork) -> int:
        return int(uow.add(delegation, **made, starts=uow.now, ends=uow.now, made_at=uow.now)["id"])

    return str(office.parts.store.run(work))


def shut_out(office: Office) -> None:
    """Two members whose keys must not open anything any more."""
    store = office.parts.store

    def hire(uow: UnitOfWork) -> None:
        for name in ("revoked", "left"):
            office.hire(uow, name, "admin", "visa")

    store.run(hire)
    with office.parts.reading.open() as reader:
        [key] = reader.find(api_key, api_key.c.staff_id == office.staff["revoked"])
    store.run(lambda uow: uow.change(api_key, key["id"], revoked_at=uow.now))
    store.run(lambda uow: uow.change(staff, office.staff["left"], active=False))
    office.keys[""] = ""


def snapshot(office: Office) -> list[tuple[str, int, object]]:
    """How many rows there are of everything, and the newest version of those that have one."""
    found: list[tuple[str, int, object]] = []
    with office.parts.reading.open() as reader:
        for table in STATE:
            rows = [{key: row[key] for key in row if key not in NOTED} for row in reader.find(table)]
            found.append((table.name, len(rows), repr(rows)))
    return found
