"""The personal checklist of a case: made from its flow, kept in step with its fields, never losing what was sent."""

from collections.abc import Sequence

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import applicant, case, document_version, item
from core.commands.cases import FollowPlace
from core.engine.checklist import (
    DONE,
    OPEN,
    ApplicantFacts,
    Completion,
    ItemKey,
    PlannedItem,
    Status,
    completion,
    move,
    plan,
    required_names,
)
from core.engine.machine import CompiledFlow
from core.events.happened import ChecklistCompleted
from core.kit.errors import NotPossibleNow
from core.store.reading import Lookup
from core.store.sealing import Row


def sync_checklist(row: Row, deed: Deed) -> None:
    """Make the rows that the flow demands now, and mark those that it does not demand any more.

    Every item of the flow has its rows from the start, so that one keeps its files when it stops being required.
    """
    compiled = compiled_of(deed, row)
    people = deed.uow.find(applicant, case_id=row["id"], order=applicant.c.position)
    names = [name for name in required_names(compiled) if not name.startswith("applicant.")]
    planned = plan(compiled, facts_of_each(people), deed.facts(row, names))
    known = {(each["key"], each["applicant_id"]): each for each in items_of(deed.uow, row["id"])}
    for position, wanted in enumerate(planned):
        there = known.get(wanted.key)
        if there is None:
            _add(row, wanted, position, deed)
        elif there["required"] != wanted.required:
            deed.uow.change(item, there["id"], required=wanted.required)


def follow_place(command: FollowPlace, deed: Deed) -> None:
    """Of a case that has ended nothing is asked any more."""
    row = deed.uow.get(case, command.case_id)
    if row["state"] == "open":
        sync_checklist(row, deed)


def facts_of_each(people: Sequence[Row]) -> list[ApplicantFacts]:
    """What is known of each applicant alone."""
    return [
        ApplicantFacts(each["id"], {"applicant.type": each["kind"], "applicant.main": each["position"] == 0})
        for each in people
    ]


def _add(row: Row, wanted: PlannedItem, position: int, deed: Deed) -> None:
    deed.uow.add(
        item,
        case_id=row["id"],
        applicant_id=wanted.applicant,
        key=wanted.item,
        group_key=wanted.group,
        required=wanted.required,
        status_at=deed.now,
        position=position,
    )


def items_of(lookup: Lookup, case_id: int) -> list[Row]:
    """All checklist rows of a case that its version has, in the flow's order."""
    return lookup.find(item, case_id=case_id, dropped=False, order=item.c.position)


def asked(row: Row) -> bool:
    """Whether this row is asked of the client at present."""
    return bool(row["required"] or row["asked"])


def completion_of(compiled: CompiledFlow, lookup: Lookup, row: Row) -> Completion:
    """How far the checklist of a case is; an item that was asked for by name counts by itself, not for its group."""
    return completion_of_rows(compiled, items_of(lookup, row["id"]))


def completion_of_rows(compiled: CompiledFlow, rows: Sequence[Row]) -> Completion:
    """As completion_of, of checklist rows in the flow's order."""
    return completion(compiled, counted(rows), statuses_of(rows))


def counted(rows: Sequence[Row]) -> list[PlannedItem]:
    """Checklist rows as they count for how far a case is."""
    return [
        PlannedItem(each["key"], each["applicant_id"], True)
        if each["asked"]
        else PlannedItem(each["key"], each["applicant_id"], bool(each["required"]) and wanted, each["group_key"])
        for each, wanted in zip(rows, _wanted(rows), strict=True)
    ]


def statuses_of(rows: Sequence[Row]) -> dict[ItemKey, Status]:
    return {(each["key"], each["applicant_id"]): each["status"] for each in rows}


def todo_of(compiled: CompiledFlow, rows: Sequence[Row]) -> frozenset[ItemKey]:
    """What the client is still to send: the open items of every unit that is missing. Rows as in completion_of_rows."""
    statuses = statuses_of(rows)
    return frozenset(
        (key, unit.applicant)
        for unit in completion_of_rows(compiled, rows).missing
        for key in unit.items
        if statuses[key, unit.applicant] in OPEN and compiled.flow.item(key).submit_by == "client"
    )


def check_not_dropped(wanted: Row) -> None:
    """Raises NotPossibleNow for an item that the case's version of the flow does not have any more."""
    if wanted["dropped"]:
        raise NotPossibleNow(reason="item_dropped")


def _wanted(rows: Sequence[Row]) -> list[bool]:
    """Whether each row still counts for its group: not when another of its alternatives was asked for by name."""
    named = {(each["group_key"], each["applicant_id"]) for each in rows if each["asked"] and each["group_key"]}
    return [each["status"] in DONE or (each["group_key"], each["applicant_id"]) not in named for each in rows]


def proofs_of(lookup: Lookup, row: Row) -> set[str]:
    """Keys of the items of which a file was submitted or approved."""
    return filed_of(items_of(lookup, row["id"]))


def filed_of(rows: Sequence[Row]) -> set[str]:
    """The same of rows that are read already."""
    return {each["key"] for each in rows if each["status"] in ("submitted", "approved")}


def tell_if_complete(row: Row, before: Completion, deed: Deed) -> None:
    """Say so when the last missing item has just been settled."""
    after = completion_of(compiled_of(deed, row), deed.uow, row)
    if after.complete and not before.complete:
        deed.emit(ChecklistCompleted(case_id=row["id"], done=after.done))


def open_again(wanted: Sequence[Row], reason: str, deed: Deed) -> list[int]:
    """Ask for these rows by name, whatever their conditions say; what was approved goes back. Returns their ids."""
    for each in wanted:
        status = each["status"]
        if status == "approved":
            status = move(status, "reopen", reason)
        elif status == "waived":
            status = move(status, "require")
        deed.uow.change(item, each["id"], status=status, status_at=deed.now, asked=True, words=reason)
    return [each["id"] for each in wanted]


def current_version(lookup: Lookup, wanted: Row) -> Row | None:
    """The newest version of an item."""
    return None if wanted["current_id"] is None else lookup.peek(document_version, wanted["current_id"])
