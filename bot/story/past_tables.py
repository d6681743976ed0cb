"""Tables of the office that the story of a case needs: those that its flow names, or a flow beside it, as of today."""

from collections.abc import Iterable

from core.catalog.tables import office_table, office_table_edition
from core.engine.flow import Flow
from core.store.reading import Reader


def tables_beside(reader: Reader, flows: Iterable[Flow]) -> dict[str, bytes]:
    """Name -> CSV as it was imported. They are the office's, the same for everybody: nothing in them is personal."""
    return _those(reader, dict.fromkeys(name for flow in flows for name in flow.tables))


def _those(reader: Reader, names: Iterable[str]) -> dict[str, bytes]:
    found = {}
    for name in names:
        row = reader.first(office_table, name=name)
        edition = None if row is None else reader.peek(office_table_edition, row["edition_id"])
        if edition is not None:
            found[name] = bytes(edition["content"])
    return found
