"""Three clients in two departments, with everything that has an id, and whoever may knock: for the matrix of rights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from admin_api.openapi import describe, operations
from core.cases.tables import case_event, document_version
from core.clients.tables import client
from core.contracts.tables import contract
from core.conversations.tables import conversation, handoff
from core.engine.access import Reach
from core.files.tables import file
from core.kit.ids import new_id
from core.ledger import errands
from core.ledger.tables import errand, outbox
from core.staff.policy import DEFAULT, ROLES
from core.staff.tables import api_key, delegation, staff
from core.store.unit import UnitOfWork
from core.tasks.tables import task
from tests.admin_api.office import FLOWS, Office
from tests.files.papers import pdf

TEAM = ("sales", "consultant", "copywriter", "reviewer", "service", "supervisor")
ACTORS = [f"{department}.{role}" for department in ("visa", "other") for role in ROLES]
NOBODY = ("", "revoked", "left")  # no key, a revoked one, a member who has left
STATE = (case_event, document_version, client, contract, file, outbox, staff, api_key, task)
KOREA = (FLOWS / "visa_kr_tourist" / "v1.yaml").read_text("utf-8").replace("version: 1", "version: 2", 1)

IN_BODY = ("draft_contract", "approve_shown")
"""Operations whose foreign id stands in the body."""
Ids = Mapping[str, str]
Request = dict[str, Any]

IDENTITY = {"channel": "webchat", "account": "demo", "external_id": "somebody"}
REQUESTS: Mapping[str, Callable[[Ids], Request]] = {
    "list_templates": lambda ids: {},
    "list_flows": lambda ids: {},
    "response_times": lambda ids: {},
    "list_texts": lambda ids: {},
    "set_text": lambda ids: {"json": {"key": "welcome.client", "language": "en", "words": "Hi {name}"}},
    "reset_text": lambda ids: {"json": {"key": "welcome.client", "language": "en"}},
    "publish_flow": lambda ids: {"content": KOREA.encode(), "headers": {"content-type": "application/yaml"}},
    "register_client": lambda ids: {"json": {"name": "赵六"}},
    "read_client": lambda ids: {},
    "export_client": lambda ids: {},
    "erase_client": lambda ids: {},
    "read_hold": lambda ids: {},
    "hold_client": lambda ids: {"json": {"reason": "争议"}},
    "lift_hold": lambda ids: {"json": {"reason": "了结"}},
    "set_digest": lambda ids: {"json": {"at": "08:30"}},
    "list_tags": lambda ids: {},
    "set_client_zone": lambda ids: {"json": {"zone": "Europe/Berlin"}},
    "tag_client": lambda ids: {"json": {"tag": "加急办理"}},
    "untag_client": lambda ids: {"json": {"tag": "加急办理"}},
    "bind_client_identity": lambda ids: {"json": IDENTITY},
    "draft_contract": lambda ids: {
        "json": {
            "client_id": ids["client_id"],
            "flow": "visa_kr_tourist",
            "number": f"HT-{new_id()}",
            "package": "标准",
            "amount": 1,
            "signed_on": "2026-03-01",
            "travellers": [{"name": "赵六", "kind": "employed"}],
        }
    },
    "read_contract": lambda ids: {},
    "record_deposit": lambda ids: {},
    "activate_contract": lambda ids: {},
    "list_cases": lambda ids: {},
    "read_case": lambda ids: {},
    "read_timeline": lambda ids: {},
    "advance_case": lambda ids: {"json": {"trigger": "withdraw"}},
    "send_back": lambda ids: {"json": {"to": "prepare", "remark": "请更正申请表"}},
    "set_substate": lambda ids: {"json": {"substate": "sent"}},
    "set_fields": lambda ids: {"json": {"fields": {"days": 5}}},
    "add_traveller": lambda ids: {"json": {"traveller": {"name": "赵六", "kind": "employed"}}},
    "ask_supplement": lambda ids: {"json": {"items": ["extra"], "reason": "补料"}},
    "assign_role": lambda ids: {"json": {"role": "reviewer", "staff_id": ids["staff_id"]}},
    "hand_over": lambda ids: {"json": {"role": "reviewer", "staff_id": ids["staff_id"]}},
    "give_task": lambda ids: {"json": {"staff_id": ids["staff_id"]}},
    "claim_task": lambda ids: {},
    "release_task": lambda ids: {},
    "snooze_task": lambda ids: {"json": {"until": "hour"}},
    "record_consultation": lambda ids: {"json": {"summary": "谈话", "demand": "加急", "assessment": "可行"}},
    "say_to_client": lambda ids: {"json": {"text": "您好"}},
    "submit_document": lambda ids: {"files": {"file": ("a.pdf", pdf(words="matrix"))}},
    "set_guardian": lambda ids: {"json": {"person_id": ids["client_id"], "ends": True}},
    "invite_client": lambda ids: {},
    "record_paper_consent": lambda ids: {"json": {"signed_on": "2026-03-01"}},
    "waive_item": lambda ids: {"json": {"reason": "演练"}},
    "download_original": lambda ids: {},
    "show_preview": lambda ids: {},
    "review_document": lambda ids: {"json": {"decision": "rejected", "reason": "blur"}},
    "tick_check": lambda ids: {"json": {"check": "signature"}},
    "ask_second_look": lambda ids: {"json": {"staff_id": ids["staff_id"]}},
    "snooze_review": lambda ids: {"json": {"until": "hour"}},
    "give_date": lambda ids: {"json": {"name": "issued", "value": "2026-01-01"}},
    "find": lambda ids: {"params": {"q": "V-2026"}},
    "list_clear_reviews": lambda ids: {},
    "approve_shown": lambda ids: {"json": {"version_ids": [ids["version_id"]]}},
    "list_tasks": lambda ids: {},
    "complete_task": lambda ids: {},
    "list_held_files": lambda ids: {},
    "check_file_again": lambda ids: {},
    "list_handoffs": lambda ids: {},
    "take_over": lambda ids: {},
    "pass_handoff": lambda ids: {"json": {"colleague_id": ids["staff_id"]}},
    "say_in_chat": lambda ids: {"json": {"text": "您好"}},
    "give_back": lambda ids: {},
    "add_note": lambda ids: {"json": {"text": "备注"}},
    "list_delegations": lambda ids: {},
    "delegate_work": lambda ids: {
        "json": {"delegate_id": ids["deputy_id"], "first": "2026-03-03", "last": "2026-03-05"}
    },
    "end_delegation": lambda ids: {},
    "list_audit": lambda ids: {},
    "verify_audit": lambda ids: {},
    "read_me": lambda ids: {},
    "add_department": lambda ids: {"json": {"name": "新部门"}},
    "add_staff": lambda ids: {"json": {"name": "新人", "roles": ["sales"]}},
    "bind_staff_identity": lambda ids: {"json": IDENTITY},
    "issue_api_key": lambda ids: {"json": {"name": "matrix"}},
}
"""A right request for every operation. One that is not here is not in the matrix, and the test fails."""


@dataclass(frozen=True)
class Operation:
    """One operation of the description."""

    name: str
    method: str
    path: str
    permission: str
    takes_id: bool

    def ask(self, office: Office, who: str | None, ids: Ids) -> Any:
        path = self.path.removeprefix("/api/v1").format(**ids)
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
                takes_id = "{" in path or name in IN_BODY
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
    office.parts.store.run(lambda uow: office.hire(uow, "deputy", "sales", "visa"))
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
        "delegation_id": _delegation(office, office.staff[f"{department}.reviewer"]),
        "errand_id": held_file(office, int(case_id), office.clients[name]),
        "handoff_id": _handoff(office, int(case_id), office.clients[name]),
    }
    [holder] = [person for person, staff_id in office.staff.items() if staff_id == work["staff_id"]]
    return Owned(ids, department, frozenset({f"{department}.{role}" for role in roles}), holder)


def _handoff(office: Office, case_id: int, client_id: int) -> str:
    """A call of this client that waits."""

    def work(uow: UnitOfWork) -> int:
        chat = {"key": f"c:{case_id}", "channel": "c", "account": "a", "chat": str(case_id), "language": "zh-CN"}
        row = uow.add(conversation, **chat, client_id=client_id, case_id=case_id, mode="human")
        about = {"conversation_id": row["id"], "case_id": case_id, "client_id": client_id}
        row = uow.add(handoff, **about, reason="word", called=[], asked_at=uow.now, active_at=uow.now)
        return int(row["id"])

    return str(office.parts.store.run(work))


def held_file(office: Office, case_id: int, client_id: int) -> str:
    """A file of this client's chat that the scanner has given no verdict on."""

    def work(uow: UnitOfWork) -> int:
        what = {"client_id": client_id, "held": {}, "since": uow.now.isoformat(), "message": {}}
        errands.queue(uow, "fetch", f"fetch:{case_id}", "c", "a", f"c:{case_id}", what)
        [row] = uow.find(errand, key=f"fetch:{case_id}")
        return int(row["id"])

    return str(office.parts.store.run(work))


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
            rows = reader.find(table)
            found.append((table.name, len(rows), repr(rows)))
    return found
