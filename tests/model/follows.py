"""The reference model's other half: what follows from an act by itself, by the flow's stages, rules and limits."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.model.terms import Facts, Spec, met, value_of


@dataclass
class Item:
    required: bool
    asked: bool = False
    status: str = "todo"
    versions: list[str] = field(default_factory=list)
    current: int | None = None  # which of them counts


@dataclass
class Case:
    spec: Spec
    client: str
    kind: str
    team: dict[str, str]
    fields: Facts
    deposit: bool
    stage: str = ""
    sub: str | None = None
    outcome: str | None = None
    open: bool = True
    due: datetime | None = None  # of a limit in working time it is told (`observed`), all others are counted here
    visits: list[tuple[str, str]] = field(default_factory=list)  # stage, trigger
    handed: str = ""
    items: dict[str, Item] = field(default_factory=dict)
    tasks: list[list[str]] = field(default_factory=list)  # role, stage with which it ends, state
    timers: dict[tuple[str, str], list[Any]] = field(default_factory=dict)  # rule, anchor -> due, state
    score: int = -1  # -1: nobody asked, 0: no answer


@dataclass
class Following:
    now: datetime
    roles: dict[str, set[str]]  # of everybody on the staff
    specs: dict[str, list[Spec]] = field(default_factory=dict)  # flow -> its published versions
    drafts: dict[int, dict[str, Any]] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)  # person, kind of notice
    fired: Counter[tuple[int, str]] = field(default_factory=Counter)  # case, rule
    queue: deque[tuple[Case, str, Facts]] = field(default_factory=deque)

    # -- what follows ----------------------------------------------------------------------------------------------

    def facts(self, case: Case, who: str = "") -> Facts:
        others = [each for each in self.cases.values() if each is not case and each.client == case.client]
        refused = sum(each.outcome == "refused" for each in others)
        there = {key for key, each in case.items.items() if each.status in ("submitted", "approved")}
        return {
            "contract.effective": True,
            "contract.deposit_paid": case.deposit,
            "docs.complete": self._complete(case),
            **{f"docs.proof.{key}": key in there for key in case.items},
            "case.stage": case.stage,
            "case.substate": case.sub,
            "case.applicants": 1,
            **{f"case.{name}": value for name, value in case.fields.items()},
            "applicant.type": case.kind,
            "actor.prepared": bool(who) and who == case.handed,
            "history.refused": refused,
            "client.refused_before": refused > 0,
        }

    def _happened(self, case: Case, event: str, **data: Any) -> None:
        self.queue.append((case, event, {f"event.{name}": value for name, value in data.items()}))

    def _settle(self) -> bool:
        """What follows, and what follows from that, in the order in which it happened."""
        while self.queue:
            case, event, data = self.queue.popleft()
            if event in ("StageLeft", "CaseClosed"):
                for each in case.tasks:
                    ends = each[1] == data["event.stage"] if event == "StageLeft" else bool(each[1])
                    each[2] = "ended" if ends and each[2] == "open" else each[2]
            elif event == "StageEntered":
                self._tell_stage(case)
            if event in ("StageEntered", "FieldSet"):
                self._plan(case)
            for rule in case.spec.rules:
                if rule.get("on") == event:
                    self._run(case, rule, data)
        return True

    def _tell_stage(self, case: Case) -> None:
        (came, _), (stage, trigger) = ["", ""] if len(case.visits) < 2 else case.visits[-2], case.visits[-1]
        if trigger and case.spec.shown(stage) == stage != (came and case.spec.shown(came)):
            self.told[case.client, "stage"] += 1
        people = {case.team[case.spec.stage(stage)["owner"]]}
        known = {"case.substate": case.sub}
        for each in case.spec.steps(stage):
            if each.get("button") != "false" and met(each.get("when"), known, only=known) is not False:
                people |= {case.team[role] for role in each["by"] if role in case.team}
        self.told.update((each, "stage_work") for each in people if case.open)

    def _run(self, case: Case, rule: dict[str, Any], data: Facts) -> None:
        if met(rule.get("when"), self.facts(case) | data) is not True:
            return
        for call in rule["then"]:
            args = call.get("args", {})
            if call["action"] == "advance_case":
                self._move(case, args["trigger"], "")
            elif call["action"] == "create_task":
                stage = case.stage if args.get("stage") == "current" else args.get("stage", "")
                case.tasks.append([args["role"], stage, "open"])
                self.told[case.team[args["role"]], "task"] += 1
                self._happened(case, "TaskCreated")
            elif call["action"] in ("notify_client", "notify_staff"):
                self.told[case.team[args["role"]] if "role" in args else case.client, "message"] += 1
            elif call["action"] == "ask_survey" and case.score < 0:
                case.score = 0
                self.told[case.client, "survey"] += 1

    def _move(self, case: Case, trigger: str, who: str) -> bool:
        """One step of the flow, if it is one for this person (nobody: a rule) in this stage and its guard holds."""
        step = case.spec.step(trigger)
        roles = self.roles[who] if who else {"system"}
        if not case.open or step is None or case.stage not in step["from"] or not roles & set(step["by"]):
            return False
        if met(step.get("when"), self.facts(case, who)) is not True:
            return False
        self._happened(case, "StageLeft", stage=case.stage)
        for key, timer in case.timers.items():
            if case.spec.rule(key[0])["at"]["anchor"] == "stage.due" and timer[1] == "waiting":
                timer[1] = "cancelled"
        case.stage, case.sub, case.handed = step["to"], step.get("substate"), who or case.handed
        case.outcome = step.get("outcome") or case.outcome
        self._enter(case, trigger)
        return True

    def _enter(self, case: Case, trigger: str) -> None:
        stage = case.spec.stage(case.stage)
        span = stage.get("due", "")
        case.due = self.now + timedelta(days=int(span[:-2])) if span.endswith("cd") else None
        case.visits.append((case.stage, trigger))
        self._happened(case, "StageEntered", trigger=trigger, stage=case.stage)
        if "final" in stage:
            case.open, case.due = False, None
            for timer in case.timers.values():
                timer[1] = "cancelled" if timer[1] == "waiting" else timer[1]
            self._happened(case, "CaseClosed")

    def _anchor(self, case: Case, rule: str) -> str:
        name = case.spec.rule(rule)["at"]["anchor"]
        return (case.due.isoformat() if case.due else "") if name == "stage.due" else case.fields.get(name[5:], "")

    def _plan(self, case: Case) -> None:
        for rule in case.spec.rules if case.open else ():
            anchor = self._anchor(case, rule["key"]) if "at" in rule else ""
            known = case.timers.get((rule["key"], anchor))
            if not anchor or (known and known[1] != "cancelled"):
                continue
            dated = rule["at"]["anchor"] != "stage.due"
            for key, timer in case.timers.items():
                if dated and key[0] == rule["key"] and timer[1] == "waiting":
                    timer[1] = "cancelled"
            start = datetime.fromisoformat(f"{anchor}T01:00+00:00" if dated else anchor)  # 9:00 in Shanghai
            due = start + value_of(rule["at"]["offset"])
            if due > self.now:
                case.timers[rule["key"], anchor] = [due, "waiting"]

    # -- documents -------------------------------------------------------------------------------------------------

    def _require(self, case: Case) -> None:
        facts = self.facts(case)
        for spec in case.spec.items:
            wanted = met(spec.get("required_when"), facts) is True and not spec.get("proof")
            group = case.spec.groups.get(spec.get("group", ""), {})
            case.items[spec["key"]].required = wanted and met(group.get("required_when"), facts) is True

    def _ask_again(self, case: Case, key: str) -> bool:
        item = case.items[key]
        item.asked, item.status = True, {"approved": "rework", "waived": "todo"}.get(item.status, item.status)
        self.told[case.client, "reopened"] += 1
        self._happened(case, "ItemsReopened")
        return True

    def missing(self, case: Case) -> Iterator[str]:
        """Items that are wanted; of alternatives the first one until one of them is done or asked for by name."""
        seen = set[str]()
        for spec in case.spec.items:
            item, group = case.items[spec["key"]], spec.get("group", "")
            kin = [case.items[each["key"]] for each in case.spec.items if group and each.get("group") == group]
            settled = group in seen or any(each.asked or each.status in ("approved", "waived") for each in kin)
            if item.status not in ("approved", "waived") and (item.asked or (item.required and not settled)):
                seen.add(group or spec["key"])
                yield spec["key"]

    def _complete(self, case: Case) -> bool:
        return next(self.missing(case), None) is None

    def _completed(self, case: Case, before: bool) -> bool:
        if not before and self._complete(case):
            self._happened(case, "ChecklistCompleted")
        return self._settle()
