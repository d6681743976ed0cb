"""The checklist of a case: what is asked of whom, how far it is, and which moves a status may make.

    todo ─submit→ submitted ─approve→ approved
                  submitted ─reject→ rework ─submit→ submitted      (submit again: a new version)
    approved ─reopen→ rework        (a supplement is wanted, or the document has lapsed)
    rework ─restore→ approved       (the document that had lapsed is good again, and nothing newer was sent)
    any ─waive→ waived ─require→ todo

Nothing else is legal. Reject, reopen and waive need a reason.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from core.engine.machine import CompiledFlow
from core.engine.spec_papers import Item
from core.engine.spec_steps import Stage
from core.kit.errors import Invalid, NotPossibleNow, Problem

Status = Literal["todo", "submitted", "approved", "rework", "waived"]
Act = Literal["submit", "approve", "reject", "reopen", "restore", "waive", "require"]

STATUSES: tuple[Status, ...] = get_args(Status)
ACTS: tuple[Act, ...] = get_args(Act)
DONE: frozenset[Status] = frozenset(["approved", "waived"])
OPEN: frozenset[Status] = frozenset(["todo", "rework"])  # a document is waited for
NEEDS_REASON: frozenset[Act] = frozenset(["reject", "reopen", "waive"])

_MOVES: Mapping[tuple[Status, Act], Status] = {
    ("todo", "submit"): "submitted",
    ("rework", "submit"): "submitted",
    ("submitted", "submit"): "submitted",
    ("submitted", "approve"): "approved",
    ("submitted", "reject"): "rework",
    ("approved", "reopen"): "rework",
    ("rework", "restore"): "approved",
    ("todo", "waive"): "waived",
    ("submitted", "waive"): "waived",
    ("approved", "waive"): "waived",
    ("rework", "waive"): "waived",
    ("waived", "require"): "todo",
}

ItemKey = tuple[str, int | None]
"""An item of one applicant, or of the whole case (None)."""


@dataclass(frozen=True, slots=True)
class ApplicantFacts:
    """One applicant and what is known of him alone (``applicant.type``), laid over the facts of the case."""

    id: int
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One row of a personal checklist.

    ``required``: it is asked for now; inside a ``group`` it is then one of the alternatives. Every item of
    the flow gets its rows, so that one keeps its files when it stops being required; proofs are never
    required.
    """

    item: str
    applicant: int | None
    required: bool
    group: str | None = None

    @property
    def key(self) -> ItemKey:
        return self.item, self.applicant


@dataclass(frozen=True, slots=True)
class Unit:
    """What counts as one: a single item, or a group of alternatives of which ``need`` are enough."""

    items: tuple[str, ...]
    applicant: int | None
    group: str | None = None
    need: int = 1


@dataclass(frozen=True, slots=True)
class Completion:
    """How far a checklist is, in units; ``missing`` are the units that are not done, in the flow's order."""

    done: int
    total: int
    missing: tuple[Unit, ...]

    @property
    def complete(self) -> bool:
        return not self.missing


def plan(
    compiled: CompiledFlow, applicants: Sequence[ApplicantFacts], facts: Mapping[str, object]
) -> list[PlannedItem]:
    """The checklist rows of a case: in the flow's order, shared items once, the others once per applicant.

    An item is required if its condition and its group's hold; what cannot be decided yet is not required.
    The conditions of a shared item are asked about the case, so they know nothing of a single applicant.
    """
    rows: list[PlannedItem] = []
    for item in compiled.flow.items:
        if item.per == "case":
            rows.append(_planned(compiled, item, None, facts))
        else:
            rows += [_planned(compiled, item, each.id, {**facts, **each.facts}) for each in applicants]
    return rows


def required_names(compiled: CompiledFlow) -> frozenset[str]:
    """The facts that plan() looks at, of the case and of applicants: plan again when one of them changes."""
    kinds = ("item", "group")
    return frozenset().union(*(each.names for (kind, _), each in compiled.required.items() if kind in kinds))


def units(compiled: CompiledFlow, rows: Iterable[PlannedItem]) -> list[Unit]:
    """What has to be done, in order: every required item, and every group once per applicant it is asked of.

    A group never needs more than the alternatives that are open to that applicant.
    """
    found: dict[tuple[str, str, int | None], Unit] = {}
    for row in rows:
        if not row.required:
            continue
        if row.group is None:
            found["item", row.item, row.applicant] = Unit((row.item,), row.applicant)
            continue
        place = ("group", row.group, row.applicant)
        items = (*found[place].items, row.item) if place in found else (row.item,)
        need = min(compiled.flow.group(row.group).min, len(items))
        found[place] = Unit(items, row.applicant, row.group, need)
    return list(found.values())


def completion(compiled: CompiledFlow, rows: Iterable[PlannedItem], statuses: Mapping[ItemKey, Status]) -> Completion:
    """How far the rows are; a row without a status is ``todo``, approved and waived are done.

    In a group with alternatives it is enough that ``need`` of them are done.
    """
    wanted = units(compiled, rows)
    missing = tuple(unit for unit in wanted if not _is_done(unit, statuses))
    return Completion(len(wanted) - len(missing), len(wanted), missing)


def move(status: Status, act: Act, reason: str = "") -> Status:
    """The status after an act. Raises NotPossibleNow for an illegal move, Invalid for a missing reason."""
    after = _MOVES.get((status, act))
    if after is None:
        raise NotPossibleNow(f"{act} is not possible while {status}", status=status, act=act)
    if act in NEEDS_REASON and not reason.strip():
        words = {"zh-CN": "请说明原因", "en": "give a reason"}
        raise Invalid(f"{act} needs a reason", problems=[Problem("/reason", "reason", words)])
    return after


def acts(status: Status) -> tuple[Act, ...]:
    """What may be done with a row in this status, for buttons."""
    return tuple(act for act in ACTS if (status, act) in _MOVES)


def progress(stages: Sequence[Stage], current: str, done: int, total: int) -> int:
    """Percent of a case: the weights of the stages before ``current`` and the done share of its own.

    The stages are the flow's, in order; a final stage is the end, 100. Raises KeyError for an unknown stage.
    """
    index = next((index for index, stage in enumerate(stages) if stage.key == current), None)
    if index is None:
        raise KeyError(current)
    if stages[index].final:
        return 100
    whole = sum(stage.weight for stage in stages)
    if whole == 0:
        return 0
    finished = sum(stage.weight for stage in stages[:index])
    done, total = (min(done, total), total) if total > 0 else (0, 1)
    return (finished * total + stages[index].weight * done) * 100 // (whole * total)


def _planned(compiled: CompiledFlow, item: Item, applicant: int | None, facts: Mapping[str, object]) -> PlannedItem:
    conditions = _conditions(compiled, item)
    required = not item.proof and all(compiled.required[name].check(facts).ok for name in conditions)
    return PlannedItem(item.key, applicant, required, item.group)


def _conditions(compiled: CompiledFlow, item: Item) -> Iterator[tuple[str, str]]:
    for name in (("item", item.key), ("group", item.group or "")):
        if name in compiled.required:
            yield name


def _is_done(unit: Unit, statuses: Mapping[ItemKey, Status]) -> bool:
    done = sum(statuses.get((item, unit.applicant), "todo") in DONE for item in unit.items)
    return done >= unit.need
