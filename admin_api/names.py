"""Names of people beside what they did, as far as the reader may see them."""

from collections.abc import Iterable, Mapping

from admin_api.masked import name_under
from core.clients.tables import client
from core.engine.access import Mask
from core.staff.tables import staff
from core.store.reading import Reader

Someone = tuple[str, int]  # kind (client, staff, system) and id


def names_of(reader: Reader, people: Iterable[Someone], client_masks: Mapping[str, Mask]) -> dict[Someone, str]:
    """Every person's name in two queries; a client's name under the reader's mask, the system's is empty."""
    wanted: dict[str, set[int]] = {"client": set(), "staff": set()}
    for kind, person_id in people:
        if kind in wanted:
            wanted[kind].add(person_id)
    found: dict[Someone, str] = {}
    for row in reader.find(client, client.c.id.in_(wanted["client"])) if wanted["client"] else ():
        found["client", row["id"]] = name_under(client_masks, row["name"])
    for row in reader.find(staff, staff.c.id.in_(wanted["staff"])) if wanted["staff"] else ():
        found["staff", row["id"]] = str(row["name"])
    return found
