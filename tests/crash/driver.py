"""Rounds: one event, one kill at one point, a restart, a rest, and the oracle's judgement."""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.exc import DBAPIError

from bot.sealer import read_anchors
from core.catalog.tables import flow_version
from core.engine.flow import read_flow
from core.engine.machine import CompiledFlow, compile_flow
from core.kit.ids import new_id
from core.store.reading import Reader
from tests.crash import oracle
from tests.crash.acts import Deliver, Doors, NotTaken, deliveries
from tests.crash.child import Role
from tests.crash.control import ANY
from tests.crash.effects import Effects, effects_of, published
from tests.crash.kinds import KINDS, WITHOUT_DESK, Kind
from tests.crash.lane import PATIENCE, Lane
from tests.crash.results import Result, Results
from tests.crash.warm import source
from tests.crash.world import Desk

GRACE: Final = 1.5  # seconds that a point of a slow loop has to be reached after everything else is at rest
SWEPT: Final = 5.0  # seconds within which the sweeper has to come by
JUDGEMENTS: Final = 4
LOOK: Final = 0.02


class Unsettled(Exception):
    """The product did not come to rest: the invariants cannot hold."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where one round kills."""

    kind: Kind
    role: Role
    point: str
    nth: int
    wound: str = "once"  # once; twice: the restarted process is killed again; retry: in a second attempt

    @property
    def scenario(self) -> str:
        return "R2" if self.role == "worker" or self.wound != "once" else "R1"


@dataclass
class Run:
    """What one lane does in one process of the driver."""

    lane: Lane
    results: Results
    chance: random.Random
    wanted: dict[Kind, Effects] = field(default_factory=dict)
    reached: dict[tuple[Kind, Role], dict[str, int]] = field(default_factory=dict)
    compiled: CompiledFlow = field(default_factory=lambda: compile_flow(read_flow(source().encode())))
    version: int = 1  # the newest flow version of this world
    expected_dead: int = 0  # dead letters that somebody has planted

    @contextmanager
    def world(self, *, redis: bool | None = None) -> Iterator["Run"]:
        """A fresh world, all of it judged at its end. ``redis``: whether it has one; None: every other has."""
        with ExitStack() as stack:
            stack.enter_context(self.lane.world(redis=redis))
            self.doors = Doors(self.lane)
            stack.callback(self.doors.close)
            self.version, self.expected_dead = 1, 0
            self.rest()
            yield self
            wrong: list[str] = []
            for _ in range(JUDGEMENTS):  # the product goes on meanwhile: what is wrong stays wrong
                wrong = self._rested() or self.judged()
                if not wrong:
                    break
            if wrong:
                self.results.add(self._result("all", Plan("text", "run", "", 0), 0, 0, 0, 0.0, wrong))

    # -- one round -------------------------------------------------------------------------------------------------

    def rehearse(self) -> None:
        """Every kind once without a kill: what comes of it, and which points are on its way."""
        for kind in KINDS:
            for control in self.lane.controls.values():
                control.forget()
            desk, mark = self.desk(kind), new_id()
            for deliver in self.deliveries(desk):
                deliver()
            self.rest()
            time.sleep(0.7)  # the slow loops come along
            self.rest()
            self.wanted[kind] = self.effects(desk, mark)
            for role, control in self.lane.controls.items():
                self.reached[kind, role] = control.counts()

    def round(self, plan: Plan) -> Result:
        """One event with its kill. The result is written down before this returns."""
        lane, desk, mark = self.lane, self.desk(plan.kind), new_id()
        posts = self.deliveries(desk)
        if plan.wound == "retry":
            for chat in (desk.client_chat, desk.staff_chat):
                lane.platform.fail(chat, ["500"])
        lane.controls[plan.role].arm(plan.point, plan.nth)
        left = self.deliver(posts)
        kills = int(self.dies(plan.role))
        lane.controls[plan.role].disarm()
        began = time.monotonic()
        if kills:
            lane.start(plan.role)
            if plan.wound == "twice":
                kills += self._again(plan.role)
        resent = len(left)
        self.insist(left)
        if self.chance.random() < 0.25 and plan.kind not in ("timer", "sweep"):
            self.insist(posts)  # platforms repeat themselves, above all after a silence
        note, wrong = "" if kills else "not reached", self._rested()
        seconds = time.monotonic() - began
        if lane.processes[plan.role].ended():
            wrong.append("the restarted process has ended")
            lane.start(plan.role)
        found, repeats = self._judge_round(desk, mark, kills)
        result = self._result(plan.scenario, plan, kills, resent, repeats, seconds, wrong + found, note)
        self.results.add(result)
        return result

    def _result(
        self, scenario: str, plan: Plan, kills: int, resent: int, repeats: int, seconds: float,
        wrong: list[str], note: str = "",
    ) -> Result:  # fmt: skip
        return Result(
            database=self.lane.database,
            scenario=scenario,
            kind=plan.kind,
            victim=plan.role if kills else "",
            point=plan.point,
            nth=plan.nth,
            kills=kills,
            resent=resent,
            repeats=repeats,
            seconds=round(seconds, 3),
            violations=wrong,
            note=" ".join((plan.wound, note)).strip(),
        )

    # -- its steps -------------------------------------------------------------------------------------------------

    def desk(self, kind: Kind) -> Desk:
        """One that nothing has happened at. Raises IndexError when this world has none left."""
        if kind in WITHOUT_DESK:
            admin = self.lane.agency.admin_id
            return Desk(kind, 0, 0, "nobody", admin, "admin", self.lane.agency.admin_key, 0)
        return self.lane.desks[kind].pop()

    def deliveries(self, desk: Desk) -> list[Deliver]:
        self.version += desk.kind == "publish"
        return deliveries(self.lane, self.doors, desk, self.version)

    def effects(self, desk: Desk, mark: int) -> Effects:
        with self.lane.looking() as reader:
            return self.effects_in(reader, desk, mark)

    def effects_in(self, reader: Reader, desk: Desk, mark: int) -> Effects:
        if desk.kind == "publish":
            return published(reader, self.version)
        if desk.kind == "sweep":
            return Effects()  # what is to be gone is looked for at the end
        return effects_of(reader, desk, mark)

    def rest(self) -> None:
        """Until nothing is on its way. Raises Unsettled when that takes too long."""
        end, left = time.monotonic() + PATIENCE, ["nothing was read"]
        while time.monotonic() < end:
            try:
                with self.lane.looking() as reader:
                    left = oracle.unsettled(reader, self.lane.now())
            except DBAPIError as down:
                left = [type(down).__name__]
            if not left:
                return
            time.sleep(LOOK)
        raise Unsettled("; ".join(left))

    def _rested(self) -> list[str]:
        """I7, when it does not come to rest."""
        try:
            self.rest()
        except Unsettled as unsettled:
            return [f"I7 {unsettled}"]
        return []

    def judged(self) -> list[str]:
        """The whole world: I1 to I7."""
        lane, end = self.lane, time.monotonic() + SWEPT
        while self._nameless() and time.monotonic() < end:
            time.sleep(LOOK)
        anchors = read_anchors(lane.place / "audit-anchors.jsonl")  # before the rows: the chain only grows
        with lane.looking() as reader:
            dead = oracle.dead_letters(reader)
            wrong = (dead if len(dead) != self.expected_dead else []) + oracle.histories(reader, self.compiled)
            wrong += oracle.contents(reader, lane.store())
            wrong += oracle.chained(reader, lane.vault, anchors)
            wrong += oracle.timers_fired(reader, lane.now()) + oracle.claims(reader, lane.now())
            wrong += oracle.swept(reader, lane.store(), lane.now()) + oracle.ghosts(reader, lane.platform)
            versions = [row["version"] for row in reader.find(flow_version, flow="crash_probe")]
            if sorted(versions) != list(range(1, self.version + 1)):
                wrong.append(f"I1 flow versions are {versions}")
        return wrong

    def deliver(self, posts: list[Deliver]) -> list[Deliver]:
        """In their order, up to the first that is not taken, as platforms do. Returns that one and those behind it."""
        for position, post in enumerate(posts):
            try:
                post()
            except (NotTaken, DBAPIError):
                return posts[position:]
        return []

    def insist(self, posts: list[Deliver]) -> None:
        """Until each is acknowledged, as platforms and pages do. Raises NotTaken after a minute."""
        end = time.monotonic() + PATIENCE
        while posts := self.deliver(posts):
            if time.monotonic() > end:
                raise NotTaken("nobody answers")
            time.sleep(0.02)

    def dies(self, role: Role) -> bool:
        """Whether the process gets to its point, as long as something is on its way and a little longer."""
        calm = 0.0
        while not self.lane.processes[role].ended(LOOK):
            try:
                with self.lane.looking() as reader:
                    busy = bool(oracle.unsettled(reader, self.lane.now()))
            except DBAPIError:
                busy = True
            calm = 0.0 if busy else calm or time.monotonic()
            if calm and time.monotonic() - calm > GRACE:
                return False
        return True

    def _again(self, role: Role) -> int:
        """The process that has just started is killed at whatever point it reaches first, or a little later."""
        self.lane.controls[role].arm(ANY, self.chance.randint(1, 6))
        died = self.lane.processes[role].ended(3)
        self.lane.controls[role].disarm()
        if died:
            self.lane.start(role)
        return int(died)

    def _judge_round(self, desk: Desk, mark: int, kills: int) -> tuple[list[str], int]:
        with self.lane.looking() as reader:
            wrong, repeats = oracle.sent(reader, self.lane.platform, mark, kills)
            wrong += oracle.dead_letters(reader) + oracle.claims(reader, self.lane.now())
        return wrong + oracle.effect(self.wanted.get(desk.kind, Effects()), self.effects(desk, mark)), repeats

    def judge(self, desk: Desk, mark: int, *, kills: int = 0, dead: int = 0, sent: bool = True) -> list[str]:
        """What is wrong at this desk. `dead`: how many letters are dead on purpose; `sent`: look at the platform."""
        with self.lane.looking() as reader:
            wrong = oracle.sent(reader, self.lane.platform, mark, kills)[0] if sent else []
            found = oracle.dead_letters(reader)
            wrong += found if len(found) != dead else []
        return wrong + oracle.effect(self.wanted.get(desk.kind, Effects()), self.effects(desk, mark))

    def _nameless(self) -> list[str]:
        with self.lane.looking() as reader:
            return oracle.swept(reader, self.lane.store(), self.lane.now())

    def in_order(self, desk: Desk) -> list[str]:
        return oracle.ordered(self.lane.platform, desk.client_chat, desk.staff_chat)


def plans(run: Run, done: dict[str, int]) -> Iterator[Plan]:
    """For ever: every combination of kind, process and point that the rehearsal met, the least tried first; every
    fourth kill is followed by a second one, every tenth falls into a retry."""
    met = sorted({(kind, role, point) for (kind, role), points in run.reached.items() for point in points})
    run.chance.shuffle(met)
    tried = dict.fromkeys(met, 0)
    for key, count in done.items():
        _, _, kind, victim, point, _ = key.split("/")
        if (kind, victim, point) in tried:
            tried[kind, victim, point] += count  # type: ignore[index]
    seen: dict[str, int] = {}
    number = sum(tried.values())
    while True:
        kind, role, point = min(met, key=lambda each: (tried[each], seen.get(each[2], 0)))
        tried[kind, role, point] += 1
        seen[point] = seen.get(point, 0) + 1
        number += 1
        most = run.reached[kind, role][point]
        nth = 1 if tried[kind, role, point] == 1 else run.chance.randint(1, min(most, 8))
        wound = "twice" if number % 4 == 0 else "retry" if number % 10 == 0 else "once"
        yield Plan(kind, role, point, nth, wound)
