"""What a case must be by its version's document alone: a small second way to reckon it, without the product's engine.

Rows are those of the tables `item`, `applicant` and `client_case`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from random import Random
from typing import Any

from tests.moves.flows import Version
from tests.moves.pieces import DAYS, PARENTS

DONE = ("approved", "waived")
Row = Mapping[str, Any]
Wanted = tuple[str, int | None]  # an item by its key, of one applicant or of the case


def planned(version: Version, row: Row, people: Sequence[Row]) -> dict[Wanted, bool]:
    """The checklist, in the flow's order: whether each row is required."""
    found: dict[Wanted, bool] = {}
    for item in version.tree["items"]:
        of = [None] if item.get("per") == "case" else people
        for person in of:
            group = version.piece("groups", item.get("group", ""))
            needs = [item.get("required_when"), None if group is None else group.get("required_when")]
            required = item.get("proof") != "true" and all(_holds(need, row, person) for need in needs)
            found[item["key"], None if person is None else person["id"]] = required
    return found


def _holds(need: Any, row: Row, person: Row | None) -> bool:
    return need is None or all(_clause(each, row, person) for each in need["all"])


def _clause(clause: Row, row: Row, person: Row | None) -> bool:
    if clause["field"] == "applicant.type":
        return person is not None and person["kind"] == clause["value"]
    if clause["op"] != "is_true":
        raise NotImplementedError(clause)
    return row["fields"].get(clause["field"].removeprefix("case.")) is True


def todo(version: Version, rows: Iterable[Row]) -> set[int]:
    """Ids of the rows that the client is still to send something for; alternatives count until enough are done."""
    units: dict[Any, list[Row]] = {}
    there = [each for each in rows if not each["dropped"]]
    named = {(each["group_key"], each["applicant_id"]) for each in there if each["asked"] and each["group_key"]}
    for each in there:
        group, person = each["group_key"], each["applicant_id"]
        if each["asked"] or (each["required"] and group is None):
            units[each["id"]] = [each]
        elif each["required"] and (each["status"] in DONE or (group, person) not in named):
            units.setdefault((group, person), []).append(each)
    found = set()
    for unit, members in units.items():
        least = int(version.piece("groups", unit[0]).get("min", "1")) if isinstance(unit, tuple) else 1
        if sum(each["status"] in DONE for each in members) < min(least, len(members)):
            found |= {each["id"] for each in members if each["status"] in ("todo", "rework")}
    return {
        each["id"]
        for each in there
        if each["id"] in found and version.piece("items", each["key"]).get("submit_by", "client") == "client"
    }


def computed(version: Version, fields: Row, applicants: int) -> dict[str, Any]:
    """Computed fields that have a value: sums of figures, of the number of travellers and of each other, days between
    two dates, what a table says, and whether a place lies within another."""
    formulas = {each["key"]: each["compute"] for each in version.tree["fields"] if "compute" in each}
    known = {f"case.{key}": value for key, value in fields.items() if key not in formulas}
    known["case.applicants"] = applicants
    for _ in formulas:  # each round settles those whose terms are known
        for key, formula in formulas.items():
            value = _worked_out(formula, known)
            if value is not None:
                known[f"case.{key}"] = value
    return {key: known[f"case.{key}"] for key in formulas if f"case.{key}" in known}


def _worked_out(formula: Row, known: Row) -> Any:
    if "lookup" in formula:
        return DAYS.get(known.get(formula["key"]) or "")
    if "when" in formula:
        [clause] = formula["when"]["all"]
        place = known.get(clause["field"])
        return None if place is None else clause["value"] in PARENTS[place]
    if "days" in formula:
        first, last = (known.get(each) for each in formula["days"])
        return (date.fromisoformat(last) - date.fromisoformat(first)).days if first and last else None
    values = [int(each) if each.isdigit() else known.get(each) for each in formula["sum"]]
    return None if None in values else sum(value for value in values if value is not None)


def uncovered(declared: Mapping[str, str], occupied: Iterable[str], target: Version) -> set[str]:
    """Stages in which cases stand and of which the map does not say where they go."""
    there = set(target.keys("stages"))
    return {stage for stage in occupied if stage not in declared and stage not in there}


def honest_map(sources: Sequence[Version], target: Version, random: Random) -> dict[str, dict[str, Any]]:
    """A map that covers every stage of the sources; each piece goes to what it is in the target, or ends."""
    running = [key for key in target.keys("stages") if not target.final(key)]
    found: dict[str, dict[str, Any]] = {"stages": {}, "items": {}, "fields": {}}
    for source in sources:
        for part, mapped in found.items():
            after = {who: key for key, who in target.who[part].items()}
            for key, who in source.who[part].items():
                new = after.get(who)
                if part == "stages" and not source.final(key):
                    if new is None or target.final(new):
                        new = key if key in running else random.choice(running)
                    mapped.setdefault(key, new)
                elif part != "stages" and not _alike(part, source, key, target, new):
                    mapped[key] = None
                elif part != "stages":
                    mapped.setdefault(key, new)
    for part in ("items", "fields"):
        _once_each(found[part], part, sources)
    return found


def _alike(part: str, source: Version, key: str, target: Version, new: str | None) -> bool:
    if new is None:
        return False
    mark, usual = ("per", "applicant") if part == "items" else ("type", "")
    return bool(source.piece(part, key).get(mark, usual) == target.piece(part, new).get(mark, usual))


def _once_each(mapped: dict[str, Any], part: str, sources: Sequence[Version]) -> None:
    """No two pieces of one source become one."""
    for source in sources:
        taken = set()
        for key in source.keys(part):
            if mapped.get(key) is not None and mapped[key] in taken:
                mapped[key] = None
            taken.add(mapped.get(key))
