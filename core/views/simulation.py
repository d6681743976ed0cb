"""A draft tried on every open case of its flow, as if it were their flow now, and on the last days of their events.

Nothing is written and nothing is sent: cases are read in parts, each in a short look of its own, so that a case that
moves meanwhile is told as it was when its part was read.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import select

from core.cases.tables import applicant, case, case_handover, item, stage_span
from core.contracts.tables import contract
from core.engine.flow import Flow
from core.engine.simulated_rules import Tallies, Tally
from core.engine.simulation import CaseEffect
from core.engine.text import Words
from core.ledger.tables import in_state
from core.store.reading import Reader, ReaderAt
from core.store.sealing import Row
from core.tasks.tables import task
from core.views.simulated_case import Compared, Lens, compared
from core.views.simulated_params import ParamTallies
from core.views.simulated_past import Past, put_again

CHUNK: Final = 100  # cases of one look
MOST_CASES: Final = 2000  # cases of one simulation, unless it is told otherwise
MOST_AT_A_DOOR: Final = 500  # of one request: 200 cases took 3.5 s on a busy machine, and others are to be served
MOST_DAYS: Final = 366
USUAL_DAYS: Final = 30
MOST_EVENTS: Final = 100_000  # of one simulation; further cases are compared without their past
MOST_EXAMPLES: Final = 5  # of one kind

Kind = Literal["stranded", "checklist", "steps", "limit", "substate", "handover"]
KINDS: Final[tuple[Kind, ...]] = ("stranded", "checklist", "steps", "limit", "substate", "handover")

Opening = Callable[[], AbstractContextManager[Reader]]
Places = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """What would be other for one case. ``version`` is the one that it is on, ``stage`` its name there."""

    case_id: int
    number: str
    version: int
    stage: str
    stage_name: Words
    effect: CaseEffect
    by_params: tuple[Words, ...]  # what changed parameters mean for it


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the checklist (``change`` as in UnitEffect) or a step (``change``: its state then), of many cases."""

    change: str
    key: str
    name: Words
    cases: int


@dataclass(slots=True)
class Simulation:
    """What came of it so far. A case may count for several kinds; ``left_off`` open cases were not looked at."""

    flow: Flow
    since: datetime
    days: int
    left_off: int
    tallies: Tallies
    params: ParamTallies
    looked_at: int = 0
    unchanged: int = 0
    counts: Counter[Kind] = field(default_factory=Counter)
    examples: dict[Kind, list[Told]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    units: Places = field(default_factory=Counter)
    steps: Places = field(default_factory=Counter)
    unit_names: dict[str, Words] = field(default_factory=dict)
    step_names: dict[str, Words] = field(default_factory=dict)
    events: int = 0
    without_past: int = 0  # cases whose events were not looked at any more

    @property
    def rules(self) -> list[Tally]:
        return list(self.tallies.rules.values())

    @property
    def actions(self) -> dict[str, tuple[int, int]]:
        """Calls of each action by rules that act: of the versions that the cases are on, and of the draft."""
        before, after = self.tallies.actions_before, self.tallies.actions_after
        return {each: (before[each], after[each]) for each in sorted({*before, *after})}

    @property
    def differs(self) -> bool:
        """Whether anything would be other, in a case or for a rule."""
        by_params = any(tally.cases for tally in self.params.all)
        return by_params or self.unchanged < self.looked_at or any(tally.differs for tally in self.rules)

    @property
    def unit_parts(self) -> list[Part]:
        """The most frequent first, as those of steps."""
        return [Part(change, key, self.unit_names[key], many) for (change, key), many in self.units.most_common()]

    @property
    def step_parts(self) -> list[Part]:
        return [Part(change, key, self.step_names[key], many) for (change, key), many in self.steps.most_common()]


def open_cases_of(reader: Reader, flow: str) -> list[int]:
    """Ids of the open cases of a flow, the oldest first."""
    found = select(case.c.id).where(case.c.flow == flow, in_state(case, "open"))
    return sorted(int(row[0]) for row in reader.connection.execute(found))


def begun(lens: Lens, reader: Reader, days: int, most: int = MOST_CASES) -> tuple[Simulation, list[int]]:
    """An empty result, and the ids of the cases that are to be looked at: the oldest, at most so many."""
    flow = lens.draft.flow
    ids = open_cases_of(reader, flow.key)
    used = select(case.c.flow_version_id).distinct().where(case.c.flow == flow.key, in_state(case, "open"))
    versions = sorted(int(row[0]) for row in reader.connection.execute(used))
    tallies = Tallies(flow, [lens.catalogue.compiled(reader, each).flow for each in versions])
    since, params = lens.now - timedelta(days=days), ParamTallies(lens, reader, versions)
    return Simulation(flow, since, days, max(0, len(ids) - most), tallies, params), ids[:most]


def simulate(
    lens: Lens, opening: Opening, result: Simulation, ids: Sequence[int], shows: Callable[[Row], bool]
) -> Iterator[int]:
    """Fill the result part by part; yields how many cases each part had. ``shows``: whether a case may be named."""
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        with opening() as reader:
            looking = ReaderAt(reader, lens.now)
            found = _compared(lens, looking, part)
            for row, each in found:
                _count(lens, looking, result, row, each, shows)
            if result.events < MOST_EVENTS:
                result.events += put_again(lens, looking, Past(result.since, result.tallies, shows), found)
            else:
                result.without_past += len(found)
        yield len(part)


def case_effects(lens: Lens, reader: Reader, ids: Sequence[int], shows: Callable[[Row], bool]) -> list[Told]:
    """What would be other for each of these cases that is still open and may be named, in the order of their ids."""
    found = _compared(lens, ReaderAt(reader, lens.now), ids, shows)
    params = ParamTallies(lens, reader, {row["flow_version_id"] for row, _ in found})
    return [_told(lens, reader, row, each, params) for row, each in found]


def _compared(
    lens: Lens, reader: ReaderAt, ids: Sequence[int], wanted: Callable[[Row], bool] = lambda _: True
) -> list[tuple[Row, Compared]]:
    """What the comparison and the sources of facts ask about is read at once."""
    rows = [row for row in reader.preload(case, "id", ids) if row["state"] == "open" and wanted(row)]
    rows.sort(key=lambda row: int(row["id"]))
    there = [row["id"] for row in rows]
    for table in (applicant, item, stage_span, task, case_handover):
        reader.preload(table, "case_id", there)
    reader.preload(contract, "id", {row["contract_id"] for row in rows} - {None})
    reader.preload(case, "client_id", {row["client_id"] for row in rows})
    return [(row, compared(lens, reader, row)) for row in rows]


def _count(
    lens: Lens, reader: Reader, result: Simulation, row: Row, found: Compared, shows: Callable[[Row], bool]
) -> None:
    effect = found.effect
    result.looked_at += 1
    result.params.count(row, found, shows)
    if effect.unchanged:
        result.unchanged += 1
        return
    result.units.update({(unit.change, unit.key) for unit in effect.units})
    result.steps.update({(step.after, step.key) for step in effect.steps_changed})
    result.unit_names |= {unit.key: unit.name for unit in effect.units}
    result.step_names |= {step.key: step.label for step in effect.steps_changed}
    for kind in _kinds(effect):
        result.counts[kind] += 1
        examples = result.examples[kind]
        if len(examples) < MOST_EXAMPLES and shows(row):
            examples.append(_told(lens, reader, row, found, result.params))


def _kinds(effect: CaseEffect) -> Iterator[Kind]:
    if effect.stranded:
        yield "stranded"
    if effect.units:
        yield "checklist"
    if effect.steps_changed:
        yield "steps"
    if effect.limit_moves:
        yield "limit"
    if effect.substate_gone:
        yield "substate"
    if effect.handover_ends:
        yield "handover"


def _told(lens: Lens, reader: Reader, row: Row, found: Compared, params: ParamTallies) -> Told:
    flow = lens.catalogue.compiled(reader, row["flow_version_id"]).flow
    stage = row["stage"]
    said = {each.words["en"]: each.words for _, told in params.of(row, found) for each in told}
    name = dict(flow.stage(stage).name)
    return Told(row["id"], row["number"], flow.version, stage, name, found.effect, tuple(said.values()))
