"""The upload link: a page for files that this chat cannot take, or whenever a client asks for it."""

from typing import Any

from bot.dialogs.commands import no_case
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.channel.inbound import InboundMessage
from core.commands.documents import AskUploadLink

WORDS = frozenset({"上传链接", "上传", "网页上传", "upload link", "upload"})
UNTAKEN = "file"
"""What a channel calls a message whose file it can only tell of: too big for the platform, or of a kind it keeps."""


def ask(turn: Turn) -> None:
    """For the item that was asked for, if one was chosen; else for whatever the files turn out to be."""
    row = turn.case()
    if row is None:
        no_case(turn)
        return
    dialog = turn.dialog
    chosen = dialog.get("kind") == "collect" and not dialog.get("soft") and dialog.get("case") == row["id"]
    _answer(turn, AskUploadLink(case_id=row["id"], item_id=dialog["item"] if chosen else 0))


def cannot_come(turn: Turn) -> bool:
    """A file that is too big for the channel by which it comes and not for us, or of which that one only tells."""
    inbound = turn.inbound
    if not isinstance(inbound, InboundMessage) or turn.actor.kind != "client" or not turn.actor.id:
        return False
    if inbound.file is None:
        return inbound.other == UNTAKEN
    size = inbound.file.size or 0
    return not turn.door.files_in or turn.door.max_file_in < size <= turn.house.upload_bytes


def instead(turn: Turn) -> None:
    """Say why, and give the link at once."""
    turn.say("upload_link.too_big" if turn.door.files_in else "upload_link.no_files")
    ask(turn)


def _answer(turn: Turn, command: AskUploadLink) -> None:
    until = turn.attempt(command)
    if until is not None:
        _give(turn, command, until)


def _give(turn: Turn, command: AskUploadLink, until: Any) -> None:
    """Only into a chat of his own: whoever has the link can hand in files in his name."""
    if turn.inbound.sender != turn.chat["chat"]:
        turn.say("upload_link.private")
        return
    params = {"until": until.isoformat(), "item": command.item_id, "chat": turn.chat["id"]}
    turn.reply("upload_link", {"case": command.case_id}, params)


def _pressed(pressed: Pressed) -> None:
    _give(pressed.turn, pressed.command, pressed.result)


AFTER: After = {AskUploadLink: _pressed}
