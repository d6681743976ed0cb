"""What a map would do with each case, nothing written; and how far a batch is."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from sqlalchemy import func, select

from core.bus.deed import SYSTEM, Cause, Deed
from core.bus.wiring import Wiring
from core.cases.anchors import anchor_of
from core.cases.migration import why
from core.cases.migration_check import Checked
from core.cases.moving import CaseMove, Way, case_move
from core.cases.tables import case, case_migration
from core.catalog.catalogue import Catalogue
from core.contracts.service import effective_since
from core.engine.flow_map import FlowMap
from core.engine.text import Words
from core.kit.errors import NotPossibleNow
from core.ledger.tables import timer
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

STATES: Final = ("waiting", "moved", "refused", "undone", "kept")


@dataclass(frozen=True, slots=True)
class Previewed:
    """One case: ``move`` None where the map does not carry it, and ``refused`` says why. Rules by their keys: whose
    timers are taken back, and those of the target that would have one."""

    row: Row
    version: int
    move: CaseMove | None
    refused: Words | None
    rules_before: tuple[str, ...] = ()
    rules_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """How many cases of a batch are in which state; ``done``: nothing of it waits any more."""

    row: Row
    cases: Mapping[str, int]
    done: bool


def preview(
    reader: Reader, wiring: Wiring, checked: Checked, declared: FlowMap, now: datetime, *, after: int, limit: int
) -> list[Previewed]:
    """The next open cases of the source versions behind the case with id ``after``, by id."""
    rows = reader.find(
        case,
        case.c.id > after,
        case.c.flow_version_id.in_(checked.sources),
        case.c.state == "open",
        order=case.c.id,
        limit=limit,
    )
    return [_previewed(reader, wiring, checked, declared, row, now) for row in rows]


def _previewed(
    reader: Reader, wiring: Wiring, checked: Checked, declared: FlowMap, row: Row, now: datetime
) -> Previewed:
    catalogue: Catalogue = wiring.tools["catalogue"]
    before, target = (catalogue.compiled(reader, each) for each in (row["flow_version_id"], checked.target["id"]))
    calendar = wiring.tools["calendars"].of(reader, target.flow.calendar)
    tables = wiring.tools["tables"].of_flow(reader, target.flow)
    way = Way(before, target, checked.target["id"], declared, calendar, now, tables)
    # The sources of facts only look, and a reader can do that; what they are given is called a unit elsewhere.
    deed = Deed(cast(UnitOfWork, _Looking(reader, now)), Cause(SYSTEM, "api", 0), wiring)
    version = checked.sources[row["flow_version_id"]]
    try:
        move = case_move(reader, deed.facts, row, way)
    except NotPossibleNow as refusal:
        return Previewed(row, version, None, why(refusal))
    waits = reader.find(timer, timer.c.key.startswith(f"rule:{row['id']}:", autoescape=True), state="waiting")
    effective = effective_since(reader, move.after)
    timed = [
        rule
        for rule, at in target.timed
        if anchor_of(at, target.flow, move.after, effective, calendar) is not None
        and (not at.in_stages or move.after["stage"] in at.in_stages)
    ]
    return Previewed(
        row,
        version,
        move,
        None,
        tuple(sorted({each["key"].split(":", 3)[2] for each in waits})),
        tuple(rule.key for rule in timed),
    )


class _Looking:
    """A reader that knows the time, as a unit does."""

    def __init__(self, reader: Reader, now: datetime) -> None:
        self.find, self.first, self.peek, self.preload = reader.find, reader.first, reader.peek, reader.preload
        self.now = now


def status(reader: Reader, batch: Row) -> Status:
    """Counted by the database."""
    question = select(case_migration.c.state, func.count()).where(case_migration.c.batch_id == batch["id"])
    counted = Counter({str(state): int(many) for state, many in reader.connection.execute(question.group_by("state"))})
    cases = {state: counted[state] for state in STATES}
    busy = batch["state"] in ("listing", "undoing") or cases["waiting"] > 0
    back = batch["undone_at"] is not None and cases["moved"] > 0
    return Status(batch, cases, not busy and not back)


def outcomes(reader: Reader, batch_id: int, states: Collection[str], *, after: int, limit: int) -> list[Row]:
    """Cases of a batch in these states (none named: in any), by the id of their row, with the case's number."""
    where = [case_migration.c.batch_id == batch_id, case_migration.c.id > after]
    if states:
        where.append(case_migration.c.state.in_(states))
    rows = reader.find(case_migration, *where, order=case_migration.c.id, limit=limit)
    numbers = {row["id"]: row["number"] for row in reader.preload(case, "id", [each["case_id"] for each in rows])}
    return [{**row, "number": numbers[row["case_id"]]} for row in rows]
