"""Conversations: what the bot does by itself in a chat."""

from typing import ClassVar

from core.commands.command import Command


class TellBurst(Command):
    """It has been quiet: tell what became of the files that came one after the other."""

    permission: ClassVar[str] = "notice.send"

    conversation_id: int
    edit: bool  # whether the channel can edit a message that was sent
    card: str  # of the burst: a later one of the same chat is not meant
