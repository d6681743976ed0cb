"""Held files: the scanner gives no verdict. People are told and may have it asked again; nothing goes unchecked."""

from core.bus.deed import Deed
from core.commands.documents import CheckFileAgain, ReportHeldFile, SettleHeldFile
from core.conversations.tables import conversation
from core.events.happened import FileCheckAsked, FileStuck, FileUnstuck
from core.kit.errors import Stale
from core.ledger import errands
from core.ledger.tables import errand
from core.store.reading import Lookup
from core.store.sealing import Row


def report_held_file(command: ReportHeldFile, deed: Deed) -> None:
    row = deed.uow.get(errand, command.errand_id)
    deed.emit(FileStuck(case_id=case_of(deed.uow, row), client_id=row["what"]["client_id"], errand_id=row["id"]))


def check_file_again(command: CheckFileAgain, deed: Deed) -> None:
    """The fetcher asks at once instead of at its next turn. Raises Stale when there is a verdict already."""
    row = deed.uow.get(errand, command.errand_id)
    if not errands.hurry(deed.uow, row):
        raise Stale(reason="not_held")
    asked = FileCheckAsked(
        case_id=case_of(deed.uow, row),
        client_id=row["what"]["client_id"],
        staff_id=deed.actor.id,
        errand_id=row["id"],
    )
    deed.emit(asked)


def settle_held_file(command: SettleHeldFile, deed: Deed) -> None:
    row = deed.uow.get(errand, command.errand_id)
    deed.emit(FileUnstuck(case_id=case_of(deed.uow, row), client_id=row["what"]["client_id"], errand_id=row["id"]))


def case_of(lookup: Lookup, row: Row) -> int | None:
    """The case that the chat is about in which the file came."""
    chat = lookup.first(conversation, key=row["conversation"])
    return None if chat is None or chat["case_id"] is None else int(chat["case_id"])
