"""From a stored update of the page to what it means."""

import json
from typing import Any

from core.channel.inbound import (
    MAX_TEXT_IN,
    Address,
    ButtonPress,
    ContactEvent,
    FileRef,
    Inbound,
    InboundMessage,
    Update,
)
from core.channel.port import Unreadable


def parse(update: Update) -> Inbound:
    """Raises Unreadable for anything that our own routes do not write."""
    try:
        said = json.loads(update.raw)
        json.dumps(said, ensure_ascii=False).encode()  # halves of characters cannot be kept: UnicodeEncodeError
        return _READERS[said["type"]](said, _who(update, said))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise Unreadable(type(error).__name__) from error  # its message would quote what was said


def _who(update: Update, said: dict[str, Any]) -> dict[str, Any]:
    address = Address(channel=update.channel, account=update.account, chat=said["visitor"])
    return {"address": address, "sender": said["visitor"], "locale": said.get("locale", "")}


def _text(said: dict[str, Any], who: dict[str, Any]) -> Inbound:
    return InboundMessage(**who, text=str(said["text"])[:MAX_TEXT_IN], other=str(said.get("other", "")))


def _file(said: dict[str, Any], who: dict[str, Any]) -> Inbound:
    ref = FileRef(handle=said["handle"], name=said["name"], media_type=said["media_type"], size=said["size"])
    text, album = str(said.get("caption", ""))[:MAX_TEXT_IN], str(said.get("album", ""))
    return InboundMessage(**who, text=text, file=ref, album=album)


def _press(said: dict[str, Any], who: dict[str, Any]) -> Inbound:
    return ButtonPress(**who, token=str(said["token"]), message_id=str(said["message"]))


def _contact(said: dict[str, Any], who: dict[str, Any]) -> Inbound:
    return ContactEvent(**who, event=said["event"], payload=str(said.get("payload", "")))


_READERS = {"text": _text, "file": _file, "press": _press, "contact": _contact}
