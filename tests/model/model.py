"""The reference model: what cases, documents, tasks, timers and chats must be like after every act.

Plain Python over the flow files, which it reads by itself: nothing of the product is imported, so that one mistake is
not made twice. Every act returns whether it is allowed; one that is not changes nothing.
"""

from datetime import datetime
from typing import Any

from tests.model.follows import Case, Following, Item
from tests.model.terms import Facts, Spec


class Model(Following):
    """What people, the platform and the clock do."""

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
        item.versions[n] = "withdrawn"
        after = {"replaced": "submitted", "rejected": "rework", "approved": "rework", "waived": "todo"}
        item.current = next((at for at in reversed(range(n)) if item.versions[at] in after), None)
        item.status = "todo" if item.current is None else after[item.versions[item.current]]
        if item.status == "submitted" and item.current is not None:
            item.versions[item.current] = "submitted"
        return True

    def review(self, case: Case, key: str, n: int, verdict: str, who: str, *, reason: str, ticked: bool) -> bool:
        item, may = case.items[key], self.roles[who] & {"consultant", "copywriter", "reviewer", "supervisor"}
        if not case.open or n >= len(item.versions) or item.versions[n] != "submitted":
            return False
        if who not in case.team.values() or not may:
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
        before, item = self._complete(case), case.items[key]
        item.status = "waived"
        if item.current is not None and item.versions[item.current] == "submitted":
            item.versions[item.current] = "waived"
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
