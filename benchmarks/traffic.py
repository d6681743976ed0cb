"""The mix: of ten messages six are words, two are files that have arrived, two are presses on "approve"."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.agency import ACCOUNT
from benchmarks.clerk import CHANNEL, Desk
from bot.receiver import FETCHER
from core.channel.inbound import Address, ButtonPress, FileArrived, InboundMessage, Update

MIX = "60 % words （进度, 材料, a number）, 20 % files (second update), 20 % presses (approve)"
SCRIPT = ("进度", "材料", "2", "file", "press", "progress", "docs", "4", "file", "press")
"""What is sent about one case, in this order; the presses come from the reviewer's chat, the rest from the client's."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message as a platform delivers it."""

    update: Update
    kind: str  # words, file, press


def script(desk: Desk) -> list[Post]:
    """All messages about one case, in order."""
    tokens, files = iter(desk.tokens), iter(desk.files)
    posts = []
    for number, said in enumerate(SCRIPT):
        if said == "file":
            posts.append(_file(desk, number, *next(files)))
        elif said == "press":
            posts.append(_press(desk, number, next(tokens)))
        else:
            posts.append(_words(desk, number, said))
    return posts


def shares(desks: Sequence[Desk], submitters: int) -> list[list[Post]]:
    """The messages of all cases, dealt out: a case belongs to one submitter, who takes his cases in turn."""
    found: list[list[Post]] = []
    for first in range(submitters):
        scripts = [script(desk) for desk in desks[first::submitters]]
        found.append([post for turn in zip(*scripts, strict=True) for post in turn])
    return found


def _words(desk: Desk, number: int, said: str) -> Post:
    message = InboundMessage(address=_at(desk.chat), sender=desk.chat, text=said)
    return Post(_update(CHANNEL, desk.chat, f"{desk.chat}-{number}", message.model_dump_json()), "words")


def _press(desk: Desk, number: int, token: str) -> Post:
    press = ButtonPress(address=_at(desk.reviewer), sender=desk.reviewer, token=token)
    return Post(_update(CHANNEL, desk.reviewer, f"{desk.chat}-{number}", press.model_dump_json()), "press")


def _file(desk: Desk, number: int, file_id: int, caption: str) -> Post:
    arrived = FileArrived(
        address=_at(desk.chat), sender=desk.chat, message_update=number, file_id=file_id, caption=caption
    )
    return Post(_update(FETCHER, desk.chat, f"{desk.chat}-{number}", arrived.model_dump_json()), "file")


def _at(chat: str) -> Address:
    return Address(channel=CHANNEL, account=ACCOUNT, chat=chat)


def _update(channel: str, chat: str, platform_id: str, raw: str) -> Update:
    return Update(
        channel=channel,
        account=ACCOUNT,
        platform_id=platform_id,
        conversation=_at(chat).key,
        raw=raw.encode(),
    )
