"""What people do to running cases, and moves to another version by a map that is honest or lacks a stage."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from core.cases.migration_check import Checked, check_map
from core.cases.tables import case, case_event, case_migration, document_version, item
from core.catalog.tables import flow_migration, flow_version
from core.commands.cases import AdvanceCase, SetFields, SetSubstate
from core.commands.documents import ReviewDocument, WaiveItem
from core.commands.migrating import MigrateFlow, UndoMigration
from core.engine.flow_map import FlowMap
from core.kit.errors import Invalid, NotPossibleNow
from core.ledger.tables import button
from core.store.sealing import Row
from core.views.migration import Previewed, preview
from tests.moves.flows import KEY, Version
from tests.moves.reckon import honest_map, uncovered
from tests.moves.world import TEAM, World, Wrong, parts_of

VALUES: dict[str, tuple[Any, ...]] = {
    "bool": (True, False, None),
    "int": (1, 40, None),
    "date": ("2026-03-12", "2026-04-01", None),
    "text": ("about", None),
    "region": ("hz", "west", None),
    "enum": ("east", None),
    "multi": (["hz", "west"], ["sh"], None),
}


class Acts:
    """Draws are whole numbers; each picks among what there is."""

    def __init__(self, world: World) -> None:
        self.world = world

    def find(self, table: Any, *where: Any, **equal: Any) -> list[Row]:
        with self.world.host.looking() as reader:
            return list(reader.find(table, *where, order=table.c.id, **equal))

    def case(self, draw: int) -> tuple[Row, Version] | None:
        rows = self.find(case, state="open") if draw & 7 else self.find(case)
        if not rows:
            return None
        row = rows[draw // 8 % len(rows)]
        return row, self.version(row)

    def version(self, row: Row) -> Version:
        with self.world.host.looking() as reader:
            number = reader.connection.scalar(select(flow_version.c.version).filter_by(id=row["flow_version_id"]))
        return self.world.versions[int(number or 0)]

    # -- moving ----------------------------------------------------------------------------------------------------

    def move(self, to: int, random: Random, *, cut: bool, whole: bool) -> None:
        world = self.world
        numbers = sorted(world.versions)
        target = world.latest if to & 3 else world.versions[numbers[to // 4 % len(numbers)]]
        standing = Counter((self.version(row).number, row["stage"]) for row in self.find(case, state="open"))
        sources = sorted({number for number, _ in standing if number != target.number})
        declared = honest_map([world.versions[each] for each in sources], target, random)
        if cut and declared["stages"]:
            del declared["stages"][random.choice(list(declared["stages"]))]
        occupied = {stage for number, stage in standing if number in sources}
        wanted = uncovered(declared["stages"], occupied, target)
        parts_of(100 if whole else 2)
        shown, busy = self._preview(target.number, declared), self._busy()
        before = self._all()
        command = MigrateFlow.model_validate({"flow": KEY, "to": target.number, **declared})
        done, batch = world.do("move", "", command)
        if done is False:
            self._refused(wanted, busy)
            if self._all() != before:
                raise Wrong("a map was refused and something was written")
        elif wanted or busy:
            raise Wrong(f"a map was taken that does not cover {wanted}, while {busy} were under way")
        elif whole and done:
            self._as_shown(batch, shown)

    def _busy(self) -> list[int]:
        waits = {row["batch_id"] for row in self.find(case_migration, state="waiting")}
        rows = self.find(flow_migration)
        return [row["id"] for row in rows if row["state"] in ("listing", "undoing") or row["id"] in waits]

    def _all(self) -> list[Any]:
        return [self.find(table) for table in (case, item, flow_migration, case_migration, case_event)]

    def _refused(self, wanted: set[str], busy: list[int]) -> None:
        refusal = self.world.host.refusal
        if isinstance(refusal, Invalid):
            found = {each.pointer.removeprefix("/stages/") for each in refusal.problems if each.code == "map.uncovered"}
            if found != wanted or any(each.code != "map.uncovered" for each in refusal.problems):
                raise Wrong(f"{wanted} are not covered, the refusal says {refusal.problems}")
            self.world.saw["map does not cover"] += 1
        elif not (isinstance(refusal, NotPossibleNow) and busy):
            raise Wrong(f"an honest map is refused: {refusal!r}")

    def _preview(self, to: int, declared: dict[str, Any]) -> list[Previewed]:
        banli, as_map = self.world.host.banli, FlowMap.model_validate(declared)
        with self.world.host.looking() as reader:
            checked: Checked = check_map(reader, banli.catalogue, KEY, to, (), as_map)
            if checked.problems:
                return []
            return preview(reader, banli.bus.wiring, checked, as_map, self.world.host.clock.now(), after=0, limit=1000)

    def _as_shown(self, batch: int, shown: list[Previewed]) -> None:
        """What was previewed is what was done, of every case."""
        rows = {row["case_id"]: row for row in self.find(case_migration, batch_id=batch)}
        if rows.keys() != {each.row["id"] for each in shown}:
            raise Wrong(f"batch {batch} has the cases {list(rows)}, shown were {[each.row['id'] for each in shown]}")
        for each in shown:
            mine, number = rows[each.row["id"]], each.row["id"]
            if each.move is None:
                if (mine["state"], mine["why"]) != ("refused", each.refused):
                    raise Wrong(f"case {number} was shown as refused {each.refused}, is {mine['state']} {mine['why']}")
                self.world.saw["case refused as shown"] += 1
                continue
            [event] = self.find(case_event, case_id=number, type="CaseMigrated", seq=mine["seq"])
            later = self.find(case_event, case_event.c.seq > mine["seq"], case_id=number)
            said, move = event["data"], each.move
            wanted: dict[str, Any] = {
                "added": list(move.keys("added", "revived")),
                "dropped": list(move.keys("dropped")),
            }
            wanted |= {"set_aside": list(move.set_aside), "todo_changed": move.todo_changed}
            wanted |= {"stage_after": move.after["stage"]}
            if {name: said[name] for name in wanted} != wanted:
                raise Wrong(f"case {number}: shown {wanted}, done {said}")
            if all(one["type"] in ("RuleRan", "NotReachable") for one in later):
                self._row_as_shown(each)

    def _row_as_shown(self, each: Previewed) -> None:
        assert each.move is not None
        [row] = self.find(case, id=each.row["id"])
        for name in ("stage", "substate", "due", "entered_at", "fields", "flow_version_id"):
            if row[name] != each.move.after[name]:
                raise Wrong(f"case {row['id']}: {name} was shown as {each.move.after[name]}, is {row[name]}")
        names = ("key", "applicant_id", "group_key", "required", "position", "dropped")
        rows = [tuple(one[name] for name in names) for one in self.find(item, case_id=row["id"], dropped=False)]
        shown = [tuple(one.after[name] for name in names) for one in each.move.items if not one.after["dropped"]]
        if sorted(rows, key=str) != sorted(shown, key=str):
            raise Wrong(f"case {row['id']}: the checklist {shown} was shown, it is {rows}")
        self.world.saw["case moved as shown"] += 1

    def moved(self) -> list[Row]:
        return self.find(flow_migration, undone_at=None)

    def undo(self, pick: int) -> None:
        batches = self.moved()
        batch = batches[-1] if pick & 3 else batches[pick // 4 % len(batches)]
        busy = self._busy()
        done, _ = self.world.do("undo", "", UndoMigration(batch_id=batch["id"]))
        if (done is False) != bool(busy):
            raise Wrong(f"undo of {batch['id']} while {busy} are under way: {done} {self.world.host.refusal!r}")

    # -- people ----------------------------------------------------------------------------------------------------

    def send(self, draw: int, pick: int) -> None:
        found = self.case(draw)
        if found is None:
            return
        rows = self.find(item, case_id=found[0]["id"])
        open_ones = [each for each in rows if each["required"] and each["status"] in ("todo", "rework")]
        chosen = open_ones if open_ones and pick & 7 else rows
        client = next(name for name, who in self.world.people.items() if who == ("client", found[0]["client_id"]))
        count = len(self.find(document_version))
        self.world.send(client, found[0]["id"], chosen[pick // 8 % len(chosen)]["id"])
        self.world.saw[f"document {'sent' if len(self.find(document_version)) > count else 'not taken'}"] += 1

    def review(self, draw: int, pick: int, approve: bool) -> None:
        chosen = self.find(document_version, status="submitted") if pick & 7 else self.find(document_version)
        if chosen:
            issued = (self.world.host.clock.now() - timedelta(days=(1, 4, 9)[draw % 3])).date()
            verdict: dict[str, Any] = {"decision": "approved", "dates": {"issued": issued} if draw & 1 else {}}
            if not approve:
                verdict = {"decision": "rejected", "reason": "blur"}
            command = ReviewDocument(version_id=chosen[draw % len(chosen)]["id"], **verdict)
            self.world.do("review", "丙", command)

    def waive(self, draw: int, pick: int) -> None:
        if (found := self.case(draw)) is not None:
            rows = self.find(item, case_id=found[0]["id"])
            self.world.do("waive", "丙", WaiveItem(item_id=rows[pick % len(rows)]["id"], reason="不需要"))

    def fill(self, draw: int, pick: int) -> None:
        if (found := self.case(draw)) is not None and (fields := found[1].tree["fields"]):
            field = fields[pick % len(fields)]
            values = VALUES[field["type"]]
            command = SetFields(case_id=found[0]["id"], fields={field["key"]: values[pick // 8 % len(values)]})
            self.world.do("fill", "甲", command)

    def advance(self, draw: int, pick: int) -> None:
        if (found := self.case(draw)) is None:
            return
        row, version = found
        steps = [
            each for each in version.tree["transitions"] if row["stage"] in each["from"] and TEAM.keys() & each["by"]
        ]
        if pick & 7 == 0 or not steps:
            steps = version.tree["transitions"]
        step = steps[pick // 8 % len(steps)]
        who = next((TEAM[role] for role in step["by"] if role in TEAM), "甲")
        self.world.do("advance", who, AdvanceCase(case_id=row["id"], trigger=step["key"]))

    def substate(self, draw: int, pick: int) -> None:
        if (found := self.case(draw)) is None:
            return
        states = [each["key"] for stage in found[1].tree["stages"] for each in stage.get("substates", ())]
        if states:
            command = SetSubstate(case_id=found[0]["id"], substate=states[pick % len(states)])
            self.world.do("substate", "甲", command)

    def press(self, pick: int) -> None:
        """A button that is still open, by whom it is for: it works, or he is told why not."""
        buttons = self.find(button, state="open", keeps=0) if pick & 3 else self.find(button, state="open")
        if not buttons:
            return
        chosen = buttons[-1 - pick // 8 % len(buttons)]
        whose = chosen["for_kind"], chosen["for_id"]
        names = [name for name, who in self.world.people.items() if who[0] == whose[0] and whose[1] in (None, who[1])]
        who = names[pick % len(names)]
        heard = self._heard(who)
        self.world.deliver(who, token=chosen["token"])
        [after] = self.find(button, id=chosen["id"])
        name = chosen["command"]["command"]
        self.world.saw[f"press {name} {after['state']}"] += 1
        if after["state"] == "open" and not after["keeps"] and self._heard(who) == heard:
            raise Wrong(f"{who} presses {chosen['label']} ({chosen['command']}) and nothing happens")

    def _heard(self, who: str) -> int:
        there = self.world.host.channel.sent
        return sum(1 + each.redrawn for each in there if each.to.chat == f"chat-{who}")
