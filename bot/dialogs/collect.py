"""Collecting documents: a file is acknowledged at once, and finds its item when it is in the store."""

import re
from typing import Any

from bot.dialogs.menu import back, person
from bot.turn import Turn
from core.cases.tables import document_version
from core.channel.inbound import FileArrived, InboundMessage
from core.commands.documents import SubmitDocument
from core.engine.checklist import DONE
from core.files.inspection import Inspection
from core.files.tables import file
from core.kit.errors import Refusal
from core.ledger import errands
from core.ledger.buttons import offer
from core.store.sealing import Row
from core.views.checklist_view import ItemView, checklist, waiting_for_client

MAX_CHOICES = 20  # buttons of the question "which item is this for?"
SHORTEST_HINT = 2  # characters of a short form
NOTHING_SAID = frozenset({"photo", "image", "picture", "scan", "form", "document", "file"})


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
        turn.say("file.held" if inbound.problem == "held" else "file.failed")
        return
    kept = turn.uow.get(file, inbound.file_id)
    if kept["client_id"] != turn.actor.id:  # another person's file never comes this way
        turn.say("file.failed")
        return
    if kept["inspection"]["verdict"] != "ok":
        turn.say("file.refused", reason=dict(Inspection.from_json(kept["inspection"]).words))
        return
    row = turn.case()
    if row is None or row["state"] != "open":
        turn.say("file.no_case")
        return
    compiled = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"])
    rows = checklist(turn.uow, compiled, row["id"])
    fitting = fitting_items(turn, rows, kept, inbound.caption, inbound.name)
    if len(fitting) == 1:
        submit(turn, row, fitting[0], kept)
    elif fitting:
        _ask_which(turn, row, fitting, kept)
    else:
        turn.say("file.no_item")


def fitting_items(turn: Turn, rows: list[ItemView], kept: Row, caption: str, name: str) -> list[ItemView]:
    """The one item that a file is for, or those among which the client must choose; empty when none waits.

    1. The item that he chose. 2. Those that the caption or the file's name calls by name. 3. The item that has this
    very file already. 4. The one whose keywords stand in the text. 5. The only one that was sent back. 6. The one that
    the bot suggested. 7. All that wait, else those whose review is not decided: a newer version may replace the last.
    """
    dialog = turn.dialog if turn.dialog.get("kind") == "collect" else {}
    waiting = waiting_for_client(rows)
    asked = next((each for each in rows if each.row["id"] == dialog.get("item")), None)
    if asked is not None and not dialog.get("soft"):
        return [asked]
    named = _called(rows, waiting, caption, name)
    if named:
        return named
    same = [each for each in rows if _has(each, kept)]
    if same:
        return same[:1]
    recognised = [each for each in waiting if _recognised(each, str(kept["inspection"].get("text", "")))]
    if len(recognised) == 1:
        return recognised
    returned = [each for each in waiting if each.row["status"] == "rework"]
    if len(returned) == 1:
        return returned
    if asked is not None and asked.open:
        return [asked]
    return waiting or _replaceable(rows)


def submit(turn: Turn, case_row: Row, chosen: ItemView, kept: Row) -> None:
    """Hand the file in, or say politely why not."""
    if chosen.row["status"] in DONE:
        turn.say("file.done", item=dict(chosen.item.name))
        return
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
    submitted(turn, case_row, version_id)


def submitted(turn: Turn, case_row: Row, version_id: int) -> None:
    """Say that the file has found its item, and expect the item that the sentence names as the next one."""
    turn.reply("accepted", {"case": case_row["id"], "version": version_id})
    chosen = turn.uow.get(document_version, version_id)["item_id"]
    compiled = turn.house.catalogue.compiled(turn.uow, case_row["flow_version_id"])
    waiting = waiting_for_client(checklist(turn.uow, compiled, case_row["id"]))
    following = next((each for each in waiting if each.row["id"] != chosen), None)
    question = {"kind": "collect", "case": case_row["id"], "soft": True}
    plain = following is not None and following.group is None  # of alternatives only the client knows which one comes
    turn.ask({**question, "item": following.row["id"]} if following is not None and plain else None)


def show_item(turn: Turn, item_row: Row) -> None:
    """Requirement, format and sample of one item; the next file is for it."""
    about = {"case": item_row["case_id"], "item": item_row["id"]}
    turn.ask({"kind": "collect", **about})
    turn.reply("item", about, offers=[*back(item_row["case_id"]), *person(turn)])


def _ask_which(turn: Turn, case_row: Row, waiting: list[ItemView], kept: Row) -> None:
    several = len({each.row["applicant_id"] for each in waiting} - {None}) > 1
    offers = [
        offer(SubmitDocument(item_id=each.row["id"], file_id=kept["id"]), _label(each, several))
        for each in waiting[:MAX_CHOICES]
    ]
    turn.reply("which_item", {"case": case_row["id"]}, {"name": kept["name"]}, [*offers, *person(turn)])


def _label(each: ItemView, several: bool) -> dict[str, str]:
    whose = f" · {each.applicant['name']}" if several and each.applicant is not None else ""
    return {language: words + whose for language, words in each.item.name.items()}


def _replaceable(rows: list[ItemView]) -> list[ItemView]:
    """Items whose review has not been decided: a newer version may replace what was sent."""
    return [each for each in rows if each.row["status"] == "submitted"]


def _called(rows: list[ItemView], waiting: list[ItemView], caption: str, name: str) -> list[ItemView]:
    """Items that the words name: those that wait before those that a newer version may replace."""
    stem = name.rsplit(".", 1)[0]
    for fits, words in ((_named, caption), (_hinted, caption), (_named_by_file, stem)):
        for among in (waiting, _replaceable(rows)):
            found = [each for each in among if fits(each, words)]
            if found:
                return found
    return []


def _named(each: ItemView, words: str) -> bool:
    said = _bare(words)
    return any(_bare(name) and _bare(name) in said for name in _names(each))


def _hinted(each: ItemView, words: str) -> bool:
    """A short form that the item's name begins with or ends in: 流水, 护照."""
    said = _bare(words)
    names = [_bare(name) for name in _names(each)]
    return len(said) >= SHORTEST_HINT and any(name.startswith(said) or name.endswith(said) for name in names)


def _named_by_file(each: ItemView, stem: str) -> bool:
    """Phones call every picture photo or image: such a name says nothing."""
    said = _bare(stem)
    return any(_bare(name) and _bare(name) in said and _bare(name) not in NOTHING_SAID for name in _names(each))


def _names(each: ItemView) -> list[str]:
    """The item's names and the short forms in front of a bracket or a plus sign."""
    found = []
    for name in each.item.name.values():
        found.append(name)
        found.append(re.split(r"[(（+,，/]", name)[0])
    return [each.item.key, *found]


def _has(each: ItemView, kept: Row) -> bool:
    """Whether this very file is the item's newest version and was not sent back."""
    there = each.version
    return there is not None and there["sha256"] == kept["sha256"] and there["status"] != "rejected"


def _recognised(each: ItemView, text: str) -> bool:
    words = [str(word) for check in each.item.checks if check.kind == "keywords" for word in _any_of(check)]
    return any(word in text for word in words)


def _any_of(check: Any) -> list[str]:
    found = check.model_dump().get("any") or []
    return [str(word) for word in found]


def _bare(words: str) -> str:
    return re.sub(r"[\s_\-.]+", "", words).lower()
