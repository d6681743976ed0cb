"""Bursts in a chat: files join one, and one message tells what became of all of them."""

from bot.turn import Turn
from core.channel.inbound import FileArrived
from core.commands.conversations import TellBurst
from core.conversations import burst as files
from core.conversations.burst import STRAGGLER, Burst, Sent
from core.conversations.tables import conversation
from core.conversations.telling import keep, tell_files
from core.ledger import timers


def announced(turn: Turn, entry_id: int, name: str, caption: str, album: str = "") -> bool:
    """A file is coming. Returns whether a sign is due: once per burst, and only where it costs no message too many."""
    burst = files.current(turn.chat, turn.uow.now, album)
    begins = burst is None
    if burst is None:
        burst = files.new_burst(turn.actor.id, turn.uow.now)
    burst.joined(entry_id, name, caption, turn.uow.now, album)
    keep(turn.uow, turn.chat, burst)
    if not turn.capabilities.edit:
        _plan(turn, burst)
    return begins and turn.capabilities.edit


def arrived(turn: Turn, inbound: FileArrived) -> tuple[Burst, Sent]:
    """The burst in which this file was announced; one that nobody remembers joins the present one."""
    burst = files.kept(turn.chat)
    sent = None if burst is None else burst.of(inbound.message_update)
    if burst is not None and sent is not None and burst.client == turn.actor.id:
        sent.name, sent.wanted = sent.name or inbound.name, inbound.item_id
        return burst, sent
    burst = files.current(turn.chat, turn.uow.now, inbound.album)
    if burst is None or burst.client != turn.actor.id:
        burst = files.new_burst(turn.actor.id, turn.uow.now)
    caption, now = inbound.caption.strip(), turn.uow.now
    sent = burst.joined(inbound.message_update, inbound.name, caption, now, inbound.album)
    sent.wanted = inbound.item_id
    return burst, sent


def told(turn: Turn, burst: Burst, *, pressed: bool = False) -> None:
    """Where a message can be edited, tell at once when nothing is missing; else when it is quiet. A press is always
    answered at once."""
    burst.fresh, due = True, burst.due() <= turn.uow.now
    if pressed or (turn.capabilities.edit and (not burst.checking or due)):
        tell_files(turn.uow, turn.chat, burst, edit=turn.capabilities.edit)
    else:
        keep(turn.uow, turn.chat, burst)
        _plan(turn, burst)


def again(turn: Turn, file_id: int = 0, version_id: int = 0) -> tuple[Burst, Sent] | None:
    """The newest burst, if it has this file or version: its message is to be told anew."""
    burst = files.kept(turn.chat)
    if burst is None:
        return None
    found = [each for each in burst.files if each.file == file_id or (version_id and each.version == version_id)]
    return (burst, found[-1]) if found else None


def end(turn: Turn) -> None:
    """Something else was said: a later file is no straggler."""
    burst = files.kept(turn.chat)
    if burst is not None and not burst.over:
        burst.over = True
        turn.uow.change(conversation, turn.chat["id"], burst=burst.model_dump(mode="json"))


def _plan(turn: Turn, burst: Burst) -> None:
    """One timer per burst. Where messages cannot be edited, stragglers wait for the end and share a second one."""
    due = burst.due() if turn.capabilities.edit or not burst.told else burst.last + STRAGGLER
    command = TellBurst(conversation_id=turn.chat["id"], edit=turn.capabilities.edit, card=burst.card)
    timers.plan(turn.uow, burst.card, max(due, turn.uow.now), command, case_id=None, scope="burst")
