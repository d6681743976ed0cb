"""A press on what was decided already: who did what, when, and to which version."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.turn import Turn
from core.cases import rounds
from core.cases.approval_tables import approval
from core.cases.handovers import settled as answered
from core.cases.review import decided
from core.cases.second_look import first_approval
from core.cases.tables import case, case_handover, document_version
from core.contracts.service import activated, deposited
from core.contracts.tables import contract
from core.conversations.handoffs import taken
from core.conversations.tables import handoff
from core.kit.errors import AlreadyDecided, Refusal
from core.store.sealing import Row
from core.tasks.hands import settled
from core.tasks.tables import task


def told_fully(turn: Turn, row: Row, refusal: Refusal) -> Refusal:
    """What a button can say is that it was spent, when and by whom; the thing that it is about knows the rest."""
    if not isinstance(refusal, AlreadyDecided) or "reason" in refusal.params:
        return refusal
    args = row["command"]["args"]
    if row["command"]["command"] == "RecordDeposit":
        return _deposit(turn, args["contract_id"], refusal)
    for field, tell in _KNOWN.items():
        if field in args:
            return tell(turn, args[field], refusal)
    return refusal


def _version(turn: Turn, version_id: int, refusal: AlreadyDecided) -> Refusal:
    row = turn.uow.get(document_version, version_id)
    if row["reviewed_by"] is not None:
        return decided(row)
    return refusal if row["first_by"] is None else first_approval(row)


def _task(turn: Turn, task_id: int, refusal: AlreadyDecided) -> Refusal:
    row = turn.uow.get(task, task_id)
    return refusal if row["state"] == "open" else settled(row)


def _handoff(turn: Turn, handoff_id: int, refusal: AlreadyDecided) -> Refusal:
    row = turn.uow.get(handoff, handoff_id)
    return taken(row) if row["state"] == "held" else refusal


def _handover(turn: Turn, handover_id: int, refusal: AlreadyDecided) -> Refusal:
    row = turn.uow.get(case_handover, handover_id)
    return refusal if row["state"] == "offered" else answered(row)


def _deposit(turn: Turn, contract_id: int, refusal: AlreadyDecided) -> Refusal:
    row = turn.uow.get(contract, contract_id)
    return refusal if row["deposit_paid_at"] is None else deposited(row)


def _contract(turn: Turn, contract_id: int, refusal: AlreadyDecided) -> Refusal:
    row = turn.uow.get(contract, contract_id)
    return refusal if row["effective_at"] is None else activated(row)


def _case(turn: Turn, case_id: int, refusal: AlreadyDecided) -> Refusal:
    """Somebody took a step with the card: where the case is now."""
    row = turn.uow.get(case, case_id)
    flow = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"]).flow
    params: dict[str, Any] = {**refusal.params, "reason": "moved", "stage": dict(flow.stage(row["stage"]).name)}
    return AlreadyDecided(**params)


def _approval(turn: Turn, approval_id: int, refusal: AlreadyDecided) -> Refusal:
    """It is decided, or this seat has voted while others have not."""
    row = turn.uow.get(approval, approval_id)
    if row["state"] in rounds.DECIDED:
        return rounds.decided(row)
    params: dict[str, Any] = {**refusal.params, "reason": "voted"}
    return AlreadyDecided(**params)


_KNOWN: Mapping[str, Callable[[Turn, Any, AlreadyDecided], Refusal]] = {
    "version_id": _version,
    "task_id": _task,
    "handover_id": _handover,
    "handoff_id": _handoff,
    "contract_id": _contract,
    "approval_id": _approval,
    "case_id": _case,
}
"""Field of the waiting command -> what is told of the thing that it names."""
