"""Approving many at once: the very versions that were shown, each by the same ReviewDocument as a single press."""

from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.past import item_once
from core.cases.tables import item
from core.commands.desk import ApproveShown
from core.kit.words import said
from core.ledger.buttons import offer
from core.store.sealing import Row
from core.views.case_view import case_view
from core.views.clear_reviews import clear_reviews
from core.wiring.batch import approve_each
from core.wiring.subjects import of_case

BATCH = frozenset({"批量", "批量审核", "batch", "/batch"})


def batch(turn: Turn) -> None:
    """批量: at most ten versions that wait for a decision and raise no question, with one button for all of them."""
    rows = clear_reviews(turn.uow, turn.actor, turn.house.policy, of_case)
    ids = tuple(row["id"] for row in rows)
    label = said("button.approve_all", n=len(ids))
    offers = [offer(ApproveShown(version_ids=ids), label, "primary")] if ids else []
    turn.reply("batch", params={"versions": list(ids)}, offers=offers)


def approve(turn: Turn, version_ids: tuple[int, ...]) -> None:
    """Approve each as the presser; what was replaced, decided or questioned meanwhile is left out and named."""
    approved, rows = approve_each(turn.bus, turn.uow, version_ids, turn.cause)
    left = [_name(turn, row) for row in rows]
    if left:
        turn.say("desk.batch_left", n=len(approved), left=left)
    else:
        turn.say("desk.batch_done", n=len(approved))


def _name(turn: Turn, row: Row) -> dict[str, str]:
    """Case, item and version, in both languages."""
    view = case_view(turn.uow, turn.house.catalogue, row["case_id"])
    key = turn.uow.get(item, row["item_id"])["key"]
    words = item_once(turn.uow, turn.house.catalogue, view.row, key).name
    return {language: f"{view.row['number']} {name} v{row['n']}" for language, name in words.items()}


def _approve(pressed: Pressed) -> None:
    approve(pressed.turn, pressed.result)
    pressed.redraw_reply()


AFTER: After = {ApproveShown: _approve}
