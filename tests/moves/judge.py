"""What must hold after every step, whatever was published, moved and taken back: each case against its version's own
document, its history from the beginning, and what was there one step before."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from core.cases.tables import applicant, case, case_event, document_version, item, stage_span
from core.catalog.tables import flow_version
from core.engine.flow import Flow
from core.files.tables import file
from core.ledger.tables import outbox
from core.store.reading import Reader
from core.store.sealing import Row
from tests.moves.flows import Version
from tests.moves.histories import TELLING, unearned
from tests.moves.ledgers import batches, trouble
from tests.moves.newer_judge import (
    Newer,
    calm,
    differs,
    limit_wrong,
    look_newer,
    of_case,
    of_house,
    of_move,
    papers_of_move,
    picture,
)
from tests.moves.reckon import computed, planned, todo
from tests.moves.timers import rule_timers
from tests.moves.world import World, Wrong

OF_CHECKLIST: Final = ("Document", "Item", "FieldSet", "TravellerAdded", "FirstApproval")  # beginnings of kinds


@dataclass
class Seen:
    """Everything at one moment, by case; `news`: how often the client was told that his list changed."""

    cases: dict[int, Row]
    numbers: dict[int, int]  # id of a version -> its number
    items: dict[int, list[Row]]
    people: dict[int, list[Row]]
    documents: dict[int, Row]
    events: dict[int, list[Row]]
    newer: Newer
    news: Counter[int] = field(default_factory=Counter)

    def version(self, world: World, row: Row) -> Version:
        return world.versions[self.numbers[row["flow_version_id"]]]


def look(reader: Reader) -> Seen:
    def by_case(table: Any, order: Any) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = {}
        for row in reader.find(table, order=order):
            found.setdefault(row["case_id"], []).append(row)
        return found

    seen = Seen(
        {row["id"]: row for row in reader.find(case)},
        {row["id"]: row["version"] for row in reader.find(flow_version)},
        by_case(item, item.c.position),
        by_case(applicant, applicant.c.position),
        {row["id"]: row for row in reader.find(document_version)},
        by_case(case_event, case_event.c.seq),
        look_newer(reader),
    )
    told = [row for row in reader.find(outbox, copy_of=None) if row["notice"]["kind"] == "list_changed"]
    seen.news.update(row["notice"]["subject"]["case"] for row in told)
    return seen


class Judge:
    """Compares one step with the next. Raises Wrong with everything that does not hold."""

    def __init__(self, world: World) -> None:
        self.world = world
        with world.host.looking() as reader:
            self.before = look(reader)
        self.filed: set[int] = set()  # files that were found in the store
        self.flows: dict[int, Flow] = {}
        self.pictures: dict[tuple[int, int], tuple[int, dict[str, Any]]] = {}  # batch, case -> event, case before it

    def check(self) -> None:
        with self.world.host.looking() as reader:
            seen = look(reader)
            self.world.note_births(seen.cases)
            wrong = [*self._cases(seen), *_stays(seen, reader), *self._documents(seen, reader)]
            wrong += [*self._told(seen), *batches(reader), *trouble(reader)]
            wrong += [*of_house(self.before.newer, seen.newer, seen.cases), *self._moved(seen, reader)]
            flows = {row["id"]: self.flow(seen, row) for row in seen.cases.values()}
            calendars = self.world.host.banli.bus.wiring.tools["calendars"]
            wrong += rule_timers(reader, seen.cases, flows, calendars, self.world.host.clock.now())
        self.before = seen
        if wrong:
            raise Wrong("\n".join(wrong))

    def _cases(self, seen: Seen) -> Iterator[str]:
        for row in seen.cases.values():
            yield from _history(self.world, seen, row)
            yield from self._unearned(seen, row)
            flow = self.flow(seen, row) if row["state"] == "open" else None
            yield from of_case(seen.newer, row, flow, seen.events[row["id"]])
            if flow is not None:
                yield from limit_wrong(row, flow)
                version, people = seen.version(self.world, row), seen.people[row["id"]]
                yield from _place(version, row)
                yield from _checklist(version, row, people, seen.items[row["id"]])
                yield from _fields(version, row, len(people))

    def _unearned(self, seen: Seen, row: Row) -> Iterator[str]:
        """Of a case that has moved on."""
        old, world = self.before.cases.get(row["id"]), self.world
        if old is None or old["version"] != row["version"]:
            new = seen.events[row["id"]][len(self.before.events.get(row["id"], ())) :]
            world.saw.update(f"told {each['type']}" for each in new if each["type"] in TELLING)
            yield from unearned(row, seen.events[row["id"]], world.born[row["id"]], world.versions)

    def flow(self, seen: Seen, row: Row) -> Flow:
        """As its version's document says it."""
        version = seen.version(self.world, row)
        if version.number not in self.flows:
            self.flows[version.number] = version.flow
        return self.flows[version.number]

    def _moved(self, seen: Seen, reader: Reader) -> Iterator[str]:
        """Of every case that went over, or back, in this step."""
        for row in seen.cases.values():
            old, events = self.before.cases.get(row["id"]), seen.events[row["id"]]
            if old is None or old["version"] == row["version"]:
                continue
            first, *later = [each for each in events if each["seq"] > old["version"]]
            last = max((each for each in events if each["type"] == "CaseMigrated"), key=_seq, default=None)
            if last is not None and last["seq"] > old["version"] and last["data"]["undo"]:
                yield from self._back(seen, row, last)
            if first["type"] != "CaseMigrated" or first["data"]["undo"]:
                continue
            had = picture(old, self.before.items[row["id"]], self.before.documents)
            self.pictures[first["data"]["batch_id"], row["id"]] = first["seq"], had
            if calm(later) and row["state"] == "open":
                self.world.saw["single moves"] += 1
                flows = self.flow(self.before, old), self.flow(seen, row)
                calendar = self.world.host.banli.bus.wiring.tools["calendars"].of(reader, flows[1].calendar)
                declared, span = seen.newer.batches[first["data"]["batch_id"]], seen.newer.spans[row["id"]]
                yield from of_move(old, row, first, flows, declared, calendar, span)
                yield from papers_of_move(self.before.items[row["id"]], seen.items[row["id"]])

    def _back(self, seen: Seen, row: Row, event: Row) -> Iterator[str]:
        """It is what it was before it went over."""
        events = seen.events[row["id"]]
        seq, had = self.pictures.get((event["data"]["batch_id"], row["id"]), (None, {}))
        if seq is None or not calm([each for each in events if each["seq"] > event["seq"]]):
            return
        between = [each for each in events if seq < each["seq"] < event["seq"]]
        has = picture(row, seen.items[row["id"]], seen.documents)
        self.world.saw["undone as it was"] += 1
        yield from (f"case {row['id']} went back: {each}" for each in differs(had, has, papers=calm(between)))

    def _documents(self, seen: Seen, reader: Reader) -> Iterator[str]:
        lost = self.before.documents.keys() - seen.documents.keys()
        yield from (f"document version {each} is gone" for each in lost)
        rows = {row["id"]: row for rows in seen.items.values() for row in rows}
        for document in seen.documents.values():
            wanted = rows[document["item_id"]]
            pending = document["status"] in ("submitted", "partial")
            if wanted["dropped"] and pending and seen.cases[document["case_id"]]["state"] == "open":
                yield f"document {document['id']} waits for a decision and its item {wanted['key']} is dropped"
            is_current = (wanted["status"], wanted["current_id"]) == ("submitted", document["id"])
            if document["status"] == "submitted" and not wanted["dropped"] and not is_current:
                yield f"document {document['id']} is submitted, its item is {wanted['status']}"
            if document["file_id"] not in self.filed:
                kept = reader.peek(file, document["file_id"])
                if kept is None or not self.world.host.banli.files.read(kept["handle"]):
                    yield f"the file of document {document['id']} is gone"
                self.filed.add(document["file_id"])
        for row in rows.values():
            current = seen.documents.get(row["current_id"])
            if (
                not row["dropped"]
                and row["status"] == "submitted"
                and (not current or current["status"] != "submitted")
            ):
                yield f"item {row['id']} {row['key']} is submitted, its version is {current and current['status']}"

    def _told(self, seen: Seen) -> Iterator[str]:
        """At most once for each time the case went over, and only if what he is to send is other than before."""
        for row in seen.cases.values():
            old = self.before.cases.get(row["id"])
            since = [each for each in seen.events[row["id"]] if old is None or each["seq"] > old["version"]]
            moves = [each for each in since if each["type"] == "CaseMigrated"]
            news = seen.news[row["id"]] - self.before.news[row["id"]]
            if news > len(moves):
                yield f"case {row['id']} went over {len(moves)} times and its client was told {news} times"
            if old is None or len(moves) != 1 or any(each["type"].startswith(OF_CHECKLIST) for each in since):
                continue
            self.world.saw["to-do lists compared"] += 1
            after = {each["id"]: each for each in seen.items[row["id"]]}
            had = todo(self.before.version(self.world, old), self.before.items[row["id"]])
            has = todo(seen.version(self.world, row), after.values())
            had_names, has_names = ({(after[n]["key"], after[n]["applicant_id"]) for n in each} for each in (had, has))
            changed = had_names != has_names
            self.world.saw["to-do lists changed"] += changed
            there = moves[0]["data"]["stage_after"]  # it may have gone on since
            gagged = self.flow(seen, row).stage(there).gag  # nobody turns to the client there
            self.world.saw["changed under a gag"] += gagged and changed
            if (moves[0]["data"]["todo_changed"], news) != (changed, int(changed and not gagged)):
                yield (
                    f"case {row['id']} was to send {sorted(map(str, had_names))}, is to send "
                    f"{sorted(map(str, has_names))}, told {news} times, event {moves[0]['data']}"
                )


def _seq(event: Row) -> int:
    return int(event["seq"])


def _place(version: Version, row: Row) -> Iterator[str]:
    stage = version.piece("stages", row["stage"])
    if stage is None or stage.get("final") == "true":
        yield f"case {row['id']} is in {row['stage']}, which version {version.number} does not have as a running stage"
        return
    if row["substate"] not in (None, *(each["key"] for each in stage.get("substates", ()))):
        yield f"case {row['id']} in {row['stage']} is {row['substate']}, which version {version.number} does not have"


def _checklist(version: Version, row: Row, people: list[Row], items: list[Row]) -> Iterator[str]:
    there = [each for each in items if not each["dropped"]]
    wanted = planned(version, row, people)
    found = [(each["key"], each["applicant_id"]) for each in there]
    if found != list(wanted):
        yield f"case {row['id']} has the checklist {found}, version {version.number} wants {list(wanted)}"
        return
    for each in there:
        group = version.piece("items", each["key"]).get("group")
        if (each["required"], each["group_key"]) != (wanted[each["key"], each["applicant_id"]], group):
            yield f"case {row['id']}: {each['key']} is required={each['required']} in group {each['group_key']}"


def _fields(version: Version, row: Row, applicants: int) -> Iterator[str]:
    known = {each["key"]: each for each in version.tree["fields"]}
    if strangers := row["fields"].keys() - known.keys():
        yield f"case {row['id']} has fields {strangers} that version {version.number} does not have"
        return
    have = {key: value for key, value in row["fields"].items() if "compute" in known[key] and value is not None}
    if have != (wanted := computed(version, row["fields"], applicants)):
        yield f"case {row['id']} computed {have}, version {version.number} says {wanted} of {row['fields']}"
    kinds = {"bool": bool, "int": int, "date": str, "text": str, "region": str, "enum": str, "multi": list}
    for key, value in row["fields"].items():
        if value is not None and type(value) is not kinds[known[key]["type"]]:
            yield f"case {row['id']} has {value!r} in {key}, which is {known[key]['type']}"


def _history(world: World, seen: Seen, row: Row) -> Iterator[str]:
    """From its first event on: every stage by a step of the version that it was on then, or by a move that says so."""
    number, stage, substate, closed = world.born[row["id"]], "", None, False
    events = seen.events[row["id"]]
    for event in events:
        version, data, kind = world.versions[number], event["data"], event["type"]
        if kind == "StageEntered":
            step = version.piece("transitions", data["trigger"])
            if stage and (step is None or stage not in step["from"] or step["to"] != data["stage"]):
                yield f"case {row['id']}: {stage} -> {data['stage']} is no step of version {number}"
            if not stage and data["stage"] != version.keys("stages")[0]:
                yield f"case {row['id']} begins in {data['stage']}"
            stage, substate = data["stage"], data["substate"]
        elif kind == "StageLeft" and data["stage"] != stage:
            yield f"case {row['id']} leaves {data['stage']} and is in {stage}"
        elif kind == "SubstateSet":
            substate = data["substate"]
            if substate not in {each["key"] for each in version.piece("stages", stage).get("substates", ())}:
                yield f"case {row['id']}: {substate} is no state of {stage} in version {number}"
        elif kind == "CaseMigrated":
            if (data["from_version"], data["stage_before"], closed) != (number, stage, False):
                yield f"case {row['id']} is on {number} in {stage} and goes over {data}"
            number, stage = data["to_version"], data["stage_after"]
            substate = row["substate"]  # judged by the version that it is on
        closed = closed or kind == "CaseClosed"
    numbers = [each["seq"] for each in events]
    if numbers != sorted(set(numbers)) or numbers[-1] != row["version"]:
        yield f"case {row['id']} is at {row['version']}, its events are {numbers}"
    if (number, stage, substate) != (seen.numbers[row["flow_version_id"]], row["stage"], row["substate"]):
        yield f"case {row['id']}: its history ends on {number} in {stage} {substate}, the row says {dict(row)}"
    if closed != (row["state"] == "closed"):
        yield f"case {row['id']} is {row['state']}, its history says otherwise"


def _stays(seen: Seen, reader: Reader) -> Iterator[str]:
    """Each case has one stay, in the stage where it is; tasks of a stage are of that one."""
    spans = Counter(each["case_id"] for each in reader.find(stage_span, left=None))
    for span in reader.find(stage_span, left=None):
        row = seen.cases[span["case_id"]]
        if (span["stage"], spans[row["id"]]) != (row["stage"], 1):
            yield f"case {row['id']} is in {row['stage']}, its span says {span['stage']}"
    for each in seen.newer.tasks:
        if each["stage"] and each["stage"] != seen.cases[each["case_id"]]["stage"]:
            yield f"task {each['id']} belongs to {each['stage']}, its case is in {seen.cases[each['case_id']]['stage']}"
