"""Measures several sizes in turns: one thing in the small house, the same in the large one, so that noise hits both."""

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks.growth.opened import Opened, Took, timed

ACTS: Final[Mapping[str, Callable[[Opened], Took]]] = {
    "raw SQL: a case read, a row written": Opened.reference,
    "a message (材料), answered and sent": Opened.words,
    "进度, answered and sent": Opened.progress,
    "逾期 of a member": Opened.overdue_of_member,
    "逾期 of a lead": Opened.overdue_of_lead,
    "逾期 of an admin": Opened.overdue_of_admin,
    "看板 of a member": Opened.board_of_member,
}
REFERENCE: Final = next(iter(ACTS))
CLAIM: Final = "a timer, claimed and carried out"
WARM: Final = 5
LOOKS: Final = 30  # of every loop


@dataclass
class Found:
    """What each thing took, by size; `idle`: processor microseconds of one look of every loop; `due`: timers that
    were due at once when they were claimed."""

    acts: dict[str, dict[int, list[Took]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    idle: dict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))
    due: dict[int, int] = field(default_factory=dict)

    def sizes(self) -> list[int]:
        return sorted(next(iter(self.acts.values())))


def measure(houses: Sequence[Opened], times: int) -> Found:
    """Every act `times` times in each house, in turns."""
    found = Found()
    for house in houses:
        for name, look in house.idle().items():
            found.idle[name][house.loaded.cases] = _idle(look)
    for name, act in ACTS.items():
        _turns(found, name, act, houses, times)
    for house in houses:
        found.due[house.loaded.cases] = house.until_timers_are_due()
    _turns(found, CLAIM, Opened.claim, houses, times)
    return found


def _turns(found: Found, name: str, act: Callable[[Opened], Took], houses: Sequence[Opened], times: int) -> None:
    for _ in range(WARM):
        for house in houses:
            act(house)
    for turn in range(times):
        for house in houses if turn % 2 else reversed(houses):
            found.acts[name][house.loaded.cases].append(act(house))
    told = ", ".join(
        f"{size:,}: {percentile(took, 0.5):.1f}/{percentile(took, 0.99):.1f} ms"
        for size, took in sorted(found.acts[name].items())
    )
    print(f"  {name}: {told}", file=sys.stderr, flush=True)


def _idle(look: Callable[[], object]) -> float:
    """Microseconds of processor time, the median of the looks after the first ones."""
    took = sorted(timed(look).cpu for _ in range(LOOKS))
    return took[len(took) // 2] * 1e6


def percentile(took: Sequence[Took], share: float, *, cpu: bool = False) -> float:
    """Milliseconds."""
    values = sorted(each.cpu if cpu else each.wall for each in took)
    return values[min(len(values) - 1, int(share * len(values)))] * 1000
