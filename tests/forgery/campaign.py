"""Mutated requests by number: each is made, sent and judged, and the sum of them is told by class."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from tests.forgery.description import ChannelUnderFire
from tests.forgery.judge import Judge, Verdict, watching
from tests.forgery.mutations import CLASSES, mutate
from tests.forgery.sent import Sent
from tests.forgery.site import ForgeSite

OUTCOMES: Final = ("refused", "no effect", "same", "as said", "unchanged")
"""Answered with 4xx; answered and nothing kept; kept with the meaning of the original; kept as its sender has said; and
what no change was made to, such as a field that is replaced by what it was."""
SHOWN: Final = 300  # bytes of a request in a report


@dataclass(frozen=True, slots=True)
class Failure:
    """A mutation that must not have gone as it did; seed and number make it again."""

    folder: str
    seed: int
    number: int
    name: str
    kind: str
    sent: Sent
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        again = f"python -m tests.forgery --channel {self.folder} --seed {self.seed} --only {self.number}"
        headers = b"\n".join(name + b": " + value[:SHOWN] for name, value in self.sent.headers)
        line = f"{self.sent.method} {self.sent.path[:SHOWN]!r} ?{self.sent.query[:SHOWN]!r}"
        return (
            f"{self.folder}: {self.name}, {self.kind}: {'; '.join(self.wrong)}\n  {line}\n  {headers!r}\n"
            f"  body {self.sent.body[:SHOWN]!r} and {self.sent.flood} more\n  again: {again}"
        )


@dataclass
class Tally:
    """What became of all mutations of one channel."""

    folder: str
    sent: Counter[str] = field(default_factory=Counter)  # by class
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)  # by class and outcome
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def lines(self) -> list[str]:
        head = f"{'class':16}{'sent':>8}" + "".join(f"{each:>11}" for each in OUTCOMES)
        rows = [self._line(name, {name}) for name in CLASSES if self.sent[name]]
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return [f"{self.folder} ({statuses})", head, *rows, self._line("all", set(CLASSES))]

    def _line(self, word: str, names: set[str]) -> str:
        counts = [sum(self.outcomes[name, each] for name in names) for each in OUTCOMES]
        return f"{word:16}{sum(self.sent[name] for name in names):8}" + "".join(f"{count:11}" for count in counts)


def attack(
    site: ForgeSite,
    channel: ChannelUnderFire,
    seed: int,
    numbers: Iterable[int],
    tell: Callable[[int, Tally], None] = lambda number, tally: None,
) -> Tally:
    """Send the mutations with these numbers."""
    tally = Tally(channel.folder)

    async def go() -> None:
        with watching(channel.parsers) as watched:
            judge = Judge(site, channel, watched)
            for number in numbers:
                name, captured, sent = mutate(channel, seed, number)
                verdict: Verdict = await judge.judge(captured, sent)
                tally.sent[name] += 1
                tally.outcomes[name, "unchanged" if sent == captured.sent else verdict.outcome] += 1
                tally.statuses[verdict.status] += 1
                if verdict.wrong:
                    failure = Failure(channel.folder, seed, number, name, captured.kind, sent, verdict.wrong)
                    tally.failures.append(failure)
                tell(number, tally)

    asyncio.run(go())
    return tally


def control(site: ForgeSite, channel: ChannelUnderFire) -> list[str]:
    """What is wrong with the captured requests themselves: each is to be taken, and to mean what it says it means."""

    async def go() -> list[str]:
        wrong = []
        with watching(channel.parsers) as watched:
            judge = Judge(site, channel, watched)
            for kind in channel.kinds:
                captured = channel.capture(kind, 900_000_000)
                verdict = await judge.judge(captured, captured.sent)
                taken = "same" if captured.meaning else "no effect"
                if verdict.wrong or verdict.outcome != taken:
                    wrong.append(f"{channel.folder}, {kind}: {verdict}, meant {captured.meaning}, kept {judge.last}")
        return wrong

    return asyncio.run(go())
