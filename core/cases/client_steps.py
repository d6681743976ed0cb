"""The client's own steps: which of them his case offers now, and taking one."""

from core.bus.deed import Deed
from core.cases.stages import compiled_of, move_case
from core.cases.tables import case
from core.commands.client_steps import AskWhy, TakeStep
from core.engine.flow import Transition
from core.engine.machine import CompiledFlow
from core.kit.errors import Invalid, NotAllowed, NotPossibleNow, Problem, Stale
from core.store.sealing import Row

CLIENT = "client"
NOT_YET = "-"
"""In the place of a sub-status that is not set: no key is written so, and a guard that waits for one has to wait."""


def steps_of_client(compiled: CompiledFlow, row: Row) -> list[Transition]:
    """The transitions that the client may take from where his case is, in the flow's order; what else a guard wants is
    asked when he takes one."""
    if row["state"] != "open":
        return []
    answers = compiled.machine.answers(row["stage"])
    return [
        each
        for each in compiled.machine.triggers(row["stage"])
        if CLIENT in each.by
        and each.button
        and each.key not in answers
        and not compiled.machine.ruled_out(each.key, {"case.substate": row["substate"] or NOT_YET})
    ]


def asks_why(compiled: CompiledFlow, stage: str, step: Transition) -> bool:
    """Whether the client must say why: the flow wants it, or the step sends the case back."""
    return step.ask_why or step in compiled.machine.steps_back(stage)


def take_step(command: TakeStep, deed: Deed) -> str:
    """Returns the new stage. Raises Invalid for a step that wants a reason and has none, Stale, NotAllowed,
    NotPossibleNow with the reasons."""
    row, compiled, step = _checked(command, deed)
    reason = command.reason.strip()
    if asks_why(compiled, row["stage"], step) and not reason:
        words = {"zh-CN": "请写明原因", "en": "please say why"}
        raise Invalid(problems=[Problem("/reason", "case.reason", words)])
    move_case(row, step.key, deed, reason, roles=(CLIENT,))
    return str(row["stage"])


def ask_why(command: AskWhy, deed: Deed) -> Transition:
    """Returns the step; the chat in which it was tapped asks for the reason. Raises as take_step."""
    return _checked(command, deed)[2]


def _checked(command: TakeStep | AskWhy, deed: Deed) -> tuple[Row, CompiledFlow, Transition]:
    if deed.actor.kind != CLIENT:
        raise NotAllowed(permission=command.permission)
    row = deed.uow.get(case, command.case_id)
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    if command.stage is not None and command.stage != row["stage"]:
        raise Stale(reason="replaced")
    compiled = compiled_of(deed, row)
    step = next((each for each in steps_of_client(compiled, row) if each.key == command.trigger), None)
    if step is None:
        raise Stale(reason="replaced")
    return row, compiled, step
