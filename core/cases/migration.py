"""A case goes over to another version of its flow, and back. Nothing that was sent is ever lost: an item that the new
version does not have keeps its row and its files, and a value that it does not take is kept with the move."""

from collections.abc import Mapping
from typing import Any, Final

from core.bus.deed import Deed
from core.cases import pausing
from core.cases.moving import CaseMove, unfit
from core.cases.rounds import end_round
from core.cases.tables import case, case_event, case_migration, document_version, item, stage_span
from core.engine.text import Words
from core.kit.errors import NotPossibleNow
from core.store.reading import Lookup
from core.store.sealing import Row

_OF_ITEM: Final = ("key", "group_key", "required", "asked", "position", "dropped")
_PENDING: Final = ("submitted", "partial")
MOVED_ON: Final = frozenset(
    {
        "ApprovalDecided",
        "CaseClosed",
        "CaseMigrated",
        "DocumentApproved",
        "DocumentExtended",
        "DocumentRejected",
        "DocumentSubmitted",
        "DocumentWithdrawn",
        "FieldSet",
        "FirstApproval",
        "ItemWaived",
        "ItemsReopened",
        "LimitPaused",
        "LimitResumed",
        "StageEntered",
        "SubstateSet",
        "TravellerAdded",
        "VoteCast",
    }
)
"""After one of these, going back would undo what somebody has done since."""


def carry_over(move: CaseMove, deed: Deed) -> dict[str, Any]:
    """Write what was planned. Returns what the case was, as `put_back` wants it."""
    row, after = move.row, move.after
    before = _kept(row, deed)
    end_round(row, deed)
    _to_stage(row, after["stage"], deed)
    if after["paused_at"] is None:
        pausing.note(row, deed)
    names = ("stage", "substate", "due", "fields", "flow_version_id", *pausing.RUNNING)
    for each in move.items:
        if each.row is None:
            deed.uow.add(item, case_id=row["id"], status_at=deed.now, **each.after)
            continue
        deed.uow.change(item, each.row["id"], **each.after)
        if each.change == "dropped":
            _set_aside(each.row, deed)
        elif each.change == "revived":
            _count_again(each.row, deed)
    deed.uow.change(case, row["id"], **{name: after[name] for name in names})
    return before


def put_back(row: Row, before: Mapping[str, Any], version_id: int, due: Any, deed: Deed) -> None:
    """The case as it was before it went over; rows of the checklist that were made since are kept as dropped."""
    end_round(row, deed)
    _to_stage(row, before["stage"], deed)
    were: dict[int, dict[str, Any]] = {int(key): value for key, value in before["items"].items()}
    for each in deed.uow.find(item, case_id=row["id"]):
        deed.uow.change(item, each["id"], **were.get(each["id"], {"dropped": True, "required": False, "asked": False}))
    statuses: dict[int, str] = {int(key): value for key, value in before["pending"].items()}
    for each in deed.uow.find(document_version, case_id=row["id"]):
        status = statuses.get(each["id"], "dropped" if each["status"] in _PENDING else each["status"])
        if status != each["status"]:
            deed.uow.change(document_version, each["id"], status=status)
    values = {name: before[name] for name in ("stage", "substate", "fields")}
    values |= pausing.put_back(row, before.get("pause", {}), deed)
    deed.uow.change(case, row["id"], due=due, flow_version_id=version_id, **values)


def moved_on(lookup: Lookup, case_id: int, seq: int) -> str | None:
    """The kind of the first event after number `seq` that stands in the way of going back; None when there is none."""
    later = lookup.find(case_event, case_event.c.seq > seq, case_id=case_id, order=case_event.c.seq)
    return next((each["type"] for each in later if each["type"] in MOVED_ON and not _of_a_day(each)), None)


def _of_a_day(event: Row) -> bool:
    """What a new day has brought is nobody's work: it is worked out anew after going back."""
    return event["type"] == "FieldSet" and bool(event["data"].get("by_day"))


def settle(deed: Deed, row: Row, state: str, why: Words | None = None, **more: Any) -> None:
    """How it ended for one case of a batch."""
    deed.uow.change(case_migration, row["id"], state=state, why=why, settled_at=deed.now, **more)


def _kept(row: Row, deed: Deed) -> dict[str, Any]:
    versions = deed.uow.find(document_version, case_id=row["id"])
    return {
        "stage": row["stage"],
        "substate": row["substate"],
        "due": None if row["due"] is None else row["due"].isoformat(),
        "pause": pausing.kept_of(row),
        "fields": dict(row["fields"]),
        "items": {
            str(each["id"]): {name: each[name] for name in _OF_ITEM} for each in deed.uow.find(item, case_id=row["id"])
        },
        "pending": {str(each["id"]): each["status"] for each in versions if each["status"] in _PENDING},
    }


def _to_stage(row: Row, stage: str, deed: Deed) -> None:
    """The span that runs goes on under the new name, from the moment at which it was entered."""
    span = deed.uow.first(stage_span, case_id=row["id"], left=None)
    if span is not None and span["stage"] != stage:
        deed.uow.change(stage_span, span["id"], stage=stage)


def _set_aside(row: Row, deed: Deed) -> None:
    """Nobody is to decide any more on what was sent for an item that is not asked; it stays as it was sent."""
    for version in deed.uow.find(document_version, item_id=row["id"]):
        if version["status"] in _PENDING:
            deed.uow.change(document_version, version["id"], status="dropped")


def _count_again(row: Row, deed: Deed) -> None:
    """What waited for a decision when the item was dropped waits again."""
    version = None if row["current_id"] is None else deed.uow.get(document_version, row["current_id"])
    if version is not None and version["status"] == "dropped":
        status = "submitted" if row["status"] == "submitted" else "partial"
        deed.uow.change(document_version, version["id"], status=status)


def elsewhere() -> NotPossibleNow:
    """The case is not on the version that it was on when the batch was made."""
    return unfit("案件已不在原来的版本上", "the case is not on that version any more")


def why(refusal: NotPossibleNow) -> Words:
    """Its reasons as one sentence in each language."""
    reasons: list[Words] = refusal.params["reasons"]  # type: ignore[assignment]  # given by core.cases.moving
    return {language: "; ".join(each[language] for each in reasons) for language in ("zh-CN", "en")}


def since(kind: str | None) -> Words:
    """What has happened since a case went over, so that it does not go back."""
    zh, en = _SINCE.get(kind or "CaseMigrated", ("材料有新进展", "something was sent or decided for a document"))
    return {"zh-CN": f"迁移之后{zh}", "en": f"since it went over {en}"}


_SINCE: Final[Mapping[str, tuple[str, str]]] = {
    "ApprovalDecided": ("评审已有结果", "an approval was decided"),
    "CaseClosed": ("案件已结案", "the case was closed"),
    "CaseMigrated": ("案件又迁移到其他版本", "the case was moved to another version"),
    "FieldSet": ("字段已修改", "a field was filled"),
    "StageEntered": ("案件已进入其他阶段", "the case took a step"),
    "SubstateSet": ("案件状态已更新", "the state within the stage was set"),
    "TravellerAdded": ("增加了申请人", "a traveller was added"),
    "VoteCast": ("评审已有人投票", "somebody has voted"),
}
