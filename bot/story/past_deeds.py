"""What was done with a real case elsewhere than in a chat, as `does` steps of its story, as far as its log tells."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.story.neutral import Speech
from bot.story.standins import Standins, masked_fields
from bot.story.verbs import OFFICE
from core.cases.handovers import WAY
from core.cases.tables import applicant, document_version, item
from core.engine.flow import Flow
from core.events.event import EVENTS
from core.ledger.tables import audit
from core.store.reading import Reader
from core.store.sealing import Row

Deed = tuple[int, datetime, str, str, dict[str, Any]]
"""Id of its event, moment, who, "does", and the command with its arguments."""
Note = Callable[[str, str], None]
_DOORS: Final = frozenset({"api", "cli"})
_OF_THE_BEGINNING: Final = frozenset({"CaseOpened", "ContractActivated", "DepositRecorded", "ContractDrafted"})
_FOLLOW: Final = frozenset({"StageLeft", "CaseClosed", "ChecklistCompleted", "LimitPaused", "LimitResumed"})
"""Events that another one of the same deed brings with it."""
_REASON: Final = "（原因已隐去 / reason masked）"


@dataclass(frozen=True, slots=True)
class Masking:
    """What turns values and words of a case into those of its story."""

    names: Standins
    speech: Speech
    flow: Flow
    flow_words: str


def deeds_of(
    reader: Reader,
    row: Row,
    events: Sequence[Row],
    people: Mapping[tuple[str, int], str],
    masking: Masking,
    services: Collection[str],
    note: Note,
) -> Iterator[Deed]:
    """Of every deed over the API or at the command line, in their order; what the log does not tell enough of is
    noted. ``services``: those of the house that the story has."""
    for each in events:
        name = each["type"]
        told = name in EVENTS and EVENTS[name].shown and name not in _OF_THE_BEGINNING | _FOLLOW
        if each["door"] not in _DOORS or not told or _by_itself(each, masking.flow):
            continue
        who = people.get((each["actor_kind"], each["actor_id"]), OFFICE)
        done = _Deeds(reader, row, people, masking, services, note).of(each)
        if done is None:
            note(f"通过接口所做的 {name} 无法写进剧本", f"{name} was done over the API and cannot be told in a story")
        else:
            yield each["id"], each["at"], who, "does", done


def _by_itself(event: Row, flow: Flow) -> bool:
    """Whether it came of itself: a computed field, or what the answer to a hand-over brings with it."""
    data = event["data"]
    steps = {key for stage in flow.stages if stage.handover is not None for key in stage.handover.steps}
    return bool(data.get("computed") or data.get("way") == WAY or data.get("trigger") in steps)


class _Deeds:
    """One event as the command that it came of."""

    def __init__(
        self,
        reader: Reader,
        row: Row,
        people: Mapping[tuple[str, int], str],
        masking: Masking,
        services: Collection[str],
        note: Note,
    ) -> None:
        self._reader, self._row, self._people, self._services = reader, row, people, services
        self._masking, self._note = masking, note

    def of(self, event: Row) -> dict[str, Any] | None:
        """None for what a story cannot say."""
        data = event["data"]
        match event["type"]:
            case "StageEntered" if data["trigger"]:
                reason = {"reason": _REASON} if data["reason"] else {}
                return {"AdvanceCase": {"trigger": data["trigger"], **reason}}
            case "HandoverOffered":
                return {"ProposeHandover": {}}
            case "HandoverAccepted":
                return {"AcceptHandover": {}}
            case "HandoverReturned":
                return {"ReturnHandover": {"reason": _REASON}}
            case "ServiceAdded" if not data.get("house") or data["service"] in self._services:
                return {"AddService": {"service": data["service"]}}
            case "VoteCast":
                words = {"words": _REASON} if data["words"] else {}
                score = {} if data["score"] is None else {"score": data["score"]}
                return {"CastVote": {"vote": data["vote"], **score, **words}}
            case "SubstateSet":
                return {"SetSubstate": {"substate": data["substate"]}}
            case "FieldSet":
                return self._fields(data["fields"])
            case "DocumentApproved" | "DocumentRejected":
                return self._review(data)
            case "ItemWaived":
                return {"WaiveItem": {"item": self._item(data["item_id"]), "reason": _REASON}}
            case "ItemsReopened":
                return {self._command(event): {"items": sorted(set(data["items"])), "reason": _REASON}}
            case "TravellerAdded":
                return self._traveller(data["applicant_id"])
            case "ClientTagged":
                return {"TagClient": {"client": "client", "tag": self._masking.speech.tag(data["tag"])}}
            case "ClientUntagged" if data["tag"] in self._masking.flow_words:
                return {"UntagClient": {"client": "client", "tag": data["tag"]}}
            case "GuardianSet" | "GuardianEnded" if ("client", data["person_id"]) in self._people:
                told = {"ends": True} if event["type"] == "GuardianEnded" else {"notify": data["notify"]}
                person = self._people["client", data["person_id"]]
                return {"SetGuardian": {"client": "client", "person": person, **told}}
            case "ClientOptedOut" | "ClientOptedIn":
                return {"SetPromotion": {"client": "client", "wanted": event["type"] == "ClientOptedIn"}}
            case "RoleAssigned" if ("staff", data["staff_id"]) in self._people:
                return {"AssignRole": {"role": data["role"], "staff": self._people["staff", data["staff_id"]]}}
        return None

    def _fields(self, keys: Sequence[str]) -> dict[str, Any] | None:
        values = {key: self._row["fields"].get(key) for key in keys}
        kept, masked = masked_fields(self._masking.flow, values, self._masking.flow_words, self._masking.names)
        self._note(
            "通过接口填写的字段只留存最后的值，剧本用的是它",
            "Of fields set over the API only the last value is kept; the story uses that one",
        )
        for key in masked:
            self._note(f"字段 {key} 的值已替换", f"The value of the field {key} was replaced")
        return {"SetFields": {"fields": kept}} if kept else None

    def _review(self, data: Mapping[str, Any]) -> dict[str, Any]:
        version = self._reader.peek(document_version, data["version_id"]) or {}
        told: dict[str, Any] = {"item": self._item(data["item_id"])}
        if "reason" not in data:
            dates = {name: f"{day[:8]}01" for name, day in (version.get("dates") or {}).items()}
            ticks = {"ticks": list(version["ticks"])} if version.get("ticks") else {}
            return {"ReviewDocument": {**told, "decision": "approved", **ticks, **({"dates": dates} if dates else {})}}
        words = {"words": _REASON} if data["words"] else {}
        return {"ReviewDocument": {**told, "decision": "rejected", "reason": data["reason"], **words}}

    def _item(self, row_id: int) -> str:
        """As a story names it: its key, and whose where it is a traveller's."""
        row = self._reader.peek(item, row_id) or {}
        whose = self._reader.peek(applicant, row["applicant_id"] or 0)
        return str(row["key"]) if whose is None else f"{row['key']}/{self._masking.names.name(whose['name'])}"

    def _traveller(self, row_id: int) -> dict[str, Any] | None:
        found = self._reader.peek(applicant, row_id)
        if found is None:
            return None
        return {"AddTraveller": {"traveller": {"name": self._masking.names.name(found["name"]), "kind": found["kind"]}}}

    def _command(self, event: Row) -> str:
        """Two commands open items again; the audit knows which it was."""
        asked = self._reader.first(audit, correlation=event["correlation"], command="OpenItems", outcome="done")
        return "AskSupplement" if asked is None else "OpenItems"
