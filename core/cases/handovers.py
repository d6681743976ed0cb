"""Hand-overs between departments: offered with a whole form, accepted by whoever is in charge then, or returned."""

from core.bus.deed import Deed
from core.cases.handover_rows import lapse, open_handover
from core.cases.stages import calendar_of, compiled_of, move_case
from core.cases.tables import case, case_handover
from core.cases.team import give_role, who
from core.commands.handovers import (
    AcceptHandover,
    AskReturn,
    OpenHandover,
    ProposeHandover,
    ReturnHandover,
    RouteHandover,
)
from core.engine.machine import CompiledFlow
from core.engine.spec_handover import Handover
from core.events.handovers import (
    HandoverAccepted,
    HandoverFormAsked,
    HandoverOffered,
    HandoverReturned,
    HandoverRouted,
)
from core.kit.errors import AlreadyDecided, Invalid, NotAllowed, NotFound, NotPossibleNow, Problem, Refusal, Stale
from core.staff.service import actor_of
from core.store.sealing import Row

WAY = "handover"
"""How a person came to a role, in RoleAssigned: he is told by the card of the hand-over."""
SYSTEM = "system"


def open_handover_form(command: OpenHandover, deed: Deed) -> None:
    """Ask for the fields of the form that are empty; when none is, offer the case. Raises as propose_handover."""
    row, compiled, spec = _giving(command, deed)
    missing = missing_of(spec, row)
    if missing:
        asked = HandoverFormAsked(case_id=row["id"], staff_id=deed.actor.id, stage=row["stage"], fields=missing)
        deed.emit(asked)
    else:
        _propose(row, compiled, spec, deed)


def propose_handover(command: ProposeHandover, deed: Deed) -> int:
    """Returns the hand-over's id. Raises Invalid naming every field of the form that is empty, Stale, NotAllowed for
    whoever is not of the stage's role, NotPossibleNow when it is offered already, nobody could take it, or the step
    that follows is not possible."""
    return _propose(*_giving(command, deed), deed)


def _giving(command: OpenHandover | ProposeHandover, deed: Deed) -> tuple[Row, CompiledFlow, Handover]:
    row = deed.uow.get(case, command.case_id)
    if command.stage is not None and command.stage != row["stage"]:
        raise Stale(reason="moved", stage=row["stage"])
    compiled = compiled_of(deed, row)
    stage = compiled.flow.stage(row["stage"])
    if row["state"] != "open" or stage.handover is None:
        raise NotPossibleNow(reason="closed" if row["state"] != "open" else "no_handover")
    if stage.owner not in deed.actor.roles and deed.actor.kind != SYSTEM:
        raise NotAllowed(reason="not_your_role")
    offered = open_handover(deed.uow, row["id"])
    if offered is not None and offered["stage"] == row["stage"]:
        raise NotPossibleNow(reason="handover_offered")
    return row, compiled, stage.handover


def missing_of(spec: Handover, row: Row) -> tuple[str, ...]:
    """Keys of the form's fields that hold nothing."""
    return tuple(key for key in spec.form if row["fields"].get(key) in (None, "", []))


def _propose(row: Row, compiled: CompiledFlow, spec: Handover, deed: Deed) -> int:
    if missing := missing_of(spec, row):
        raise Invalid(problems=[_missing(compiled, key) for key in missing])
    lapse(row["id"], deed)  # of a stage that has another name since the case went over to another version
    receiver = who(deed.uow, row["id"], spec.to)
    if receiver is None:
        raise NotPossibleNow(reason="no_receiver")
    facts = deed.facts(row, compiled.machine.needs(spec.accept), actor_of(deed.uow, receiver))
    compiled.machine.decide(row["stage"], spec.accept, facts, (spec.to, SYSTEM))
    if row["team"].get(spec.to) != receiver:
        give_role(row["id"], spec.to, receiver, deed, way=WAY)
    offered = deed.uow.add(
        case_handover,
        case_id=row["id"],
        stage=row["stage"],
        role=spec.to,
        giver_id=deed.actor.person or row["team"].get(compiled.flow.stage(row["stage"]).owner),
        receiver_id=receiver,
        offered_at=deed.now,
    )
    deed.emit(HandoverOffered(case_id=row["id"], handover_id=offered["id"], role=spec.to, staff_id=receiver))
    return int(offered["id"])


def _missing(compiled: CompiledFlow, key: str) -> Problem:
    name = compiled.flow.field(key).name
    zh, en = (
        f"交接单缺少“{name.get('zh-CN', key)}”，请先填写",
        f"the hand-over form lacks “{name.get('en', key)}”: fill it in",
    )
    return Problem(f"/fields/{key}", "handover.missing", {"zh-CN": zh, "en": en})


def accept_handover(command: AcceptHandover, deed: Deed) -> str:
    """Returns the new stage. Raises AlreadyDecided with who and when, Stale, NotAllowed, NotPossibleNow."""
    row, spec, offered = _receiving(command.case_id, command.handover_id, deed)
    _settle(offered, "accepted", row, deed)
    mine = deed.actor.person
    if row["team"].get(spec.to) != mine:
        give_role(row["id"], spec.to, mine, deed, way=WAY)
    told = {"handover_id": offered["id"], "role": spec.to, "stage": offered["stage"]}
    deed.emit(HandoverAccepted(case_id=row["id"], staff_id=mine, **told))
    move_case(row, spec.accept, deed, roles={*deed.actor.roles, SYSTEM}, giver=offered["giver_id"])
    return str(row["stage"])


def ask_return(command: AskReturn, deed: Deed) -> int:
    """Returns the hand-over's id; the chat in which it was tapped asks why. Raises as accept_handover."""
    return int(_receiving(command.case_id, command.handover_id, deed)[2]["id"])


def return_handover(command: ReturnHandover, deed: Deed) -> str:
    """Returns the stage. Raises Invalid for a reason of blanks, and as accept_handover."""
    reason = command.reason.strip()
    if not reason:
        words = {"zh-CN": "请写明退回的原因", "en": "please say why it is returned"}
        raise Invalid(problems=[Problem("/reason", "handover.reason", words)])
    row, spec, offered = _receiving(command.case_id, command.handover_id, deed)
    _settle(offered, "returned", row, deed, reason=reason)
    told = {"handover_id": offered["id"], "role": spec.to, "reason": reason}
    deed.emit(HandoverReturned(case_id=row["id"], staff_id=deed.actor.person, **told))
    if spec.returned is not None:
        move_case(row, spec.returned, deed, reason, roles={*deed.actor.roles, SYSTEM})
    return str(row["stage"])


def route_handover(command: RouteHandover, deed: Deed) -> None:
    """Look at the truth again: one whose stage is not the case's any more ends, else whoever does the role's work now
    gets it. Changes nothing if all is as it was."""
    offered = open_handover(deed.uow, command.case_id)
    if offered is None:
        return
    row = deed.uow.get(case, command.case_id)
    spec = compiled_of(deed, row).flow.stage(row["stage"]).handover
    if spec is None or row["stage"] != offered["stage"] or spec.to != offered["role"]:
        lapse(row["id"], deed, moved=True)
        return
    receiver = who(deed.uow, row["id"], spec.to)
    if receiver is not None and receiver != offered["receiver_id"]:
        deed.uow.change(case_handover, offered["id"], receiver_id=receiver)
        told = {"handover_id": offered["id"], "role": spec.to, "staff_id": receiver}
        deed.emit(HandoverRouted(case_id=row["id"], **told))


def settled(row: Row) -> Refusal:
    """Why a hand-over that is not open cannot be answered."""
    if row["state"] == "lapsed":
        return Stale(reason="replaced")
    told = {"who_kind": "staff", "who": row["settled_by"], "when": row["settled_at"]}
    return AlreadyDecided(reason=f"handover_{row['state']}", **told)


def _receiving(case_id: int, handover_id: int | None, deed: Deed) -> tuple[Row, Handover, Row]:
    row = deed.uow.get(case, case_id)
    found = open_handover(deed.uow, case_id) if handover_id is None else deed.uow.peek(case_handover, handover_id)
    if found is None and handover_id is None:
        raise NotPossibleNow(reason="no_handover_offered")
    if found is None or found["case_id"] != case_id:
        raise NotFound(thing="handover", id=handover_id)
    if found["state"] != "offered":
        raise settled(found)
    spec = compiled_of(deed, row).flow.stage(row["stage"]).handover
    if spec is None or row["stage"] != found["stage"]:
        raise Stale(reason="replaced")
    if deed.actor.kind != "staff" or spec.to not in deed.actor.roles:
        raise NotAllowed(reason="not_the_receiver")
    return row, spec, found


def _settle(offered: Row, state: str, row: Row, deed: Deed, reason: str | None = None) -> None:
    minutes = calendar_of(deed, compiled_of(deed, row)).minutes(offered["offered_at"], deed.now)
    values = {"settled_by": deed.actor.id, "settled_for": deed.actor.behalf or None, "settled_at": deed.now}
    if not deed.uow.settle(
        case_handover, offered["id"], {"state": "offered"}, state=state, minutes=minutes, reason=reason, **values
    ):
        raise settled(deed.uow.find(case_handover, id=offered["id"])[0])
