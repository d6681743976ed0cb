"""The case machine, spoken to by commands, against a small model of what a case of the small flow must be."""

from itertools import count, pairwise
from pathlib import Path
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.bus.deed import SYSTEM, Cause
from core.cases.checklist import completion_of
from core.cases.tables import applicant, case, case_event, document_version, item
from core.commands.cases import AddTraveller, AdvanceCase, OpenItems, SetFields, SetSubstate
from core.commands.command import Command
from core.commands.contracts import Traveller
from core.commands.documents import ReviewDocument, WaiveItem
from core.engine.access import Actor
from core.kit.clock import ManualClock
from core.kit.errors import Refusal
from core.kit.ids import new_id
from core.store.sealing import Row
from tests.core.small_agency import SmallAgency, open_agency
from tests.core.stores import NOON

DONE = {"approved", "waived"}
SUBMIT = {"todo", "submitted", "rework"}  # statuses in which a document may come
WAIVE = {"todo", "submitted", "rework", "approved"}
STEPS = {"complete": ("collect", "prepare"), "back": ("prepare", "collect"), "close": ("prepare", "done")}
BY = {"complete": {"copywriter"}, "back": {"consultant", "supervisor"}, "close": {"consultant", "supervisor"}}
KINDS = st.sampled_from(["grown_up", "child"])
ROLES = st.sampled_from(["consultant", "copywriter", "reviewer", "supervisor"])
PICK = st.sampled_from([0, 0, 0, 1, 2, 3, 4])  # mostly the paper that everybody needs
_content = count()

QUICK = settings(
    max_examples=30,
    stateful_step_count=30,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink a failure takes minutes: do it by hand
)

Key = tuple[str, int | None]  # item, position of the applicant


class CaseAgainstModel(RuleBasedStateMachine):
    """Every rule is one command. The model says whether it must be taken, and what the case is afterwards."""

    agency: SmallAgency
    actors: dict[str, Actor]

    @initialize(kinds=st.lists(KINDS, min_size=1, max_size=3), far=st.sampled_from([None, None, True, False]))
    def open_case(self, kinds: list[str], far: bool | None) -> None:
        fields = {} if far is None else {"travels_far": far}
        self.case_id = self.agency.banli.store.run(lambda uow: self.agency.case(uow, kinds, fields))
        self.kinds, self.far = list(kinds), far
        self.stage = "collect"
        self.substate: str | None = None
        self.asked: set[Key] = set()
        self.statuses: dict[Key, str] = dict.fromkeys(self._keys(), "todo")
        self.versions: dict[Key, int] = dict.fromkeys(self.statuses, 0)
        self.events = 0

    # -- the model -----------------------------------------------------------------------------------------------

    def _keys(self) -> list[Key]:
        own: list[Key] = [(key, n) for n in range(len(self.kinds)) for key in ("paper", "consent")]
        return [*own, ("ticket", None), ("bank", None), ("salary", None)]

    def _required(self, key: Key) -> bool:
        name, person = key
        if name == "consent":
            return person is not None and self.kinds[person] == "child"
        return name == "paper" or self.far is True

    def _completion(self) -> tuple[int, int]:
        single = [k for k in self.statuses if k[0] not in ("bank", "salary") and (self._required(k) or k in self.asked)]
        done = sum(self.statuses[key] in DONE for key in single)
        if self.far is not True:
            return done, len(single)
        means = any(self.statuses[name, None] in DONE for name in ("bank", "salary"))
        return done + means, len(single) + 1

    def _complete(self) -> bool:
        done, total = self._completion()
        return done == total

    def _settled(self, key: Key, status: str) -> None:
        """An item has been decided: when it was the last missing one, the flow's rule moves the case on."""
        before = self._complete()
        self.statuses[key] = status
        if self._complete() and not before and self.stage == "collect":
            self.stage, self.substate = "prepare", None

    # -- speaking to the case --------------------------------------------------------------------------------------

    def _do(self, command: Command, role: str, legal: bool) -> Any:
        actor = SYSTEM if role == "system" else self.actors[role]
        cause = Cause(actor, "api", new_id())
        result, refusal = self.agency.banli.store.run(lambda uow: self.agency.banli.bus.attempt(uow, command, cause))
        assert (refusal is None) == legal, f"{command!r} by {role}: {refusal!r}"
        return result

    def _rows(self) -> dict[Key, Row]:
        with self.agency.banli.reading.open() as reader:
            people = reader.find(applicant, applicant.c.case_id == self.case_id)
            positions: dict[int | None, int | None] = {each["id"]: each["position"] for each in people}
            rows = reader.find(item, item.c.case_id == self.case_id)
        return {(row["key"], positions.get(row["applicant_id"])): row for row in rows}

    def _pick(self, pick: int) -> Key:
        return list(self.statuses)[pick % len(self.statuses)]

    @property
    def open(self) -> bool:
        return self.stage != "done"

    # -- commands ------------------------------------------------------------------------------------------------

    @rule(pick=PICK, decide=st.sampled_from([None, True, False]))
    def hand_in(self, pick: int, decide: bool | None) -> None:
        self._hand_in(self._pick(pick))
        if decide is not None:
            self._review(self._pick(pick), decide, "reviewer")

    def _hand_in(self, key: Key) -> None:
        row = self._rows()[key]
        legal = self.open and self.statuses[key] in SUBMIT
        content = f"content {next(_content)}"
        try:
            self.agency.banli.store.run(lambda uow: self.agency.hand_in(uow, row["id"], content))
        except Refusal:
            assert not legal
        else:
            assert legal
            self.statuses[key] = "submitted"
            self.versions[key] += 1

    @rule(pick=PICK, approve=st.booleans(), role=ROLES)
    def review(self, pick: int, approve: bool, role: str) -> None:
        self._review(self._pick(pick), approve, role)

    def _review(self, key: Key, approve: bool, role: str) -> None:
        current = self._rows()[key]["current_id"]
        if current is None or not self.open:
            return
        decision = "approved" if approve else "rejected"
        command = ReviewDocument.model_validate({"version_id": current, "decision": decision, "reason": "blur"})
        legal = self.statuses[key] == "submitted"
        self._do(command, role, legal)
        if legal:
            self._settled(key, "approved") if approve else self.statuses.update({key: "rework"})

    @rule()
    def approve_all_that_is_asked(self) -> None:
        for key in [key for key in self.statuses if self._required(key) and self.statuses[key] not in DONE]:
            self._hand_in(key)
            self._review(key, True, "reviewer")

    @rule(pick=PICK)
    def reject_without_a_reason(self, pick: int) -> None:
        current = self._rows()[self._pick(pick)]["current_id"]
        if current is not None:
            self._do(ReviewDocument(version_id=current, decision="rejected"), "reviewer", False)

    @rule(pick=PICK, role=ROLES)
    def waive(self, pick: int, role: str) -> None:
        key = self._pick(pick)
        if not self.open:
            return
        legal = role == "supervisor" and self.statuses[key] in WAIVE
        self._do(WaiveItem(item_id=self._rows()[key]["id"], reason="not needed"), role, legal)
        if legal:
            self._settled(key, "waived")

    @rule()
    def open_again(self) -> None:
        if self.open:
            self._do(OpenItems(case_id=self.case_id, items=("paper",), reason="newer one"), "reviewer", True)
            again = {"approved": "rework", "waived": "todo"}
            for key in [key for key in self.statuses if key[0] == "paper"]:
                self.asked.add(key)
                self.statuses[key] = again.get(self.statuses[key], self.statuses[key])

    @rule(far=st.booleans())
    def set_field(self, far: bool) -> None:
        self._do(SetFields(case_id=self.case_id, fields={"travels_far": far}), "consultant", self.open)
        if self.open:
            self.far = far

    @rule(value=st.sampled_from(["yes", 7, ["x"]]))
    def set_field_wrongly(self, value: Any) -> None:
        self._do(SetFields(case_id=self.case_id, fields={"travels_far": value}), "consultant", False)

    @rule(kind=KINDS)
    def add_traveller(self, kind: str) -> None:
        if len(self.kinds) > 4:
            return
        command = AddTraveller(case_id=self.case_id, traveller=Traveller(name="旅客", kind=kind))
        self._do(command, "consultant", self.open)
        if self.open:
            self.kinds.append(kind)
            for key in self._keys():
                self.statuses.setdefault(key, "todo")
                self.versions.setdefault(key, 0)

    @rule(trigger=st.sampled_from(["complete", "back", "close", "unheard"]), role=ROLES)
    def advance(self, trigger: str, role: str) -> None:
        came_from, to = STEPS.get(trigger, ("", ""))
        legal = self.open and self.stage == came_from and role in BY.get(trigger, ())
        legal = legal and (trigger != "complete" or self._complete())
        legal = legal and (trigger != "close" or self.substate == "half")
        elsewhere = "collect" if self.stage != "collect" else "prepare"
        self._do(AdvanceCase(case_id=self.case_id, trigger=trigger, stage=elsewhere), role, False)
        self._do(AdvanceCase(case_id=self.case_id, trigger=trigger, stage=self.stage), role, legal)
        if legal:
            self.stage, self.substate = to, None

    @rule(substate=st.sampled_from(["begun", "half", "unheard"]))
    def set_substate(self, substate: str) -> None:
        legal = self.stage == "prepare" and substate != "unheard"
        self._do(SetSubstate(case_id=self.case_id, substate=substate), "consultant", legal)
        if legal:
            self.substate = substate

    # -- what must hold after each of them -------------------------------------------------------------------------

    @invariant()
    def the_case_is_what_the_model_says(self) -> None:
        rows = self._rows()
        assert {key: row["status"] for key, row in rows.items()} == self.statuses
        assert {key: row["required"] for key, row in rows.items()} == {
            key: self._required(key) for key in self.statuses
        }
        with self.agency.banli.reading.open() as reader:
            row = reader.peek(case, self.case_id)
            assert row is not None
            state = (row["stage"], row["substate"], row["state"])
            assert state == (self.stage, self.substate, "open" if self.open else "closed")
            events = reader.find(case_event, case_event.c.case_id == self.case_id, order=case_event.c.seq)
            versions = reader.find(document_version, document_version.c.case_id == self.case_id)
        assert row["version"] == events[-1]["seq"]
        assert len(events) >= self.events  # the log only grows
        self.events = len(events)
        self._the_log_is_a_legal_path(events)
        self._versions_only_grow(rows, versions)

    def _the_log_is_a_legal_path(self, events: list[Row]) -> None:
        path = [each["data"]["stage"] for each in events if each["type"] == "StageEntered"]
        assert path[0] == "collect"
        assert set(pairwise(path)) <= set(STEPS.values())
        assert path[-1] == self.stage
        assert sum(each["type"] == "CaseClosed" for each in events) == int(not self.open)

    def _versions_only_grow(self, rows: dict[Key, Row], versions: list[Row]) -> None:
        for key, row in rows.items():
            mine = [each for each in versions if each["item_id"] == row["id"]]
            assert [each["n"] for each in mine] == list(range(1, self.versions[key] + 1))
            assert row["versions"] == self.versions[key]
            assert row["current_id"] == (mine[-1]["id"] if mine else None)
            assert all(each["status"] != "submitted" for each in mine[:-1])

    @invariant()
    def the_checklist_is_counted_exactly(self) -> None:
        with self.agency.banli.reading.open() as reader:
            row = reader.peek(case, self.case_id)
            assert row is not None
            compiled = self.agency.banli.catalogue.compiled(reader, row["flow_version_id"])
            counted = completion_of(compiled, reader, row)
        assert (counted.done, counted.total) == self._completion()


def test_a_case_is_what_its_flow_allows_and_nothing_else(database: str, tmp_path: Path) -> None:
    with open_agency(database, tmp_path, ManualClock(NOON)) as opened:
        people = {role: opened.actor(role) for role in opened.staff}

        class Machine(CaseAgainstModel):
            agency = opened
            actors = people

        run_state_machine_as_test(Machine, settings=QUICK)
