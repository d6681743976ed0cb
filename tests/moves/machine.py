"""Steps that admins, staff, clients, the clock and death take while cases run, drawn by Hypothesis."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from random import Random
from typing import Any, Final

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.moves.acts import Acts
from tests.moves.judge import Judge
from tests.moves.ledgers import unfinished
from tests.moves.newer_acts import NewerActs
from tests.moves.world import World, Worlds, Wrong

STEPS: Final = 25
SEED: Final = st.integers(0, 2**32)
ANY: Final = SEED.map(lambda seed: Random(seed).randrange(1024))  # evenly: Hypothesis itself likes noughts
SPANS: Final = tuple(timedelta(seconds=each) for each in (1, 3600, 86400, 4 * 86400))
POINTS: Final = ("store.begin", "store.flush", "store.commit", "store.committed", "ticker.due", "ticker.fired")


class Machine(RuleBasedStateMachine):
    """A subclass names the world (`opened`) and collects what was seen."""

    opened: Callable[[], AbstractContextManager[World]]
    tally: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self.world = self._stack.enter_context(type(self).opened())
        self.tally["begun"] += 1
        self.judge = Judge(self.world)
        self.acts = Acts(self.world)
        self.newer = NewerActs(self.acts)

    def teardown(self) -> None:
        with self._stack:
            self.world.host.death.arm("", 0)
            for _ in range(20):
                self.world.pass_time(timedelta(seconds=1))
            self.judge.check()
            with self.world.host.looking() as reader:
                left = unfinished(reader)
            if left:
                raise Wrong("\n".join(left))
            self.tally.update(self.world.saw)
            self.tally["runs"] += 1

    @invariant()
    def holds(self) -> None:
        self.judge.check()
        self.world.saw["steps"] += 1

    @rule(edits=st.integers(1, 3), seed=SEED)
    def publish(self, edits: int, seed: int) -> None:
        self.world.publish(edits, seed)

    @precondition(lambda self: len(self.world.versions) > 1)
    @rule(to=ANY, seed=SEED, cut=ANY)
    def move(self, to: int, seed: int, cut: int) -> None:
        """The whole batch at once, previewed; one in four by a map from which a stage was cut."""
        self.acts.move(to, Random(seed), cut=not cut & 3, whole=True)

    @precondition(lambda self: len(self.world.versions) > 1)
    @rule(to=ANY, seed=SEED, cut=ANY)
    def begin_move(self, to: int, seed: int, cut: int) -> None:
        """Its first part: the others go a second later each, and other things happen in between."""
        self.acts.move(to, Random(seed), cut=not cut & 7, whole=False)

    @rule()
    def goes_on(self) -> None:
        self.world.pass_time(timedelta(seconds=1))

    @precondition(lambda self: self.acts.moved())
    @rule(pick=ANY)
    def undo(self, pick: int) -> None:
        self.acts.undo(pick)

    @rule(span=st.sampled_from(SPANS))
    def time_goes_by(self, span: timedelta) -> None:
        self.world.pass_time(span)

    @rule(pick=ANY)
    def open_case(self, pick: int) -> None:
        self.world.open_case(pick)

    @rule(case=ANY, pick=ANY)
    def case_goes_on(self, case: int, pick: int) -> None:
        """On a day on which everybody does his work: what is asked for is sent and approved, then a step is taken."""
        for _ in range(3):
            self.acts.send(case | 1, pick | 1)
            self.acts.review(0, 1, approve=True)
        self.newer.hand_over(case, pick | 1)
        self.newer.vote(pick | 9, agree=True)
        self.acts.advance(case | 1, pick | 1)

    @rule(case=ANY, pick=ANY)
    def client_sends(self, case: int, pick: int) -> None:
        self.acts.send(case, pick)

    @rule(case=ANY, pick=ANY, approve=st.sampled_from((True, True, False)))
    def reviewer_decides(self, case: int, pick: int, approve: bool) -> None:
        self.acts.review(case, pick, approve)

    @rule(case=ANY, pick=ANY, seed=ANY)
    def staff_acts(self, case: int, pick: int, seed: int) -> None:
        acts, newer = self.acts, self.newer
        ways = (acts.waive, acts.fill, acts.advance, acts.substate, acts.advance, newer.child, newer.service)
        ways[seed % len(ways)](case, pick)

    @rule(case=ANY, pick=ANY, seed=ANY)
    def work_changes_hands(self, case: int, pick: int, seed: int) -> None:
        """A case is handed over or stands still, or people vote on it."""
        if seed % 3 == 0:
            self.newer.vote(pick, agree=bool(pick & 512))
        else:
            (self.newer.pause, self.newer.hand_over)[seed % 3 - 1](case, pick)

    @rule(pick=ANY)
    def somebody_presses(self, pick: int) -> None:
        self.acts.press(pick)

    @rule(point=st.sampled_from(POINTS), nth=st.integers(1, 6), pick=ANY)
    def process_dies_soon(self, point: str, nth: int, pick: int) -> None:
        """Wherever the next steps come by this point for the n-th time."""
        self.world.host.death.arm(point, nth)


def as_ever(world: World) -> None:
    """A run begins with the agency as it was made."""


def play_runs(
    worlds: Worlds,
    runs: int,
    seed: int,
    *,
    begin: Callable[[World], None] = as_ever,
    tally: Counter[str] | None = None,
    shrink: bool = False,
) -> Counter[str]:
    """So many runs, the same ones for the same seed. Returns what was seen, `tally` also on the way. Raises Wrong, with
    the steps printed."""
    tally = Counter() if tally is None else tally

    @contextmanager
    def opened() -> Iterator[World]:
        with worlds.opened() as world:
            begin(world)
            yield world

    kind: Any = type("Run", (Machine,), {"opened": staticmethod(opened), "tally": tally})
    settings = hypothesis.settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(hypothesis.seed(seed)(kind), settings=settings)
    return tally
