"""Sending a case back: to which earlier stages its flow lets this person send it, and the remark that goes with it."""

from collections.abc import Collection

from core.bus.deed import Deed
from core.cases.stages import compiled_of, move_case
from core.cases.tables import case
from core.commands.sending_back import OfferSendBack, SendBack
from core.engine.flow import Stage, Transition
from core.engine.machine import CompiledFlow
from core.events.desk import SentBack
from core.kit.errors import Invalid, NotAllowed, NotPossibleNow, Problem, Stale
from core.store.sealing import Row


def send_back(command: SendBack, deed: Deed) -> str:
    """Returns the stage. Raises Invalid for a remark of blanks, Stale, NotAllowed, NotPossibleNow naming the ways."""
    if not command.remark.strip():
        words = {"zh-CN": "请写明退回的原因", "en": "please say why it is sent back"}
        raise Invalid(problems=[Problem("/remark", "case.remark", words)])
    row = deed.uow.get(case, command.case_id)
    compiled = _checked(row, command.stage, deed)
    step = _way(compiled, row, command.to, deed.actor.roles)
    told = {"staff_id": deed.actor.id, "stage": command.to, "left": row["stage"], "remark": command.remark.strip()}
    deed.emit(SentBack(case_id=row["id"], **told))
    move_case(row, step.key, deed, command.remark.strip())
    return str(row["stage"])


def offer_send_back(command: OfferSendBack, deed: Deed) -> list[Stage]:
    """Returns the stages, the one that was chosen alone; the chat in which it was tapped shows them or asks for the
    remark. Raises as send_back."""
    row = deed.uow.get(case, command.case_id)
    compiled = _checked(row, command.stage, deed)
    if command.to:
        return [compiled.flow.stage(_way(compiled, row, command.to, deed.actor.roles).to)]
    stages = earlier(compiled, row, deed.actor.roles)
    if not stages:
        raise NotAllowed(reason="no_way_back") if _ways(compiled, row) else NotPossibleNow(reason="no_way_back")
    return stages


def earlier(compiled: CompiledFlow, row: Row, roles: Collection[str]) -> list[Stage]:
    """The stages to which somebody with these roles can send this case back, in the flow's order; guards are asked
    when he does it."""
    found = {each.to for each in _ways(compiled, row) if set(roles) & set(each.by)}
    return [stage for stage in compiled.flow.stages if stage.key in found]


def _ways(compiled: CompiledFlow, row: Row) -> tuple[Transition, ...]:
    return compiled.machine.steps_back(row["stage"]) if row["state"] == "open" else ()


def _way(compiled: CompiledFlow, row: Row, to: str, roles: Collection[str]) -> Transition:
    ways = _ways(compiled, row)
    steps = [each for each in ways if each.to == to]
    if not steps:
        known = [compiled.flow.stage(each.to).name for each in ways]
        raise NotPossibleNow(reason="" if known else "no_way_back", reasons=[_only(name) for name in known])
    mine = [each for each in steps if set(roles) & set(each.by)]
    if not mine:
        raise NotAllowed(reason="no_way_back")
    return mine[0]


def _only(name: dict[str, str]) -> dict[str, str]:
    return {"zh-CN": f"可以退回到“{name['zh-CN']}”", "en": f'it can go back to "{name["en"]}"'}


def _checked(row: Row, stage: str | None, deed: Deed) -> CompiledFlow:
    if stage is not None and stage != row["stage"]:
        raise Stale(reason="moved", stage=row["stage"])
    return compiled_of(deed, row)
