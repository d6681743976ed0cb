"""Tells what happened to a case with what each event changed: the log is replayed, so that "from" is known too."""

from dataclasses import dataclass, field
from typing import Any, Final

from admin_api.desk import Desk
from admin_api.masked import name_under
from admin_api.schemas.documents import Who
from admin_api.schemas.ids import ids_as_text
from admin_api.schemas.timeline import Happened, ItemMark, VersionMark
from core.events.event import EVENTS
from core.store.reading import Reader
from core.views.timeline import Happening, timeline

MOST: Final = 5000  # events of one case that are told
_STATUS: Final = {
    "DocumentSubmitted": "submitted",
    "DocumentApproved": "approved",
    "DocumentRejected": "rework",
    "ItemWaived": "waived",
    "DocumentLapsed": "rework",
    "DocumentRestored": "approved",
}
_FIXED: Final[dict[str, tuple[str | None, str]]] = {
    "CaseOpened": (None, "open"),
    "CaseClosed": ("open", "closed"),
    "TaskCreated": (None, "open"),
    "TaskDone": ("open", "done"),
    "TaskEnded": ("open", "ended"),
    "ContractActivated": ("draft", "effective"),
    "DepositRecorded": ("open", "paid"),
}
_REOPENED: Final = {"approved": "rework", "waived": "todo"}
_TOLD_APART: Final = frozenset({"item_id", "item", "version_id", "version", "sha256", "channel", "reason", "words"})
_ELSEWHERE: Final = frozenset({"text"})  # what was said stands in the conversation, with rights of its own

Change = tuple[str | None, str | None]


@dataclass(slots=True)
class _Replay:
    """Where the case and its items were before each event."""

    stage: str | None = None
    substate: str | None = None
    items: dict[int, str] = field(default_factory=dict)

    def change(self, event: Happening, item_id: int | None) -> Change:
        """From what to what; ``item_id`` chooses one of several items."""
        data, kind = event.data, event.type
        if kind in _STATUS:
            return self._item(data["item_id"], _STATUS[kind])
        match kind:
            case "StageEntered":
                before, self.stage, self.substate = self.stage, data["stage"], data.get("substate")
                return before, self.stage
            case "CaseMigrated":
                before, self.stage = self.stage, data["stage_after"]
                return before, self.stage
            case "StageLeft":
                return data["stage"], data["to"]
            case "SubstateSet":
                before, self.substate = self.substate, data["substate"]
                return before, self.substate
            case "ItemsReopened":
                changes = {each: self._reopened(each) for each in data["item_ids"]}
                return changes.get(item_id if item_id is not None else data["item_ids"][0], (None, None))
            case "RoleAssigned" | "TaskGiven":
                return _text(data.get("before")), _text(data["staff_id"])
        return _FIXED.get(kind, (None, None))

    def _item(self, item_id: int, status: str) -> Change:
        before, self.items[item_id] = self.items.get(item_id, "todo"), status
        return before, status

    def _reopened(self, item_id: int) -> Change:
        before = self.items.get(item_id, "todo")
        return self._item(item_id, _REOPENED.get(before, before))


def tell(desk: Desk, reader: Reader, case_id: int, *, item_id: int | None, everything: bool) -> list[Happened]:
    """The case's events, oldest first; with ``item_id`` only those about that item."""
    masks, replay = desk.masks("client"), _Replay()
    events = []
    for each in reversed(timeline(reader, case_id, everything=True, limit=MOST)):
        change = replay.change(each, item_id)
        if (item_id is None or _concerns(each, item_id)) and (everything or EVENTS[each.type].shown):
            name = name_under(masks, each.actor_name) if each.actor_kind == "client" else each.actor_name
            events.append(_happened(each, change, name))
    return events


def _happened(event: Happening, change: Change, name: str) -> Happened:
    data = event.data
    has_item, has_version = "item_id" in data, "version_id" in data and "version" in data
    return Happened(
        seq=event.seq,
        event=event.type,
        at=event.at,
        who=Who(kind=event.actor_kind, id=event.actor_id, name=name),
        on_behalf_of=None if event.behalf_id is None else Who(kind="staff", id=event.behalf_id, name=event.behalf_name),
        channel=event.channel,
        from_=change[0],
        to=change[1],
        reason=data.get("reason") or None,
        words=data.get("words") or None,
        item=ItemMark(id=data["item_id"], key=data["item"]) if has_item else None,
        version=VersionMark(id=data["version_id"], n=data["version"]) if has_version else None,
        sha256=data.get("sha256") or None,
        correlation=event.correlation,
        details=_details(data),
    )


def _details(data: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in data.items() if name not in _TOLD_APART | _ELSEWHERE}
    told: dict[str, Any] = ids_as_text(rest)
    return told


def _concerns(event: Happening, item_id: int) -> bool:
    return event.data.get("item_id") == item_id or item_id in event.data.get("item_ids", ())


def _text(value: object) -> str | None:
    return None if value is None else str(value)
