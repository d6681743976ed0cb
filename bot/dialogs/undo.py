"""Taking back what was sent last, by a word or a button, and opening an item again for a newer version."""

import re

from bot.dialogs import bursts
from bot.dialogs.collect import show_item
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.past import item_once
from core.cases.tables import case, document_version, item
from core.cases.withdrawal import last_of
from core.commands.documents import WithdrawDocument
from core.engine.checklist import DONE
from core.store.sealing import Row
from core.views.checklist_view import checklist

WORDS = frozenset({"撤回", "撤回上一份", "撤销", "undo", "take back", "take it back"})
CHANGE = re.compile(r"(?:改|更换|修改|change)\s*(?P<number>\d{1,3})", re.IGNORECASE)


def undo(turn: Turn) -> None:
    """The last document that he handed in himself."""
    row = turn.case()
    version = None if row is None else last_of(turn.uow, row["id"], turn.actor.id)
    if version is None:
        turn.say("undo.nothing")
        return
    command = WithdrawDocument(version_id=version["id"])
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is None:
        tell_withdrawn(turn, version["id"])
    else:
        turn.refuse(refusal)


def tell_withdrawn(turn: Turn, version_id: int) -> None:
    """Say so, have the message that acknowledged the file say so too, and expect this item again."""
    version = turn.uow.get(document_version, version_id)
    row = turn.uow.get(item, version["item_id"])
    found = bursts.again(turn, version_id=version_id)
    if found is not None:
        burst, _ = found
        burst.over = True
        for each in burst.files:
            each.back = each.back or each.version == version_id
        bursts.told(turn, burst, pressed=True)
    key = "undo.counts_again" if row["status"] == "submitted" else "undo.done"
    turn.say(key, item=_name(turn, row), version=version["n"])
    if row["status"] != "submitted":
        turn.ask({"kind": "collect", "case": row["case_id"], "item": row["id"], "soft": True})


def change(turn: Turn) -> None:
    """改 3: the next file is a newer version of item 3, as long as that one is not decided."""
    row, match = turn.case(), CHANGE.fullmatch(turn.text)
    if row is None or match is None:
        turn.say("undo.nothing")
        return
    compiled = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"])
    rows, position = checklist(turn.uow, compiled, row["id"]), int(match["number"])
    if not 1 <= position <= len(rows):
        turn.reply("checklist", {"case": row["id"]})
    elif rows[position - 1].row["status"] in DONE:
        turn.say("file.done", item=dict(rows[position - 1].item.name))
    else:
        show_item(turn, rows[position - 1].row)


def _name(turn: Turn, row: Row) -> dict[str, str]:
    case_row = turn.uow.get(case, row["case_id"])
    return dict(item_once(turn.uow, turn.house.catalogue, case_row, row["key"]).name)


def _withdrawn(pressed: Pressed) -> None:
    tell_withdrawn(pressed.turn, pressed.command.version_id)


AFTER: After = {WithdrawDocument: _withdrawn}
