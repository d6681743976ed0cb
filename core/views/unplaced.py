"""Files that a client has sent and that are on no item: whoever looks at the case sees them, so that none is lost."""

from core.files.tables import file
from core.store.reading import Lookup
from core.store.sealing import Row


def unplaced_files(lookup: Lookup, client_id: int) -> list[Row]:
    """Oldest first."""
    return lookup.find(file, client_id=client_id, unplaced=True)
