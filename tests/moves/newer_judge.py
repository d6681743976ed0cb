"""What must hold of the newer words: rounds, hand-overs, limits that stand still, children, services; what one move
does to a case, and that taking it back leaves the case as it was."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.cases.approval_tables import approval, approval_seat
from core.cases.tables import case_handover, case_link, stage_span
from core.catalog.tables import flow_migration
from core.engine.calendar import WorkingCalendar
from core.engine.flow import Flow
from core.store.reading import Reader
from core.store.sealing import Row
from core.tasks.tables import task

OF_PLACE: Final = ("stage", "substate", "due", "paused_at", "paused_due", "paused_from", "flow_version_id", "fields")
OF_ITEM: Final = ("key", "group_key", "required", "asked", "position", "dropped")
OF_PAPER: Final = ("status", "current_id", "versions")
CALM: Final = ("RuleRan", "RuleStopped", "RuleDue", "NotReachable", "Approval", "Seat", "Handover", "RoleAssigned")
"""Beginnings of kinds of events that change neither a case's place nor its fields nor its papers."""


@dataclass
class Newer:
    """Rows of the newer rooms at one moment."""

    rounds: dict[int, Row]
    seats: dict[int, list[Row]]  # by round
    handovers: list[Row]
    links: dict[int, Row]
    spans: dict[int, Row]  # the stay of each case
    tasks: list[Row]  # open ones
    batches: dict[int, Row]


def look_newer(reader: Reader) -> Newer:
    seats: dict[int, list[Row]] = {}
    for row in reader.find(approval_seat, order=approval_seat.c.id):
        seats.setdefault(row["approval_id"], []).append(row)
    return Newer(
        {row["id"]: row for row in reader.find(approval, order=approval.c.id)},
        seats,
        reader.find(case_handover),
        {row["id"]: row for row in reader.find(case_link)},
        {row["case_id"]: row for row in reader.find(stage_span, left=None)},
        reader.find(task, state="open"),
        {row["id"]: row for row in reader.find(flow_migration)},
    )


def of_house(before: Newer, now: Newer, cases: Mapping[int, Row]) -> Iterator[str]:
    """What is over stays as it is, and what belongs together stays together."""
    for number, link in before.links.items():
        if now.links.get(number) != link:
            yield f"the child {link['case_id']} had the parent {link['parent_id']}, now {now.links.get(number)}"
    for link in now.links.values():
        parent, child = cases[link["parent_id"]], cases[link["case_id"]]
        if parent["client_id"] != child["client_id"]:
            yield f"the child {child['id']} is of another client than its parent {parent['id']}"
    for number, round_ in before.rounds.items():
        if round_["state"] != "open" and now.rounds[number]["state"] != round_["state"]:
            yield f"round {number} was {round_['state']}, is {now.rounds[number]['state']}"
        given = {each["id"]: each["vote"] for each in now.seats.get(number, ())}
        for seat in before.seats.get(number, ()):
            if seat["vote"] is not None and given.get(seat["id"]) != seat["vote"]:
                yield f"seat {seat['id']} voted {seat['vote']}, now {given.get(seat['id'])}"
    for key, many in Counter((each["case_id"], each["key"]) for each in now.tasks if each["key"]).items():
        if many > 1 and key[1].startswith("service:"):
            yield f"case {key[0]}: the service {key[1]} is under way {many} times"


def of_case(now: Newer, row: Row, flow: Flow | None, events: list[Row]) -> Iterator[str]:
    """Of one case by its version; `flow` is None for one that is closed."""
    stage = None if flow is None else flow.stage(row["stage"])
    mine = [each for each in now.rounds.values() if each["case_id"] == row["id"]]
    open_ones = [each for each in mine if each["state"] == "open"]
    spec, span = (None if stage is None else stage.approval), now.spans.get(row["id"])
    for each in open_ones:
        if stage is None or spec is None or span is None or (each["stage"], each["span_id"]) != (stage.key, span["id"]):
            yield f"case {row['id']} is in {row['stage']}, round {each['id']} of {each['stage']} is open"
        elif (each["role"], each["mode"]) != (spec.by or stage.owner, spec.mode):
            yield f"case {row['id']}: {each['role']} decide by {each['mode']}, its version wants {spec}"
    began = {each["data"]["approval_id"]: each["seq"] for each in events if each["type"] == "ApprovalOpened"}
    moved = max((each["seq"] for each in events if each["type"] == "CaseMigrated"), default=0)
    for each in open_ones:
        if began[each["id"]] < moved:
            yield f"case {row['id']}: round {each['id']} was begun by another version and goes on"
    if len(open_ones) > 1 or bool(open_ones) != (row["seated"] is not None):
        yield f"case {row['id']} has the rounds {[each['id'] for each in open_ones]} open, seated {row['seated']}"
    of_stay = [each for each in mine if span and each["span_id"] == span["id"] and each["state"] != "ended"]
    if stage is not None and spec is not None and len(of_stay) != 1:
        yield f"case {row['id']} is to be decided on in {row['stage']} and has {len(of_stay)} rounds for it"
    for event in events:
        if event["type"] == "VoteCast":
            seats = {each["staff_id"]: each["vote"] for each in now.seats.get(event["data"]["approval_id"], ())}
            if seats.get(event["data"]["staff_id"]) != event["data"]["vote"]:
                yield f"case {row['id']}: a vote of {event['data']}, the seats are {seats}"
    offered = [each for each in now.handovers if each["case_id"] == row["id"] and each["state"] == "offered"]
    for each in offered:
        to = None if stage is None or stage.handover is None else stage.handover.to
        if (each["stage"], each["role"]) != (row["stage"], to) or len(offered) > 1:
            yield f"case {row['id']} in {row['stage']} is offered to {each['role']} in {each['stage']}, wanted: {to}"


def limit_wrong(row: Row, flow: Flow) -> Iterator[str]:
    """There is no limit while it stands still and where the stage has none; else there is one."""
    stage = flow.stage(row["stage"])
    stands = stage.pauses(row["substate"])
    if (row["due"] is None) != (stage.due is None or stands):
        yield f"case {row['id']} in {row['stage']} {row['substate']} has the limit {row['due']}, its stage {stage.due}"
    if stands != (row["paused_at"] is not None):
        yield f"case {row['id']} in {row['stage']} {row['substate']} stands still since {row['paused_at']}"


def picture(row: Row, items: list[Row], documents: Mapping[int, Row]) -> dict[str, Any]:
    """Everything of a case that a move may change."""
    return {
        "case": {name: row[name] for name in OF_PLACE},
        "items": {each["id"]: {name: each[name] for name in OF_ITEM} for each in items},
        "papers": {each["id"]: {name: each[name] for name in OF_PAPER} for each in items},
        "documents": {each["id"]: each["status"] for each in documents.values() if each["case_id"] == row["id"]},
    }


def calm(events: list[Row]) -> bool:
    return all(each["type"].startswith(CALM) for each in events)


def differs(was: dict[str, Any], now: dict[str, Any], *, papers: bool) -> Iterator[str]:
    """After going back. Rows that were made since are kept as dropped; `papers`: nobody did anything with them."""
    for name in OF_PLACE:
        if was["case"][name] != now["case"][name]:
            yield f"{name} was {was['case'][name]}, is {now['case'][name]}"
    for part in ("items", "papers", "documents") if papers else ("items",):
        for number, old in was[part].items():
            if now[part].get(number) != old:
                yield f"{part} {number}: was {old}, is {now[part].get(number)}"
    for number in now["items"].keys() - was["items"].keys():
        if not now["items"][number]["dropped"]:
            yield f"item {number} was made by the move and stays"


def of_move(
    old: Row, row: Row, event: Row, flows: tuple[Flow, Flow], declared: Row, calendar: WorkingCalendar, span: Row
) -> Iterator[str]:
    """What a single move made of a case: its limit, and every value under its new name or told to be set aside."""
    before, after = (flow.stage(each["stage"]) for flow, each in zip(flows, (old, row), strict=True))
    still = old["paused_at"] is None and row["paused_at"] is None and not span["pauses"]
    wanted = None if after.due is None else old["due"]
    if still and after.due is not None and (old["due"] is None or before.due != after.due):
        reckoned = calendar.add(row["entered_at"], after.due)
        wanted = reckoned if reckoned > event["at"] else old["due"] or calendar.add(event["at"], after.due)
    if still and row["due"] != wanted:
        yield f"case {row['id']}: limit {before.due} -> {after.due}, {old['due']} -> {row['due']}, wanted {wanted}"
    if row["entered_at"] != old["entered_at"]:
        yield f"case {row['id']} has entered its stage anew by a move"
    fields = {each.key: each for each in flows[1].fields}
    names, aside = declared["map"]["fields"], set(event["data"]["set_aside"])
    for key, value in old["fields"].items():
        new = names.get(key, key if key in fields else None)
        if new is None and key not in aside:
            yield f"case {row['id']}: the value of {key} is gone and nobody says so"
        elif new is not None and fields[new].source != "computed" and row["fields"].get(new) != value:
            yield f"case {row['id']}: {key} was {value}, {new} is {row['fields'].get(new)}"


def papers_of_move(old: list[Row], new: list[Row]) -> Iterator[str]:
    """What was sent for an item that goes on is where it was."""
    after = {each["id"]: each for each in new}
    for each in old:
        found = after.get(each["id"])
        if found is None:
            yield f"item {each['id']} {each['key']} is gone"
        elif not each["dropped"] and any(found[name] != each[name] for name in OF_PAPER):
            yield f"item {each['id']} {each['key']} was {each['status']}, {found['key']} is {found['status']}"
