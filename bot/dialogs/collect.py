"""Collecting documents: a file is acknowledged at once, and finds its item when it is in the store."""

import re
from typing import Any

from bot.turn import Turn
from core.channel.inbound import FileArrived, InboundMessage
from core.commands.documents import SubmitDocument
from core.files.inspection import Inspection
from core.files.tables import file
from core.kit.errors import Refusal
from core.ledger import errands
from core.ledger.buttons import offer
from core.store.sealing import Row
from core.views.checklist_view import ItemView, checklist, waiting_for_client

MAX_CHOICES = 20  # buttons of the question "which item is this for?"


def acknowledge(turn: Turn) -> None:
    """First update of a file: say that it came, and queue the errand that fetches it."""
    inbound = turn.inbound
    if not isinstance(inbound, InboundMessage) or inbound.file is None:
        raise TypeError("only a message with a file is acknowledged")
    what = inbound.model_dump(mode="json")
    errands.queue(
        turn.uow,
        "fetch",
        f"fetch:{turn.entry_id}",
        turn.chat["channel"],
        turn.chat["account"],
        turn.chat["key"],
        {"update": turn.entry_id, "message": what, "client_id": turn.actor.id if turn.actor.kind == "client" else None},
    )
    turn.say("file.received")


def bind(turn: Turn) -> None:
    """Second update of a file: it becomes a version of the item that was asked, named, recognised or chosen."""
    inbound = turn.inbound
    if not isinstance(inbound, FileArrived):
        raise TypeError("only a FileArrived is bound")
    if inbound.file_id is None:
        turn.say("file.failed")
        return
    kept = turn.uow.get(file, inbound.file_id)
    if kept["inspection"]["verdict"] != "ok":
        turn.say("file.refused", reason=dict(Inspection.from_json(kept["inspection"]).words))
        return
    row = turn.case()
    if row is None or row["state"] != "open":
        turn.say("file.no_case")
        return
    compiled = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"])
    rows = checklist(turn.uow, compiled, row["id"])
    waiting = waiting_for_client(rows)
    chosen = find_item(turn, waiting or _replaceable(rows), kept, inbound.caption, inbound.name)
    if chosen is not None:
        submit(turn, row, chosen, kept)
    elif waiting:
        _ask_which(turn, row, waiting, kept)
    else:
        turn.say("file.no_item")


def find_item(turn: Turn, open_items: list[ItemView], kept: Row, caption: str, name: str) -> ItemView | None:
    """The item that the client chose, else the one named in caption or file name, else the one whose keywords stand in
    the text, else the one that the bot suggested, else the only one. None: ask."""
    dialog = turn.dialog if turn.dialog.get("kind") == "collect" else {}
    asked = next((each for each in open_items if each.row["id"] == dialog.get("item")), None)
    if asked is not None and not dialog.get("soft"):
        return asked
    named = [each for each in open_items if _named(each, f"{caption} {name}")]
    if len(named) == 1:
        return named[0]
    recognised = [each for each in open_items if _recognised(each, str(kept["inspection"].get("text", "")))]
    if len(recognised) == 1:
        return recognised[0]
    return asked or (open_items[0] if len(open_items) == 1 else None)


def submit(turn: Turn, case_row: Row, chosen: ItemView, kept: Row) -> None:
    """Hand the file in, or say politely why not."""
    command = SubmitDocument(item_id=chosen.row["id"], file_id=kept["id"])
    try:
        with turn.uow.step():
            version_id = turn.do(command)
    except Refusal as refusal:
        turn.bus.refused(turn.uow, command, turn.cause, refusal)
        if refusal.code == "same_file":
            turn.say("file.same", item=dict(chosen.item.name))
        else:
            turn.refuse(refusal)
        return
    turn.reply("accepted", {"case": case_row["id"], "version": version_id})
    turn.ask(_next_question(turn, case_row, chosen))


def show_item(turn: Turn, case_row: Row, each: ItemView) -> None:
    """Requirement, format and sample of one item; the next file is for it."""
    turn.ask({"kind": "collect", "case": case_row["id"], "item": each.row["id"]})
    turn.reply("item", {"case": case_row["id"], "item": each.row["id"]})


def _next_question(turn: Turn, case_row: Row, chosen: ItemView) -> dict[str, Any] | None:
    """The item that the acknowledgement has named as the next one."""
    compiled = turn.house.catalogue.compiled(turn.uow, case_row["flow_version_id"])
    waiting = waiting_for_client(checklist(turn.uow, compiled, case_row["id"]))
    following = next((each for each in waiting if each.row["id"] != chosen.row["id"]), None)
    if following is None:
        return None
    return {"kind": "collect", "case": case_row["id"], "item": following.row["id"], "soft": True}


def _ask_which(turn: Turn, case_row: Row, waiting: list[ItemView], kept: Row) -> None:
    several = len({each.row["applicant_id"] for each in waiting} - {None}) > 1
    offers = [
        offer(SubmitDocument(item_id=each.row["id"], file_id=kept["id"]), _label(each, several))
        for each in waiting[:MAX_CHOICES]
    ]
    turn.reply("which_item", {"case": case_row["id"]}, {"name": kept["name"]}, offers)


def _label(each: ItemView, several: bool) -> dict[str, str]:
    whose = f" · {each.applicant['name']}" if several and each.applicant is not None else ""
    return {language: words + whose for language, words in each.item.name.items()}


def _replaceable(rows: list[ItemView]) -> list[ItemView]:
    """Items whose review has not been decided: a newer version may replace what was sent."""
    return [each for each in rows if each.row["status"] == "submitted"]


def _named(each: ItemView, words: str) -> bool:
    said = _bare(words)
    return any(_bare(name) and _bare(name) in said for name in _names(each))


def _names(each: ItemView) -> list[str]:
    """The item's names and the short forms in front of a bracket or a plus sign."""
    found = []
    for name in each.item.name.values():
        found.append(name)
        found.append(re.split(r"[(（+,，/]", name)[0])
    return [each.item.key, *found]


def _recognised(each: ItemView, text: str) -> bool:
    words = [str(word) for check in each.item.checks if check.kind == "keywords" for word in _any_of(check)]
    return any(word in text for word in words)


def _any_of(check: Any) -> list[str]:
    found = check.model_dump().get("any") or []
    return [str(word) for word in found]


def _bare(words: str) -> str:
    return re.sub(r"[\s_\-.]+", "", words).lower()
