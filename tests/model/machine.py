"""The machine: steps that people, platforms, the clock, admins and death take, drawn by Hypothesis."""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.model.judge import verdict
from tests.model.play import Play
from tests.model.probe import PROBE, source
from tests.model.terms import met
from tests.model.world import CLIENTS, JAPAN, STAFF, TRAVELLER

POINTS: Final = (
    *("store.begin", "store.flush", "store.commit", "store.committed", "store.answered") * 2,
    *("receiver.found", "receiver.settled", "sender.claimed", "sender.send", "sender.sent", "sender.settled"),
    *("redraw.send", "redraw.sent", "fetcher.claimed", "fetcher.stored", "fetcher.inspected", "fetcher.settle"),
    *("fetcher.settled", "files.written", "files.moved", "ticker.due", "ticker.fired", "sealer.sealed"),
)
ANY: Final = st.integers(0, 255)
SPANS: Final = tuple(timedelta(hours=each) for each in (1, 6, 24, 48, 72, 120))
VALUES: Final[tuple[dict[str, Any], ...]] = (
    {"checked": True},
    {"due_on": "2026-03-05"},
    {"due_on": "2026-03-12"},
    {"form_filled": True, "itinerary_made": True, "consistency_ok": True},
    {"valid_to": "2027-03-01", "days": 15},
    {"return_report_needed": True},
    {"return_date": "2026-03-10"},
    {"checked": False},
)
PEOPLE: Final = tuple(STAFF)


class Machine(RuleBasedStateMachine):
    """A subclass names the world (`opened`) and collects what was seen."""

    opened: Callable[[], AbstractContextManager[Play]]
    tally: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self.play: Play = self._stack.enter_context(type(self).opened())

    def teardown(self) -> None:
        with self._stack:
            self.play.host.death.arm("", 0)
            self.play.settle()
            verdict(self.play)
            self.tally.update(self.play.saw)
            for case in self.play.model.cases.values():
                self.tally.update(f"stage {case.spec.key} {stage}" for stage, _ in case.visits)
                self.tally[f"case of version {case.spec.version}"] += case.spec.key == PROBE
            self.tally["runs"] += 1
            self.tally["steps"] += self.play.steps

    @invariant()
    def counted(self) -> None:
        """After every step, and once before the first."""
        self.play.steps += 1

    # -- what is drawn ---------------------------------------------------------------------------------------------

    @initialize(favourite=ANY)
    def begins(self, favourite: int) -> None:
        """Most of a run is about one case, so that it gets far."""
        self.favourite = favourite

    def case(self, draw: int) -> int:
        """The favourite half of the time, else any; one that is open three times out of four."""
        cases = {number: each for number, each in self.play.model.cases.items() if number in self.play.lens.ids}
        draw = self.favourite if draw >= 128 else draw
        still = [number for number, each in cases.items() if each.open]
        return (still or list(cases))[draw % len(still or cases)] if draw & 3 else list(cases)[draw % len(cases)]

    def item(self, number: int, draw: int) -> str:
        case = self.play.case(number)
        missing = [each for each in self.play.model.missing(case) if case.items[each].status != "submitted"]
        known = [each["key"] for each in case.spec.items if each.get("submit_by") != "staff"]
        return (missing or known)[draw % len(missing or known)] if draw & 3 else known[draw % len(known)]

    def version(self, number: int, draw: int) -> tuple[str, int] | None:
        """One that waits for a decision, or any other."""
        every = [(key, n) for key, each in self.play.case(number).items.items() for n in range(len(each.versions))]
        waits = [(key, n) for key, n in every if self.play.case(number).items[key].versions[n] == "submitted"]
        chosen = waits if waits and draw & 7 else every
        chosen = [each for each in chosen if (number, *each) in self.play.lens.version_ids]
        return chosen[draw % len(chosen)] if chosen else None

    def goes_on(self, draw: int) -> None:
        """What was sent is worked off now, or together with what comes next."""
        if draw % 3 == 0:
            self.play.settle(send=draw % 4 == 0)

    def onward(self, number: int, draw: int) -> None:
        """What somebody who does his work would do next for this case."""
        play, case = self.play, self.play.case(number)
        missing = list(play.model.missing(case))
        unsent = [key for key in missing if case.items[key].status != "submitted"]
        sent = [
            key
            for key in missing
            if key not in unsent and (number, key, case.items[key].current) in play.lens.version_ids
        ]
        if unsent and case.stage in ("collect", "result"):
            play.send(number, unsent[draw % len(unsent)], case.client)
        elif sent and case.stage in ("collect", "result"):
            key = sent[draw % len(sent)]
            play.review(number, key, case.items[key].current or 0, "approved", "丙")
        elif steps := self.possible(number):
            trigger, who = steps[draw % len(steps)]
            self.step(number, trigger, who)
        elif case.stage == "filed" and case.items["receipt"].status == "todo":
            play.upload(number, "receipt", "甲")
        else:
            known = {each["key"] for each in case.spec.raw["fields"]}
            fitting = [each for each in VALUES[:6] if each.keys() <= known]
            play.fill(number, fitting[draw % len(fitting)], "甲")

    def possible(self, number: int) -> list[tuple[str, str]]:
        """Steps that the model would let somebody take now, with whom; what ends a case comes last."""
        case, model = self.play.case(number), self.play.model
        return [
            (each["key"], case.team[role])
            for each in case.spec.steps(case.stage)
            for role in each["by"]
            if role in case.team and each["key"] != "withdraw" and met(each["when"], model.facts(case, case.team[role]))
        ]

    def step(self, number: int, trigger: str, who: str) -> None:
        """By the button of his card if he has one, else over the API."""
        if trigger == "ask_supplement":
            self.play.supplement(number, "extra", who)
            return
        case_id = self.play.lens.ids[number]
        for button in reversed(self.play.lens.buttons):
            said = button.said
            mine = button.command == "AdvanceCase" and said["case_id"] == case_id and said["trigger"] == trigger
            if mine and button.owner == who and self.play.alive(button):
                self.play.press(button, who)
                return
        self.play.advance(number, trigger, who)

    # -- steps -----------------------------------------------------------------------------------------------------

    @rule(case=ANY, pick=ANY)
    def case_goes_on(self, case: int, pick: int) -> None:
        self.onward(self.case(case), pick)
        self.goes_on(pick)

    @rule(pick=ANY)
    def case_gets_far(self, pick: int) -> None:
        """Several things in a row, as on a day on which everybody does his work."""
        for _ in range(3):
            self.onward(self.case(self.favourite), pick)
            self.play.settle(send=False)

    @rule(case=ANY, item=ANY, later=ANY)
    def client_sends(self, case: int, item: int, later: int) -> None:
        number = self.case(case)
        self.play.send(number, self.item(number, item), self.play.case(number).client)
        self.goes_on(later)

    @rule(case=ANY, pick=ANY, who=ANY, verdict=st.sampled_from(("approved", "approved", "approved", "rejected")))
    def reviewer_decides(self, case: int, pick: int, who: int, verdict: str) -> None:
        number = self.case(case)
        if (chosen := self.version(number, pick)) is not None:
            person = "丙" if who & 3 else PEOPLE[who % len(PEOPLE)]
            self.play.review(number, *chosen, verdict, person, ("blur", "cut")[who & 1])
            self.goes_on(pick)

    @rule(pick=ANY, later=ANY)
    def somebody_presses(self, pick: int, later: int) -> None:
        """A button of his that is still there."""
        live = [each for each in self.play.lens.buttons if self.play.alive(each)]
        steps = [each for each in live if not each.keeps]
        if chosen := steps if steps and pick & 3 else live:
            button = chosen[-1 - pick % len(chosen)]
            self.play.press(button, button.owner)
            self.goes_on(later)

    @rule(pick=ANY, who=ANY)
    def somebody_presses_wrongly(self, pick: int, who: int) -> None:
        """One that has had its day, or another's."""
        live = [each for each in self.play.lens.buttons if self.play.alive(each)]
        stale = [each for each in self.play.lens.buttons if not self.play.alive(each)]
        foreign = bool(live) and who & 1 == 0
        chosen = live if foreign else stale or live
        button = chosen[-1 - pick % len(chosen)]
        others = [each for each in ("甲", "乙", "丙", *CLIENTS) if each != button.owner]
        self.play.press(button, others[who // 2 % len(others)] if foreign else button.owner)
        self.play.saw["press of another's button"] += foreign
        self.goes_on(who)

    @rule(case=ANY, pick=ANY, who=ANY)
    def staff_moves_on(self, case: int, pick: int, who: int) -> None:
        """A step that leads out of the stage, by whom it is for, or by anybody."""
        number = self.case(case)
        found = self.play.case(number)
        steps = found.spec.steps(found.stage) or [{"key": "withdraw", "by": ["consultant"]}]
        onward = [each for each in steps if each["key"] != "withdraw"] or steps
        step = (onward if pick & 7 else steps)[pick % len(onward if pick & 7 else steps)]
        fitting = [found.team[role] for role in step["by"] if role in found.team]
        person = fitting[who % len(fitting)] if fitting and who & 3 else PEOPLE[who % len(PEOPLE)]
        if step["key"] == "ask_supplement":
            self.play.supplement(number, "extra", person)
        else:
            self.play.advance(number, step["key"], person)
        self.goes_on(who)

    @rule(case=ANY, pick=ANY, who=ANY)
    def staff_fills_in(self, case: int, pick: int, who: int) -> None:
        number = self.case(case)
        known = {each["key"] for each in self.play.case(number).spec.raw["fields"]}
        fitting = [each for each in VALUES if each.keys() <= known]
        self.play.fill(number, fitting[pick % len(fitting)], PEOPLE[who % len(PEOPLE)])
        self.goes_on(pick)

    @rule(case=ANY, what=st.sampled_from(("substate", "upload", "waive", "open")), pick=ANY, who=ANY)
    def staff_does(self, case: int, what: str, pick: int, who: int) -> None:
        number, person = self.case(case), PEOPLE[who % len(PEOPLE)]
        found, play = self.play.case(number), self.play
        if what == "substate":
            subs = found.spec.stage(found.stage).get("substates", [{"key": "nothing"}])
            play.substate(number, subs[pick % len(subs)]["key"], person)
        elif what == "upload":
            play.upload(number, "receipt" if "receipt" in found.items else "passport", person)
        elif what == "waive":
            play.waive(number, self.item(number, pick), person)
        else:
            play.open_item(number, list(found.items)[pick % len(found.items)], person)
        self.goes_on(who)

    @rule(client=st.sampled_from(CLIENTS), text=st.sampled_from(("进度", "材料")))
    def client_asks(self, client: str, text: str) -> None:
        self.play.say(client, text)

    @precondition(lambda self: self.play.delivered)
    @rule(pick=ANY)
    def platform_repeats(self, pick: int) -> None:
        self.play.again(-1 - pick % min(12, len(self.play.delivered)))
        self.play.saw["delivered again"] += 1

    @rule(pick=ANY)
    def time_passes(self, pick: int) -> None:
        """Until the next timer is due, or as long as it likes."""
        due = [
            each[0] for case in self.play.model.cases.values() for each in case.timers.values() if each[1] == "waiting"
        ]
        if due and pick & 3 == 0:
            self.play.pass_time(min(due) - self.play.host.clock.now())
        else:
            self.play.pass_time(SPANS[pick % len(SPANS)])

    @precondition(lambda self: len(self.play.model.specs[PROBE]) < 5)
    @rule()
    def admin_publishes(self) -> None:
        self.play.publish(source(len(self.play.model.specs[PROBE]) + 1))

    @precondition(lambda self: len(self.play.model.cases) < 6)
    @rule(pick=ANY, who=ANY)
    def sales_sells(self, pick: int, who: int) -> None:
        """One contract more, or one that waits takes effect."""
        play = self.play
        play.settle()
        waiting = [number for number in play.model.drafts if number not in play.model.cases]
        if not waiting:
            flow = JAPAN if pick & 14 == 0 and JAPAN in play.model.specs else PROBE
            play.draft(CLIENTS[pick & 1], flow, *TRAVELLER[flow])
        elif play.model.drafts[waiting[0]]["deposit"] or who & 7 == 0:
            play.activate(waiting[0], PEOPLE[who % 3])
        else:
            play.deposit(waiting[0], PEOPLE[who % 3])
        play.settle()

    @rule(point=st.sampled_from(POINTS), nth=st.integers(1, 3))
    def death_waits(self, point: str, nth: int) -> None:
        """The process will die when it comes by there for the n-th time."""
        self.play.host.death.arm(point, nth)

    @rule()
    def everything_is_worked_off(self) -> None:
        """What waits, and the audit's seals."""
        self.play.settle()
        self.play.seal()
