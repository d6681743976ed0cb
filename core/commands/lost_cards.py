"""Cards that a platform does not let be drawn anew."""

from typing import ClassVar

from core.commands.command import Command


class ReportLostCard(Command):
    """This copy shows the past, and no other redraw is tried: tell somebody who can look after it."""

    permission: ClassVar[str] = "card.report"

    outbox_id: int
