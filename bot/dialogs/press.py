"""A press on a button: the waiting command is carried out as the presser, once."""

from collections import Counter

from bot.dialogs import (
    approving,
    batch,
    case_desk,
    children,
    client_facts,
    client_steps,
    collect,
    commands,
    confirm,
    consent,
    delegating,
    desk,
    form,
    hand_over,
    handoff,
    handovers,
    held,
    invited,
    reminders,
    second_look,
    send_back,
    services,
    survey,
    task_desk,
    undo,
    uploads,
)
from bot.dialogs.pressed import After, Pressed
from bot.dialogs.too_late import told_fully
from bot.turn import Turn
from core.bus.deed import Cause
from core.channel.inbound import ButtonPress
from core.kit.errors import NotAllowed, Refusal
from core.ledger import audit, buttons
from core.store.locks import case_key
from core.store.sealing import Row

_DIALOGS = (
    approving,
    batch,
    case_desk,
    children,
    client_facts,
    client_steps,
    collect,
    commands,
    confirm,
    consent,
    delegating,
    desk,
    form,
    hand_over,
    handoff,
    handovers,
    held,
    invited,
    reminders,
    second_look,
    send_back,
    services,
    survey,
    task_desk,
    undo,
    uploads,
)
AFTER: After = {command: say for dialog in _DIALOGS for command, say in dialog.AFTER.items()}
"""Every command after whose press a dialog says something; `check_presses` finds one that two dialogs claim."""


def check_presses() -> None:
    """Raises RuntimeError for a command that two dialogs answer: only one of them would be heard."""
    claims = Counter(command.__name__ for dialog in _DIALOGS for command in dialog.AFTER)
    if twice := sorted(name for name, n in claims.items() if n > 1):
        raise RuntimeError(f"answered by two dialogs: {', '.join(twice)}")


def press(turn: Turn) -> None:
    """1. Find the token. 2. Lock its case. 3. Check who presses. 4. Spend and execute in one step, or say why not."""
    inbound = turn.inbound
    if not isinstance(inbound, ButtonPress):
        raise TypeError("only a ButtonPress is pressed")
    try:
        row = buttons.find(turn.uow, inbound.token if inbound.token.isprintable() else "")
    except Refusal as refusal:
        _refused(turn, "unknown", None, refusal)
        return
    if row["case_id"] is not None:
        turn.uow.need(case_key(row["case_id"]))
    name = str(row["command"]["command"])
    try:
        buttons.check_presser(row, turn.actor)
        if confirm.asks_first(turn, row):
            confirm.ask(turn, row)
            return
        with turn.uow.step():
            command = buttons.spend(turn.uow, row, turn.actor)
            if not invited.is_mine(turn, command):
                raise NotAllowed(permission=command.permission)
            result = turn.do(command)
    except Refusal as refusal:
        _refused(turn, name, row, told_fully(turn, row, refusal))
        return
    _thank(Pressed(turn, row, command, result))


def _refused(turn: Turn, name: str, row: Row | None, refusal: Refusal) -> None:
    cause: Cause = turn.cause
    case_id = None if row is None else row["case_id"]
    audit.note(
        turn.uow, cause.actor, cause.door, name, correlation=cause.correlation, case_id=case_id, refused=refusal.code
    )
    turn.refuse(refusal)


def _thank(pressed: Pressed) -> None:
    """What the dialog of this command says; a confirmed step's question loses its buttons."""
    if getattr(pressed.command, "confirmed", False):
        pressed.redraw()
    after = AFTER.get(type(pressed.command))
    if after is not None:
        after(pressed)
