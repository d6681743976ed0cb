"""What follows at the staff desk: questions for words."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.commands.command import Command
from core.commands.work import StartDialog
from core.events.desk import WordsAsked


def ask_words(event: WordsAsked, deed: Deed) -> Iterator[Command]:
    """The question goes to the member of staff who pressed."""
    dialog: dict[str, object] = {"kind": event.what, "case": event.case_id, "answers": []}
    yield StartDialog(to="staff", person_id=event.staff_id, dialog=dialog)
