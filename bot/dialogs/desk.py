"""Words that staff send: the board, tasks, a case, a reply to a client, a rejection in free words."""

import re

from bot.dialogs.commands import WORDS, switched, wanted_language
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.commands.documents import OpenOriginal, ReviewDocument
from core.commands.people import SetStaffLanguage
from core.commands.work import SayToClient
from core.kit import words
from core.kit.errors import NotFound
from core.ledger import audit
from core.store.locks import case_key
from core.store.sealing import Row
from core.views.case_view import case_by_number
from core.views.checklist_view import ItemView, checklist
from core.wiring.subjects import of_case

BOARD = frozenset({"看板", "/board", "board"})
TASKS = frozenset({"我的待办", "待办", "tasks", "/tasks"})
NUMBER = r"(?P<number>[A-Za-z]-\d{4}-\d{4,})"
CASE = re.compile(rf"(?:案|case)\s*{NUMBER}\s*$", re.IGNORECASE)
REPLY = re.compile(rf"(?:回复|reply)\s*{NUMBER}\s+(?P<words>.+)$", re.IGNORECASE | re.DOTALL)
REJECT = re.compile(rf"(?:退回|reject)\s*{NUMBER}\s+(?P<rest>.+)$", re.IGNORECASE | re.DOTALL)
UPLOAD = re.compile(rf"(?:案|case)\s*{NUMBER}\s+(?P<item>.+)$", re.IGNORECASE | re.DOTALL)


def board(turn: Turn) -> None:
    turn.reply("board")


def reply(turn: Turn) -> None:
    """The client reads it as a person's words."""
    row, match = reachable(turn, REPLY), REPLY.match(turn.text)
    if row is None or match is None:
        return
    command = SayToClient(case_id=row["id"], text=match["words"].strip())
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is None:
        turn.say("said.sent")
    else:
        turn.refuse(refusal)


def reject(turn: Turn) -> None:
    """退回 V-2026-0001 护照 原因: the newest version of that item, for a reason in free words."""
    row, match = reachable(turn, REJECT), REJECT.match(turn.text)
    if row is None or match is None:
        return
    found = item_by_words(turn, row, match["rest"])
    if found is None or found[0].version is None:
        turn.refuse(NotFound(thing="item"))
        return
    each, words = found
    version = each.version if each.version is not None else {}
    command = ReviewDocument(version_id=version["id"], decision="rejected", reason="other", words=words)
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is None:
        turn.say("press.done")
    else:
        turn.refuse(refusal)


def language(turn: Turn) -> None:
    wanted = wanted_language(turn)
    turn.attempt(SetStaffLanguage(staff_id=turn.actor.id, language=wanted))
    switched(turn, wanted)


def help_(turn: Turn) -> None:
    turn.say("help.whole", staff=words.said("help.staff"), desk=words.said("help.desk"), acts=words.said("help.acts"))


def reachable(turn: Turn, pattern: re.Pattern[str]) -> Row | None:
    """The case that the words name, locked, if this person may see it; else say that there is none."""
    match = pattern.match(turn.text or _caption(turn))
    number = "" if match is None else match["number"].upper()
    row, cause = case_by_number(turn.uow, number), turn.cause
    if row is None or not turn.house.policy.may(turn.actor, "case.read", of_case(row)):
        audit.note(turn.uow, cause.actor, cause.door, "case.read", correlation=cause.correlation, refused=NotFound.code)
        turn.say("case.unknown", number=number)
        return None
    case_id: int = row["id"]
    turn.uow.need(case_key(case_id))
    subject, seen = f"case:{case_id}", cause.correlation
    audit.note(turn.uow, cause.actor, cause.door, "case.read", correlation=seen, subject=subject, case_id=case_id)
    return row


def item_by_words(turn: Turn, row: Row, words: str) -> tuple[ItemView, str] | None:
    """The item whose name begins the words, and the rest of them. The longest name wins; else the first word decides,
    if exactly one name begins with it."""
    compiled = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"])
    best: tuple[ItemView, str] | None = None
    size, listed = 0, checklist(turn.uow, compiled, row["id"])
    for each in listed:
        for name in (each.item.key, *each.item.name.values()):
            for form in (name, re.split(r"[(（+/]", name)[0].strip()):
                if len(form) > size and words.lower().startswith(form.lower()):
                    best, size = (each, words[len(form) :].strip()), len(form)
    return best if best is not None else _by_first_word(listed, words)


def _by_first_word(listed: list[ItemView], words: str) -> tuple[ItemView, str] | None:
    word, _, rest = words.partition(" ")
    found = [each for each in listed if any(name.lower().startswith(word.lower()) for name in each.item.name.values())]
    return (found[0], rest.strip()) if len(word) > 1 and len(found) == 1 else None


def _caption(turn: Turn) -> str:
    return str(getattr(turn.inbound, "caption", "")).strip()


def said(turn: Turn, command: str) -> bool:
    return turn.text.lower() in WORDS[command]


def _original(pressed: Pressed) -> None:
    pressed.turn.reply("original", {"version": pressed.command.version_id})


AFTER: After = {OpenOriginal: _original}
