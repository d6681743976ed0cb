"""The reference model: what cases, documents, tasks, timers and chats must be like after every act.

Plain Python over the flow files, which it reads by itself: nothing of the product is imported, so that one mistake is
not made twice. Every act returns whether it is allowed; one that is not changes nothing.
"""

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
class Model:
    now: datetime
    roles: dict[str, set[str]]  # of everybody on the staff
    specs: dict[str, list[Spec]] = field(default_factory=dict)  # flow -> its published versions
    drafts: dict[int, dict[str, Any]] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    told: Counter[tuple[str, str]] = field(default_factory=Counter)  # person, kind of notice
    fired: Counter[tuple[int, str]] = field(default_factory=Counter)  # case, rule
    queue: deque[tuple[Case, str, Facts]] = field(default_factory=deque)

    # -- what people do --------------------------------------------------------------------------------------------

    def publish(self, spec: Spec) -> bool:
        known = self.specs.setdefault(spec.key, [])
        if fresh := all(each.version != spec.version for each in known):
            known.append(spec)
        return fresh

    def draft(self, number: int, **what: Any) -> bool:
        self.drafts[number] = {"deposit": False, **what}
        return True

    def deposit(self, number: int, who: str) -> bool:
        draft = self.drafts[number]
        if draft["deposit"] or not self.roles[who] & {"finance", "supervisor"}:
            return False
        draft["deposit"] = True
        if number in self.cases:
            self.cases[number].deposit = True
        return True

    def activate(self, number: int, who: str) -> bool:
        if number in self.cases or not self.roles[who] & {"sales", "consultant", "supervisor"}:
            return False
        draft = self.drafts[number]
        case = self.cases[number] = Case(self.specs[draft.pop("flow")][-1], **draft)  # the newest version, for good
        case.stage = case.spec.stages[0]["key"]
        case.items = {each["key"]: Item(False) for each in case.spec.items}
        self._require(case)
        self._enter(case, "")
        self._happened(case, "ContractActivated")
        return self._settle()

    def advance(self, case: Case, trigger: str, who: str) -> bool:
        return who in case.team.values() and self._move(case, trigger, who) and self._settle()

    def supplement(self, case: Case, key: str, who: str) -> bool:
        if who not in case.team.values() or key not in case.items or not self._move(case, "ask_supplement", who):
            return False
        return self._ask_again(case, key) and self._settle()

    def open_item(self, case: Case, key: str, who: str) -> bool:
        return case.open and who in case.team.values() and self._ask_again(case, key) and self._settle()

    def substate(self, case: Case, sub: str, who: str) -> bool:
        known = [each["key"] for each in case.spec.stage(case.stage).get("substates", ())]
        if not case.open or sub not in known or who not in case.team.values():
            return False
        if case.sub != sub:
            case.sub = sub
            self.told[case.client, "substate"] += 1
            self._happened(case, "SubstateSet")
        return self._settle()

    def fill(self, case: Case, values: Facts, who: str) -> bool:
        if not case.open or who not in case.team.values():
            return False
        case.fields |= values
        self._happened(case, "FieldSet", fields=list(values))
        self._require(case)
        return self._settle()

    def submit(self, case: Case, key: str, who: str) -> bool:
        """A picture for one item; a client sends only what is on his list."""
        item, spec = case.items[key], case.spec.item(key)
        listed = (item.required or item.asked or item.status != "todo") and "proof" not in spec
        mine = listed if who == case.client else who in case.team.values()
        if (
            not case.open
            or not mine
            or item.status in ("approved", "waived")
            or "jpg" not in spec.get("accept", ["jpg"])
        ):
            return False
        if item.current is not None and item.versions[item.current] == "submitted":
            item.versions[item.current] = "replaced"
        item.versions.append("submitted")
        item.current, item.status = len(item.versions) - 1, "submitted"
        self.told[case.team["reviewer"], "review"] += 1
        self._happened(case, "DocumentSubmitted", item=key)
        return self._settle()

    def withdraw(self, case: Case, key: str, n: int) -> bool:
        item = case.items[key]
        if not case.open or item.current != n or item.versions[n] != "submitted":
            return False
        item.versions[n], after = "withdrawn", {"replaced": "submitted", "rejected": "rework", "approved": "rework"}
        item.current = next((at for at in reversed(range(n)) if item.versions[at] in after), None)
        item.status = "todo" if item.current is None else after[item.versions[item.current]]
        if item.status == "submitted" and item.current is not None:
            item.versions[item.current] = "submitted"
        return True

    def review(self, case: Case, key: str, n: int, verdict: str, who: str, *, reason: str, ticked: bool) -> bool:
        item, may = case.items[key], self.roles[who] & {"consultant", "copywriter", "reviewer", "supervisor"}
        if n >= len(item.versions) or item.versions[n] != "submitted" or who not in case.team.values() or not may:
            return False
        if verdict == "approved" and case.spec.by_eye(key) and not ticked:
            return False
        before, item.versions[n] = self._complete(case), verdict
        item.status = "approved" if verdict == "approved" else "rework"
        self.told[case.client, item.status] += 1
        name = "DocumentApproved" if verdict == "approved" else "DocumentRejected"
        self._happened(case, name, item=key, reason=reason)
        return self._completed(case, before)

    def waive(self, case: Case, key: str, who: str) -> bool:
        if not case.open or "supervisor" not in self.roles[who] or case.items[key].status == "waived":
            return False
        before, case.items[key].status = self._complete(case), "waived"
        return self._completed(case, before)

    def finish_task(self, case: Case, number: int) -> bool:
        if allowed := case.tasks[number][2] == "open":
            case.tasks[number][2] = "done"
            self._happened(case, "TaskDone")
        return allowed and self._settle()

    def rate(self, case: Case, score: int) -> bool:
        if case.score:
            return False
        case.score = score
        self._happened(case, "SurveyAnswered", score=score)
        return self._settle()

    def observed(self, case: Case, due: datetime | None) -> None:
        """When a limit ends that is given in working hours; what hangs on it is planned."""
        case.due = due
        self._plan(case)

    def tick(self, now: datetime) -> None:
        """The clock has moved: what is due fires, once."""
        self.now = now
        due = [(each[0], number, key) for number, case in self.cases.items() for key, each in case.timers.items()]
        for moment, number, key in sorted(due, key=lambda each: each[0]):
            case = self.cases[number]
            if moment <= now and case.timers[key][1] == "waiting":
                case.timers[key][1] = "fired"
                self.fired[number, key[0]] += 1
                if case.open and self._anchor(case, key[0]) == key[1]:
                    self._run(case, case.spec.rule(key[0]), {})
                self._settle()

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
