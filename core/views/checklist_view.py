"""A personal checklist: what is asked, of whom, and how far each item is."""

from dataclasses import dataclass

from core.cases.checklist import asked, current_version, items_of
from core.cases.tables import applicant
from core.engine.flow import Group, Item
from core.engine.machine import CompiledFlow
from core.store.reading import Lookup
from core.store.sealing import Row


@dataclass(frozen=True, slots=True)
class ItemView:
    """One row of the checklist."""

    row: Row
    item: Item
    group: Group | None
    applicant: Row | None
    version: Row | None

    @property
    def open(self) -> bool:
        """Whether a document is waited for from the client."""
        return self.row["status"] in ("todo", "rework")


def checklist(lookup: Lookup, compiled: CompiledFlow, case_id: int) -> list[ItemView]:
    """Every row that is asked of somebody now, proofs left out: traveller by traveller, in the flow's order, then what
    all of them share."""
    people = {each["id"]: each for each in lookup.find(applicant, case_id=case_id)}
    flow = compiled.flow
    rows = [
        ItemView(
            row=row,
            item=flow.item(row["key"]),
            group=flow.group(row["group_key"]) if row["group_key"] else None,
            applicant=people.get(row["applicant_id"]),
            version=current_version(lookup, row),
        )
        for row in items_of(lookup, case_id)
        if (asked(row) or row["status"] != "todo") and not flow.item(row["key"]).proof
    ]
    if len(people) < 2:
        return rows
    return sorted(rows, key=lambda each: len(people) if each.applicant is None else each.applicant["position"])


def askable(lookup: Lookup, compiled: CompiledFlow, case_id: int) -> list[ItemView]:
    """What a supplement may ask for: the rows of the checklist, each of one traveller, then those of the whole case
    that are not on it."""
    listed, flow = checklist(lookup, compiled, case_id), compiled.flow
    there = {each.row["id"] for each in listed}
    others = [
        ItemView(row, flow.item(row["key"]), None, None, current_version(lookup, row))
        for row in items_of(lookup, case_id)
        if row["id"] not in there and flow.item(row["key"]).per == "case" and not flow.item(row["key"]).proof
    ]
    return [*listed, *others]


def waiting_for_client(rows: list[ItemView]) -> list[ItemView]:
    """What the client can still send: open items, without the other alternatives of a group that is satisfied."""
    done: dict[tuple[str, int | None], int] = {}
    for each in rows:
        if each.group is not None and (each.row["asked"] or each.row["status"] in ("approved", "waived", "submitted")):
            place = (each.group.key, each.row["applicant_id"])
            done[place] = done.get(place, 0) + 1
    return [
        each
        for each in rows
        if each.open
        and (each.item.submit_by == "client" and not each.item.proof)
        and not (
            each.group is not None
            and each.row["status"] == "todo"
            and done.get((each.group.key, each.row["applicant_id"]), 0) >= each.group.min
        )
    ]
