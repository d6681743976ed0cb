"""A client takes a step of his case: by its button, or by its words where there are no buttons; then why, if asked."""

from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.client_steps import asks_why, steps_of_client
from core.cases.tables import case
from core.commands.client_steps import AskWhy, TakeStep
from core.engine.flow import Transition
from core.engine.machine import CompiledFlow
from core.kit.words import said
from core.store.locks import case_key
from core.store.sealing import Row

KIND = "client_why"
SURE = "client_sure"
"""Kinds of open dialogs: his reason is asked for; he is to say the words once more, as the step cannot be undone."""
LONGEST = 2000
_CANCEL = frozenset({"取消", "cancel"})


def named(turn: Turn) -> tuple[Row, Transition] | None:
    """The client's case and the step that his words name: the label of a button, in either language."""
    row = turn.case()
    if row is None:
        return None
    compiled = _compiled(turn, row["id"])
    words = _form(turn.text)
    for step in steps_of_client(compiled, row):
        if words in {_form(label) for label in step.label.values()}:
            return row, step
    return None


def by_words(turn: Turn) -> None:
    """The words of a button do what the button does."""
    found = named(turn)
    if found is None:
        return
    row, step = found
    compiled = _compiled(turn, row["id"])
    values = {"case_id": row["id"], "trigger": step.key, "stage": row["stage"]}
    if asks_why(compiled, row["stage"], step):
        _ask(turn, AskWhy.model_validate(values), step)
    elif step.confirm and turn.dialog != (sure := {"kind": SURE, "case": row["id"], "trigger": step.key}):
        turn.ask(sure)
        turn.say("client_step.sure", step=dict(step.label))
    else:
        turn.ask(None)
        _take(turn, TakeStep.model_validate(values), step.label)


def answer(turn: Turn) -> None:
    """His next words are the reason."""
    dialog = turn.dialog
    turn.ask(None)
    if turn.text.lower() in _CANCEL:
        turn.say("confirm.forgotten")
        return
    turn.uow.need(case_key(dialog["case"]))
    if len(turn.text) > LONGEST:
        turn.ask(dialog)
        turn.say("form.bad", problem=said("form.too_long", most=LONGEST))
        return
    values = {"case_id": dialog["case"], "trigger": dialog["trigger"], "stage": dialog["stage"]}
    _take(turn, TakeStep.model_validate(values | {"reason": turn.text}), dialog["label"])


def _ask(turn: Turn, command: AskWhy, step: Transition) -> None:
    dialog = {"kind": KIND, "case": command.case_id, "trigger": command.trigger, "stage": command.stage}
    dialog["label"] = dict(step.label)
    turn.ask(dialog)
    turn.say("client_step.why", step=dict(step.label))


def _take(turn: Turn, command: TakeStep, label: dict[str, str]) -> None:
    """Raises nothing: a refusal is told."""
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is None:
        turn.say("client_step.done", step=dict(label))
    else:
        turn.refuse(refusal)


def _asked(pressed: Pressed) -> None:
    _ask(pressed.turn, pressed.command, pressed.result)


def _taken(pressed: Pressed) -> None:
    flow = _compiled(pressed.turn, pressed.command.case_id).flow
    pressed.turn.say("client_step.done", step=dict(flow.transition(pressed.command.trigger).label))


AFTER: After = {AskWhy: _asked, TakeStep: _taken}


def _compiled(turn: Turn, case_id: int) -> CompiledFlow:
    """The flow version that this case is on."""
    return turn.house.catalogue.compiled(turn.uow, turn.uow.get(case, case_id)["flow_version_id"])


def _form(words: str) -> str:
    return " ".join(words.split()).casefold()
