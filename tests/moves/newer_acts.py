"""What people do with the newer words of the language: they vote, hand over, pause, start children, add services."""

from typing import Any

from core.cases.approval_tables import approval, approval_seat
from core.cases.tables import case, case_handover
from core.commands.approvals import CastVote, OverrideApproval, Result
from core.commands.cases import SetFields, SetSubstate
from core.commands.children import StartChild
from core.commands.handovers import AcceptHandover, ProposeHandover, ReturnHandover
from core.commands.services import AddService
from core.commands.values import FieldValue
from core.store.sealing import Row
from tests.moves.acts import Acts
from tests.moves.world import TEAM, Wrong


class NewerActs:
    """Draws are whole numbers; each picks among what there is."""

    def __init__(self, acts: Acts) -> None:
        self.acts, self.world = acts, acts.world

    def name(self, staff_id: int) -> str:
        return next(name for name, who in self.world.people.items() if who == ("staff", staff_id))

    def vote(self, pick: int, *, agree: bool) -> None:
        """Somebody who has a seat and no vote yet may give it; nobody else may. One in eight is decided over."""
        rounds = self.acts.find(approval, state="open")
        if not rounds:
            return
        chosen = rounds[pick % len(rounds)]
        about = {"case_id": chosen["case_id"], "approval_id": chosen["id"]}
        if not pick // 8 % 8:
            outcome: Result = "approved" if agree else "declined"
            self.world.do("override", "丙", OverrideApproval(**about, outcome=outcome, reason="由主管决定"))
            return
        seats = {each["staff_id"]: each["vote"] for each in self.acts.find(approval_seat, approval_id=chosen["id"])}
        names = [self.name(each) for each in seats] if pick & 7 else ["甲", "乙", "丙", "丁"]
        if not names:
            return
        who = names[pick // 64 % len(names)]
        score = None if chosen["mean"] is None else 80
        command = CastVote(**about, vote="for" if agree else "against", words="如上", score=score)
        done, _ = self.world.do("vote", who, command)
        number = self.world.people[who][1]
        if done and number not in seats:
            raise Wrong(f"{who} has no seat in round {chosen['id']} and voted")
        if done is False and seats.get(number, "") is None:
            raise Wrong(f"{who} has a seat in round {chosen['id']} and may not vote: {self.world.host.refusal!r}")

    def hand_over(self, draw: int, pick: int) -> None:
        """What is offered is accepted or returned; else a case is offered, mostly with its form filled."""
        offered = self.acts.find(case_handover, state="offered")
        if offered and pick & 3:
            chosen = offered[pick // 4 % len(offered)]
            about: dict[str, Any] = {"case_id": chosen["case_id"], "handover_id": chosen["id"]}
            command = AcceptHandover(**about) if pick // 16 & 3 else ReturnHandover(**about, reason="缺材料")
            self.world.do("answer", self.name(chosen["receiver_id"]), command)
            return
        if (found := self._at(draw, "handover")) is None:
            return
        row, stage, version = found
        missing = [key for key in stage["handover"].get("form", ()) if row["fields"].get(key) is None]
        values: dict[str, FieldValue] = {"int": 7, "bool": True, "text": "about", "date": "2026-03-12"}
        for key in missing if pick // 64 & 3 else ():
            if (value := values.get(version.piece("fields", key)["type"])) is not None:
                self.world.do("fill", "甲", SetFields(case_id=row["id"], fields={key: value}))
        self.world.do("hand over", TEAM[stage["owner"]], ProposeHandover(case_id=row["id"]))

    def pause(self, draw: int, pick: int) -> None:
        """The limit stands still; whatever the client says lets it go on."""
        if (found := self._at(draw, "pause")) is None:
            return
        row, stage, _ = found
        if row["paused_at"] is not None and pick & 1:
            who = next(name for name, who in self.world.people.items() if who == ("client", row["client_id"]))
            self.world.deliver(who, text="我已经补好了，请继续")
            self.world.saw["client writes"] += 1
            return
        wanted = stage["pause"]["substates"][0]
        self.world.do("pause", "甲", SetSubstate(case_id=row["id"], substate=wanted))

    def child(self, draw: int, pick: int) -> None:
        if (found := self.acts.case(draw)) is not None and (there := found[1].tree.get("children")):
            chosen = there[pick % len(there)]["key"]
            self.world.do("child", "甲", StartChild(case_id=found[0]["id"], child=chosen))

    def service(self, draw: int, pick: int) -> None:
        if (found := self.acts.case(draw)) is not None and (there := found[1].tree.get("services")):
            self.world.do("service", "甲", AddService(case_id=found[0]["id"], service=there[pick % len(there)]["key"]))

    def _at(self, draw: int, part: str) -> tuple[Row, Any, Any] | None:
        """A case that stands in a stage with this."""
        rows = [(row, self.acts.version(row)) for row in self.acts.find(case, state="open")]
        found = [(row, version.piece("stages", row["stage"]), version) for row, version in rows]
        found = [each for each in found if each[1] is not None and part in each[1]]
        return found[draw % len(found)] if found else None
