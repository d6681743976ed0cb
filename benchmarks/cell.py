"""One measured figure beside its reference, taken again when the machine was not quiet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.places import Place
from benchmarks.product import Run
from benchmarks.raw import connect
from benchmarks.reference import Reference, Speed
from benchmarks.waits import Wait

TRIES = 3
NOISY = 0.2  # how far the reference before and after may lie apart, as a share of the greater one
WORKING = 0.1  # a reference that computes less of its time is held up by somebody else: every ratio would flatter


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of the table: messages a second, the reference before and after, and the latencies if they were taken."""

    name: str
    speed: Speed
    before: Speed
    after: Speed
    run: Run | None = None

    @property
    def rate(self) -> float:
        return self.speed.rate

    @property
    def reference(self) -> float:
        return (self.before.rate + self.after.rate) / 2

    @property
    def ratio(self) -> float:
        return self.rate / self.reference

    @property
    def cpu_ratio(self) -> float:
        """Processor time of a message as a multiple of the reference's: much the same on a busy machine."""
        return self.speed.cpu / min(self.before.cpu, self.after.cpu)

    @property
    def apart(self) -> float:
        return abs(self.before.rate - self.after.rate) / max(self.before.rate, self.after.rate)

    @property
    def working(self) -> float:
        """Share of its time that the reference computed; the rest it waited, for the disk or for the processor."""
        return min(each.cpu * each.rate for each in (self.before, self.after))

    @property
    def noisy(self) -> bool:
        return self.apart > NOISY or self.working < WORKING


def reference(place: Place, seconds: float) -> Speed:
    with place.database() as url, connect(url) as raw:
        return Reference(raw).run(seconds)


@dataclass(frozen=True, slots=True)
class WaitCell:
    """Waits of people, with the reference before and after, which tells whether the machine was quiet."""

    waits: Sequence[Wait]
    before: Speed
    after: Speed

    @property
    def noisy(self) -> bool:
        return Cell("", self.before, self.before, self.after).noisy


def measure_waits(place: Place, seconds: float, work: Callable[[], Sequence[Wait]], tries: int = TRIES) -> WaitCell:
    """As `measure`: again while the references differ, and then the quietest try."""
    found: list[WaitCell] = []
    while not found or (found[-1].noisy and len(found) < tries):
        before, waits = reference(place, seconds), work()
        found.append(WaitCell(waits, before, reference(place, seconds)))
    return min(found, key=lambda cell: Cell("", cell.before, cell.before, cell.after).apart)


def measure(name: str, place: Place, seconds: float, work: Callable[[], Speed | Run], tries: int = TRIES) -> Cell:
    """Reference, work, reference; again while the references differ, and then the quietest try."""
    found: list[Cell] = []
    while not found or (found[-1].noisy and len(found) < tries):
        before, done = reference(place, seconds), work()
        speed, run = (Speed(done.rate, done.cpu), done) if isinstance(done, Run) else (done, None)
        found.append(Cell(name, speed, before, reference(place, seconds), run))
    return min(found, key=lambda cell: cell.apart)
