"""One measured figure beside its reference, taken again when the machine was not quiet."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.places import Place
from benchmarks.product import Run
from benchmarks.raw import connect
from benchmarks.reference import Reference

TRIES = 3
NOISY = 0.2  # how far the reference before and after may lie apart, as a share of the greater one


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of the table: messages a second, the reference before and after, and the latencies if they were taken."""

    name: str
    rate: float
    before: float
    after: float
    run: Run | None = None

    @property
    def reference(self) -> float:
        return (self.before + self.after) / 2

    @property
    def ratio(self) -> float:
        return self.rate / self.reference

    @property
    def apart(self) -> float:
        return abs(self.before - self.after) / max(self.before, self.after)

    @property
    def noisy(self) -> bool:
        return self.apart > NOISY


def reference(place: Place, seconds: float) -> float:
    with place.database() as url, connect(url) as raw:
        return Reference(raw).rate(seconds)


def measure(name: str, place: Place, seconds: float, work: Callable[[], float | Run], tries: int = TRIES) -> Cell:
    """Reference, work, reference; again while the references differ, and then the quietest try."""
    found: list[Cell] = []
    while not found or (found[-1].noisy and len(found) < tries):
        before, done = reference(place, seconds), work()
        rate, run = (done.rate, done) if isinstance(done, Run) else (done, None)
        found.append(Cell(name, rate, before, reference(place, seconds), run))
    return min(found, key=lambda cell: cell.apart)
