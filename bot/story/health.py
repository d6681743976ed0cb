"""After every act: nothing in the ledger may have failed in silence."""

from collections.abc import Iterator

from sqlalchemy import Table

from bot.story.memory import Memory, NotSo
from core.ledger.tables import errand, inbox, outbox, timer

_LEDGERS = (inbox, outbox, errand, timer)


def check_ledgers(memory: Memory) -> None:
    """Raises NotSo for a row that was tried in vain, and is pushed ahead or parked."""
    found = [line for table in _LEDGERS for line in _failed(memory, table)]
    if found:
        raise NotSo("nothing fails inside the house", found)


def _failed(memory: Memory, table: Table) -> Iterator[str]:
    with memory.world.agency.reading.open() as reader:
        for row in reader.find(table, table.c.error.is_not(None)):
            yield f"{table.name} {row['id']} ({row['state']}): {row['error']}"
