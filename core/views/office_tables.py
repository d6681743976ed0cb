"""Tables of the office: what is kept of each, and the open cases whose flows use them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select

from core.cases.tables import case
from core.catalog.catalogue import Catalogue
from core.catalog.tables import office_table, office_table_edition
from core.ledger.tables import in_state
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

_LIGHT = [each for each in office_table_edition.c if each.name != "content"]  # the content may be large


def tables_listed(reader: Reader) -> list[Row]:
    """The valid edition of every table, by name."""
    joined = office_table.join(office_table_edition, office_table.c.edition_id == office_table_edition.c.id)
    return reader.rows(select(*_LIGHT).select_from(joined).order_by(office_table.c.name))


def editions(reader: Reader, name: str) -> list[Row]:
    """Every edition of a table, the newest first; none where there is no such table."""
    named = select(*_LIGHT).where(office_table_edition.c.name == name)
    return reader.rows(named.order_by(office_table_edition.c.edition.desc()))


def open_cases(reader: Reader, catalogue: Catalogue, name: str) -> int:
    """How many open cases have a flow version that uses this table."""
    rows = reader.rows(_occupied())
    return sum(row["n"] for row in rows if name in catalogue.compiled(reader, row["flow_version_id"]).flow.tables)


def versions_in_use(lookup: Reader | UnitOfWork, catalogue: Catalogue) -> Sequence[int]:
    """Ids of the flow versions with which cases begin, and of those that have open cases."""
    newest = [row["id"] for row in catalogue.newest(lookup)]
    return list(dict.fromkeys([*newest, *(row["flow_version_id"] for row in lookup.rows(_occupied()))]))


def _occupied() -> Select[Any, Any]:
    counted = select(case.c.flow_version_id, func.count().label("n")).where(in_state(case, "open"))
    return counted.group_by(case.c.flow_version_id)
