"""Whose is it? Loads the subject of a command, so that the policy can be asked about it."""

from dataclasses import replace

from core.cases.tables import case, document_version, item
from core.catalog.tables import flow_draft
from core.clients.guardians import guardians_of, wards_of
from core.clients.tables import client
from core.contracts.tables import contract
from core.conversations import held
from core.conversations.tables import conversation, handoff
from core.engine.access import Subject
from core.ledger import queues
from core.ledger.tables import errand
from core.staff.tables import api_key, delegation, session, staff, staff_identity
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork
from core.tasks.tables import task


def of_case(row: Row) -> Subject:
    """A case belongs to its client, its team and its department."""
    return Subject(
        kind="case",
        id=row["id"],
        client_id=row["client_id"],
        staff_ids=frozenset(row["team"].values()),
        department=row["department_id"],
        held=frozenset(row["team"].items()),
        seated=frozenset((role, person) for role, person in row["seated"] or ()),
    )


def case_subject(lookup: Lookup, case_id: int) -> Subject | None:
    """With whoever follows the client: his guardians may look, and hand in documents."""
    row = lookup.peek(case, case_id)
    if row is None:
        return None
    return replace(of_case(row), guardians=lambda: guardians_of(lookup, row["client_id"]))


def item_subject(lookup: Lookup, item_id: int) -> Subject | None:
    row = lookup.peek(item, item_id)
    return None if row is None else case_subject(lookup, row["case_id"])


def version_subject(lookup: Lookup, version_id: int) -> Subject | None:
    """Also of the colleague who was asked for a second look, as long as it is not decided."""
    row = lookup.peek(document_version, version_id)
    subject = None if row is None else case_subject(lookup, row["case_id"])
    if row is None or subject is None or row["second_id"] is None or row["status"] != "submitted":
        return subject
    held = subject.held | {("reviewer", row["second_id"])}
    return replace(subject, staff_ids=subject.staff_ids | {row["second_id"]}, held=held)


def task_subject(lookup: Lookup, task_id: int) -> Subject | None:
    """A task belongs to its case, and to the person who has it."""
    row = lookup.peek(task, task_id)
    if row is None:
        return None
    subject = case_subject(lookup, row["case_id"])
    if subject is None or row["staff_id"] is None:
        return subject
    people, held = subject.staff_ids | {row["staff_id"]}, subject.held | {(row["role"], row["staff_id"])}
    return Subject("task", task_id, subject.client_id, people, subject.department, held)


def client_subject(lookup: Lookup, client_id: int) -> Subject | None:
    """A client belongs to himself and to the teams of his cases and contracts."""
    if lookup.peek(client, client_id) is None:
        return None
    teams = [row["team"] for row in lookup.find(case, client_id=client_id)]
    departments = {row["department_id"] for row in lookup.find(case, client_id=client_id)}
    teams += [row["team"] for row in lookup.find(contract, client_id=client_id)]
    if not teams:  # a guardian without business of his own belongs to the teams of his wards
        wards = [row for ward in wards_of(lookup, client_id) for row in lookup.find(case, client_id=ward)]
        teams, departments = [row["team"] for row in wards], {row["department_id"] for row in wards}
    held = frozenset(each for team in teams for each in team.items())
    department = departments.pop() if len(departments) == 1 else None
    return Subject("client", client_id, client_id, frozenset(person for _, person in held), department, held)


def contract_subject(lookup: Lookup, contract_id: int) -> Subject | None:
    row = lookup.peek(contract, contract_id)
    if row is None:
        return None
    people = frozenset(row["team"].values())
    members = [lookup.peek(staff, person) for person in people]
    departments = {member["department_id"] for member in members if member is not None}
    department = departments.pop() if len(departments) == 1 else None
    return Subject("contract", contract_id, row["client_id"], people, department, frozenset(row["team"].items()))


def conversation_subject(lookup: Lookup, conversation_id: int) -> Subject | None:
    row = lookup.peek(conversation, conversation_id)
    return None if row is None else Subject("conversation", conversation_id, row["client_id"])


def chat_subject(lookup: Lookup, conversation_id: int) -> Subject | None:
    """What was said with a client belongs to whoever he belongs to; a stranger's chat to nobody in particular."""
    row = lookup.peek(conversation, conversation_id)
    if row is None or row["staff_id"] is not None:
        return None
    known = None if row["client_id"] is None else client_subject(lookup, row["client_id"])
    return Subject("chat", conversation_id) if known is None else replace(known, kind="chat", id=conversation_id)


def staff_subject(lookup: Lookup, staff_id: int) -> Subject | None:
    row = lookup.peek(staff, staff_id)
    return None if row is None else Subject("staff", staff_id, department=row["department_id"])


def delegation_subject(lookup: Lookup, delegation_id: int) -> Subject | None:
    """A delegation belongs to the member whose work it is about."""
    row = lookup.peek(delegation, delegation_id)
    return None if row is None else staff_subject(lookup, row["staff_id"])


def key_subject(lookup: Lookup, key_id: int) -> Subject | None:
    """A key of the API belongs to the member as whom it acts."""
    row = lookup.peek(api_key, key_id)
    return None if row is None else staff_subject(lookup, row["staff_id"])


def session_subject(lookup: Lookup, session_id: int) -> Subject | None:
    """A session belongs to the member who has signed in."""
    row = lookup.peek(session, session_id)
    return None if row is None else staff_subject(lookup, row["staff_id"])


def staff_identity_subject(lookup: Lookup, identity_id: int) -> Subject | None:
    """An account on a channel belongs to the member whose it is."""
    row = lookup.peek(staff_identity, identity_id)
    return None if row is None else staff_subject(lookup, row["staff_id"])


def handoff_subject(lookup: Lookup, handoff_id: int) -> Subject | None:
    """A chat that a person has belongs to its client, its case, and to those who were called to it (whoever has a role
    on the case in that role, others in all of theirs). Holding it gives no right: a deputy holds it for somebody."""
    row = lookup.peek(handoff, handoff_id)
    if row is None:
        return None
    of_its_case = None if row["case_id"] is None else case_subject(lookup, row["case_id"])
    team, held, department = frozenset[int](), frozenset[tuple[str, int]](), None
    if of_its_case is not None:
        team, held, department = of_its_case.staff_ids, of_its_case.held, of_its_case.department
    others = [member for each in row["called"] if each not in team and (member := lookup.peek(staff, each)) is not None]
    held |= {(role, member["id"]) for member in others for role in member["roles"]}
    people = team | frozenset(row["called"])
    return Subject("handoff", handoff_id, row["client_id"], people, department, held)


def errand_subject(lookup: Lookup, errand_id: int) -> Subject | None:
    """A file that is being fetched belongs to the case that its chat is about; without one, to the client."""
    row = lookup.peek(errand, errand_id)
    if row is None:
        return None
    case_id, client_id = held.case_of(lookup, row), row["what"]["client_id"]
    if case_id is not None:
        return case_subject(lookup, case_id)
    return Subject("errand", errand_id) if client_id is None else client_subject(lookup, client_id)


def draft_subject(lookup: Lookup, draft_id: int) -> Subject | None:
    """A draft is nobody's in particular; one that was published or thrown away is there no more."""
    row = lookup.peek(flow_draft, draft_id)
    return None if row is None or row["state"] != "open" else Subject("draft", draft_id)


def entry_subject(lookup: Lookup, entry_id: int) -> Subject | None:
    """A row of a queue is the machinery's own."""
    return None if queues.entry(lookup, entry_id) is None else Subject("entry", entry_id)


SUBJECTS = {
    "case": case_subject,
    "item": item_subject,
    "version": version_subject,
    "task": task_subject,
    "client": client_subject,
    "contract": contract_subject,
    "conversation": conversation_subject,
    "chat": chat_subject,
    "handoff": handoff_subject,
    "staff": staff_subject,
    "delegation": delegation_subject,
    "api_key": key_subject,
    "session": session_subject,
    "staff_identity": staff_identity_subject,
    "errand": errand_subject,
    "draft": draft_subject,
    "entry": entry_subject,
}


_OF_A_CASE = {
    "item": item,
    "version": document_version,
    "task": task,
    "contract": contract,
    "conversation": conversation,
    "handoff": handoff,
}


def case_of(uow: UnitOfWork, kind: str, subject_id: int) -> int | None:
    """The case that a subject belongs to: its lock is taken before anything is decided."""
    table = _OF_A_CASE.get(kind)
    if kind == "case":
        return subject_id
    if kind == "errand":
        fetched = uow.peek(errand, subject_id)
        return None if fetched is None else held.case_of(uow, fetched)
    if table is None:
        return None
    row = uow.peek(table, subject_id)
    found: int | None = None if row is None else row["case_id"]
    return found
