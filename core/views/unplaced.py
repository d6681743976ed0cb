"""Files that clients have sent and that are on no item: whoever looks at the case sees them, so that none is lost."""

from core.clients.guardians import guardians_of
from core.engine.access import Actor
from core.files.tables import file
from core.store.reading import Lookup
from core.store.sealing import Row


def unplaced_files(lookup: Lookup, client_id: int, reader: Actor) -> list[Row]:
    """Oldest first: the client's own, and for staff those of his guardians too; a client sees nobody's but his own and
    those of whom he follows."""
    people = [client_id, *guardians_of(lookup, client_id)]
    if reader.kind == "client":
        people = list(dict.fromkeys([client_id, reader.id]))
    found = [row for person in people for row in lookup.find(file, client_id=person, unplaced=True)]
    return sorted(found, key=lambda row: int(row["id"]))
