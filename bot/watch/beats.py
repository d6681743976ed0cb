"""What counts as alive: the loops that do the work, how long each may be silent, and which are done by nobody."""

from collections.abc import Iterable, Mapping
from typing import Final

from core.ledger.processes import Running

WORKING: Final = (
    "receiver",
    "sender",
    "signs",
    "ticker",
    "fetcher",
    "sealer",
    "sweeper",
    "eraser",
    "reconciler",
    "crew",
)
LOOPS: Final = (*WORKING, "lookout")  # which only tells people: no work waits for it
BEAT_LIMIT: Final = 30.0  # seconds that a loop, or a process, may be without a sign of life
LONG_BEATS: Final[Mapping[str, float]] = {"sweeper": 900.0}  # one round looks through every file that is kept


def late(ages: Mapping[str, float]) -> dict[str, float]:
    """The loops that have been silent for too long, and for how many seconds."""
    return {name: round(age, 1) for name, age in ages.items() if age > LONG_BEATS.get(name, BEAT_LIMIT)}


def live(running: Iterable[Running]) -> list[Running]:
    """Those that have beaten within the limit."""
    return [each for each in running if each.silent <= BEAT_LIMIT]


def undone(running: Iterable[Running]) -> list[str]:
    """The loops that are missing in the best of the live processes: none when one of them does all the work."""
    alive = ({name for name in each.loops if name not in late(each.loops)} for each in live(running))
    best = max(alive, key=lambda loops: len(loops & set(WORKING)), default=set[str]())
    return [name for name in WORKING if name not in best]
