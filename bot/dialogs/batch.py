"""Approving many at once: the very versions that were shown, each by the same ReviewDocument as a single press."""

from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.second_look import one_is_enough
from core.cases.tables import document_version, item
from core.commands.desk import ApproveShown
from core.commands.documents import ReviewDocument
from core.kit.words import said
from core.ledger.buttons import offer
from core.store.locks import case_key
from core.store.sealing import Row
from core.views.case_view import case_view
from core.views.clear_reviews import clear_reviews, is_clear
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
    approved, left = 0, list[dict[str, str]]()
    rows = [turn.uow.get(document_version, version_id) for version_id in version_ids]
    for row in sorted(rows, key=lambda each: int(each["case_id"])):
        turn.uow.need(case_key(row["case_id"]))
    for row in rows:
        if row["status"] == "submitted" and is_clear(row) and one_is_enough(row, turn.actor):
            command = ReviewDocument(version_id=row["id"], decision="approved")
            _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
            if refusal is None:
                approved += 1
                continue
        left.append(_name(turn, row))
    if left:
        turn.say("desk.batch_left", n=approved, left=left)
    else:
        turn.say("desk.batch_done", n=approved)


def _name(turn: Turn, row: Row) -> dict[str, str]:
    """Case, item and version, in both languages."""
    view = case_view(turn.uow, turn.house.catalogue, row["case_id"])
    words = view.compiled.flow.item(turn.uow.get(item, row["item_id"])["key"]).name
    return {language: f"{view.row['number']} {name} v{row['n']}" for language, name in words.items()}


def _approve(pressed: Pressed) -> None:
    approve(pressed.turn, pressed.result)
    pressed.redraw_reply()


AFTER: After = {ApproveShown: _approve}
