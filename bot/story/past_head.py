"""Who was there when a case began, and what was sold, as its story says it: all with stand-ins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.story.past_deeds import Masking
from bot.story.standins import EMAIL, PHONE, instead_of, masked_fields
from core.clients.tables import client_tag
from core.ledger.tables import audit
from core.staff.policy import ROLES
from core.store.reading import Reader
from core.store.sealing import Row


@dataclass(frozen=True, slots=True)
class Beginning:
    """``people``: (kind, id) -> key in the story; ``wards``: who follows the client's cases, each with his file."""

    reader: Reader
    row: Row
    client: Row
    contract: Row | None
    staff: Mapping[int, Row]
    wards: Sequence[tuple[Row, Row]]
    applicants: Sequence[Row]
    events: Sequence[Row]
    people: Mapping[tuple[str, int], str]
    masking: Masking
    note: Callable[[str, str], None]

    def head(self) -> dict[str, Any]:
        """Language, people and contract of the story."""
        row, members, names = self.row, self.staff, self.masking.names
        people: dict[str, Any] = {"client": self._person()}
        people |= {self.people["client", file["id"]]: self._guardian(link, file) for link, file in self.wards}
        for number, member in members.items():
            roles = [each for each in member["roles"] if each in ROLES]
            if len(roles) < len(member["roles"]):
                self.note(
                    "员工的自定义角色未导出，剧本只认识内置角色",
                    "Roles that the agency made itself were left out: a story knows the built-in ones",
                )
            known = {"name": names.colleague(member["name"]), "roles": roles or ["admin"]}
            people[self.people["staff", number]] = {**known, "language": member["language"]}
        agreed = self.contract
        if agreed is None:
            self.note("该案件没有合同，剧本给它补了一份", "The case had no contract; the story gives it one")
        values = row["fields"] if agreed is None else agreed["fields"]
        fields, masked = masked_fields(self.masking.flow, values, self.masking.flow_words, names)
        for key in masked:
            self.note(f"字段 {key} 的值已替换", f"The value of the field {key} was replaced")
        team = row["team"] if agreed is None else agreed["team"]
        sold = {
            "client": "client",
            "number": "HT-0001",
            "travellers": self._travellers(),
            "fields": fields,
            "team": {role: self.people["staff", who] for role, who in team.items() if who in members},
        }
        return {"language": self.client["language"], "people": people, "contract": sold}

    def _person(self) -> dict[str, Any]:
        known = self._reached(self.client, self._first_language())
        if any(each["type"] in ("ConsentGiven", "ConsentRefused") for each in self.events):
            known["consent"] = False
        if tags := self._tags():
            known["tags"] = tags
        turned = [each["type"] for each in self.events if each["type"] in ("ClientOptedOut", "ClientOptedIn")]
        off = turned[0] == "ClientOptedIn" if turned else self.client["promotion_off_at"] is not None
        return {**known, "promotion": False} if off else known

    def _reached(self, file: Row, language: str) -> dict[str, Any]:
        known = {"name": self.masking.names.name(file["name"]), "language": language}
        for way, usual in (("phone", PHONE), ("email", EMAIL)):
            theirs = [self.client[way], *(each[way] for _, each in self.wards)]
            known[way] = instead_of(file[way], usual, theirs)
        return known

    def _guardian(self, link: Row, file: Row) -> dict[str, Any]:
        """Follows the client from the beginning, unless the case's log says when that began."""
        known = self._reached(file, file["language"])
        began = any(each["type"] == "GuardianSet" and each["data"]["person_id"] == file["id"] for each in self.events)
        if began or link["since"] > self.row["opened_at"]:
            return known
        return {**known, "follows": "client", **({} if link["notify"] else {"hears": False})}

    def _tags(self) -> list[str]:
        """Those that he carried when the case was opened and that the flow itself says: others are free words."""
        first: dict[str, str] = {}
        for each in self.events:
            if each["type"] in ("ClientTagged", "ClientUntagged"):
                first.setdefault(each["data"]["tag"], each["type"])
        opened = self.row["opened_at"]
        carried = [tag for tag, kind in first.items() if kind == "ClientUntagged"]
        for each in self.reader.find(client_tag, client_id=self.client["id"]):
            there = each["at"] <= opened and (each["removed_at"] is None or each["removed_at"] > opened)
            if there and each["tag"] not in first:
                carried.append(each["tag"])
        said = [tag for tag in carried if tag in self.masking.flow_words]
        if len(said) < len(carried):
            self.note("流程未提到的客户标签未导出", "Tags of the client that the flow does not name were left out")
        return said

    def _first_language(self) -> str:
        """The one that he has now, turned back by every switch that he has said since."""
        since = audit.c.at >= self.row["opened_at"]
        his = (audit.c.actor_kind == "client", audit.c.actor_id == self.row["client_id"])
        switched = len(self.reader.find(audit, *his, since, command="SetClientLanguage", outcome="done"))
        languages = ("zh-CN", "en")
        return languages[(languages.index(self.client["language"]) + switched) % 2]

    def _travellers(self) -> list[dict[str, str]]:
        later = {each["data"]["applicant_id"] for each in self.events if each["type"] == "TravellerAdded"}
        first = [each for each in self.applicants if each["id"] not in later]
        return [{"name": self.masking.names.name(each["name"]), "kind": each["kind"]} for each in first]
