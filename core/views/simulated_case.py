"""One case as its own version of the flow sees it and as a draft would: what both count, and what would be other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from core.bus.deed import SYSTEM
from core.bus.wiring import FactSource, gathered
from core.cases.checklist import counted, facts_of_each, filed_of, items_of, statuses_of
from core.cases.facts import docs_of
from core.cases.handover_rows import open_handover
from core.cases.pausing import limit_of, paused_since
from core.cases.tables import applicant
from core.catalog.calendars import LivingCalendars
from core.catalog.catalogue import Catalogue
from core.catalog.office_tables import LivingTables
from core.engine.checklist import completion, plan, required_names, units
from core.engine.machine import CompiledFlow
from core.engine.simulation import CaseEffect, Seen, effect
from core.store.reading import Reader, ReaderAt
from core.store.sealing import Row

_NOT_OF_A_CASE: Final = ("applicant.", "event.", "docs.")  # of a person, of an event, counted here


@dataclass(frozen=True, slots=True)
class Lens:
    """What a simulation looks through. ``facts``: the house's own sources, by the prefix of their names; ``source``:
    what the draft was read from, empty where nobody asks about its parameters."""

    catalogue: Catalogue
    calendars: LivingCalendars
    facts: Mapping[str, FactSource]
    draft: CompiledFlow
    now: datetime
    tables: LivingTables = field(default_factory=LivingTables)
    source: bytes = b""
    names: dict[int, frozenset[str]] = field(default_factory=dict)  # version id (0: the draft) -> facts it asks for

    def names_of(self, version_id: int, compiled: CompiledFlow) -> frozenset[str]:
        """Every fact that a condition of this flow looks at."""
        if version_id not in self.names:
            steps = (compiled.machine.needs(each.key) for each in compiled.flow.transitions)
            rest = (each.names for each in compiled.required.values())
            self.names[version_id] = frozenset().union(*steps, *rest)
        return self.names[version_id]


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides of a case and the difference. The facts of either side are those of now."""

    old: Seen
    new: Seen
    effect: CaseEffect


def compared(lens: Lens, reader: ReaderAt, row: Row) -> Compared:
    """The checklist of before is the one that the client has, as it is kept; that of the draft is planned over today's
    facts, and what was sent, waived or asked for by name stays what it is where the draft has the item."""
    version_id = row["flow_version_id"]
    older = lens.catalogue.compiled(reader, version_id)
    names = lens.names_of(version_id, older) | lens.names_of(0, lens.draft)
    kept = items_of(reader, row["id"])
    people = reader.find(applicant, case_id=row["id"], order=applicant.c.position)
    facts = _facts(lens, reader, row, names)
    old = _seen(older, kept, facts, names, row)
    as_drafted = {**row, "due": _limit(lens, reader, row, older), "fields": _fields(lens, reader, row, len(people))}
    if as_drafted["fields"] != row["fields"]:
        facts = _facts(lens, reader, as_drafted, names)
    drafted = _rows(lens.draft, kept, people, {**old.facts, **facts})
    new = _seen(lens.draft, drafted, facts, names, as_drafted)
    offered = open_handover(reader, row["id"])
    waits = None if offered is None or offered["stage"] != row["stage"] else str(offered["role"])
    return Compared(old, new, effect(row["stage"], row["substate"], [each["id"] for each in people], old, new, waits))


def _facts(lens: Lens, reader: ReaderAt, row: Row, names: Collection[str]) -> dict[str, object]:
    """Those of the case without its documents. Nobody in particular acts: nobody has prepared anything."""
    wanted = [name for name in names if not name.startswith(_NOT_OF_A_CASE)]
    return gathered(lens.facts, reader, row, wanted, SYSTEM)


def _seen(
    compiled: CompiledFlow,
    rows: Sequence[Row],
    facts: Mapping[str, object],
    names: Collection[str],
    row: Row,
) -> Seen:
    planned = counted(rows)
    state = completion(compiled, planned, statuses_of(rows))
    return Seen(
        compiled,
        {**facts, **docs_of(state, filed_of(rows), names)},
        units(compiled, planned),
        row["due"],
        row["fields"],
    )


def _fields(lens: Lens, reader: Reader, row: Row, applicants: int) -> dict[str, object]:
    """With what the draft computes of them."""
    calendar = lens.calendars.of(reader, lens.draft.flow.calendar)
    computed = lens.draft.formulas.work_out(
        row["fields"],
        applicants,
        calendar,
        lens.tables.of_flow(reader, lens.draft.flow),
        today=lens.now.astimezone(calendar.zone).date(),
    )
    kept = {key: value for key, value in row["fields"].items() if key not in computed}
    return kept | {key: value for key, value in computed.items() if value is not None}


def _rows(draft: CompiledFlow, kept: Sequence[Row], people: Sequence[Row], facts: Mapping[str, object]) -> list[Row]:
    """The rows that the checklist would have by the draft."""
    names = required_names(draft)
    planned = plan(draft, facts_of_each(people), {name: facts[name] for name in names if name in facts})
    known = {(each["key"], each["applicant_id"]): each for each in kept}
    none = {"asked": False, "status": "todo"}
    return [
        {
            "key": each.item,
            "applicant_id": each.applicant,
            "group_key": each.group,
            "required": each.required,
            **{name: known.get(each.key, none)[name] for name in none},
        }
        for each in planned
    ]


def _limit(lens: Lens, reader: Reader, row: Row, older: CompiledFlow) -> datetime | None:
    """The limit of the stage where the case is: as it stands where the draft says the same about it, else counted from
    when the stage was entered."""
    there = next((each for each in lens.draft.flow.stages if each.key == row["stage"]), None)
    if there is None:
        return None
    before = older.flow.stage(row["stage"])
    if (there.due, lens.draft.flow.calendar) == (before.due, older.flow.calendar):
        return row["due"]  # type: ignore[no-any-return]  # a moment
    if there.due is None or there.final or paused_since(row) is not None:
        return None
    return limit_of(reader, row, there.due, lens.calendars.of(reader, lens.draft.flow.calendar))
