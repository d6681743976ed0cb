"""Changed parameters of a draft, and the open cases that each concerns."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from core.catalog.catalogue import newest_of
from core.catalog.tables import flow_version
from core.engine.param_changes import ParamChange, param_changes
from core.engine.param_effects import Concern, Kind, concerns
from core.engine.text import Words
from core.store.reading import Reader
from core.store.sealing import Row
from core.views.simulated_case import Compared, Lens

MOST_CASES: Final = 20  # of one parameter that are told one by one; all are counted


@dataclass(frozen=True, slots=True)
class Concerned:
    """A case, and what would be other for it by one parameter."""

    case_id: int
    number: str
    words: tuple[Words, ...]


@dataclass(slots=True)
class ParamTally:
    """A changed parameter. ``versions``: those that say what ``change.old`` says, the newest first."""

    change: ParamChange
    versions: list[int]
    cases: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    examples: list[Concerned] = field(default_factory=list)


class ParamTallies:
    """By the version that a case is on: two that differ in a parameter's value are told apart."""

    def __init__(self, lens: Lens, reader: Reader, versions: Iterable[int]) -> None:
        """``versions``: ids of those that have open cases; the newest one is looked at as well."""
        self.all: list[ParamTally] = []
        self._of: dict[int, list[ParamTally]] = {}
        newest = newest_of(reader, lens.draft.flow.key) if lens.source else None
        if newest is None:
            return
        for version_id in sorted({int(newest["id"]), *versions}, reverse=True):
            self._of[version_id] = [self._tally(*each) for each in _changed(lens, reader, version_id)]

    def _tally(self, number: int, change: ParamChange) -> ParamTally:
        """The same change of another version counts together with it."""
        known = next((each for each in self.all if each.change == change), None)
        if known is None:
            known = ParamTally(change, [])
            self.all.append(known)
        known.versions.append(number)
        return known

    def of(self, row: Row, found: Compared) -> list[tuple[ParamTally, tuple[Concern, ...]]]:
        """The changed parameters that concern a case, with what would be other for it."""
        stage, about = row["stage"], self._of.get(row["flow_version_id"], [])
        each = [(tally, concerns(tally.change, stage, found.old, found.new, found.effect)) for tally in about]
        return [(tally, told) for tally, told in each if told]

    def count(self, row: Row, found: Compared, shows: Callable[[Row], bool]) -> None:
        for tally, told in self.of(row, found):
            tally.cases += 1
            tally.kinds.update({each.kind for each in told})
            if len(tally.examples) < MOST_CASES and shows(row):
                tally.examples.append(Concerned(row["id"], row["number"], tuple(each.words for each in told)))


def _changed(lens: Lens, reader: Reader, version_id: int) -> list[tuple[int, ParamChange]]:
    row = reader.peek(flow_version, version_id)
    if row is None:
        return []
    flow = lens.catalogue.compiled(reader, version_id).flow
    found = param_changes(flow, bytes(row["source"]), lens.draft.flow, lens.source)
    return [(flow.version, each) for each in found]
