"""Cases as they stand in a list, with the client's name under the reader's mask."""

from admin_api.desk import Desk
from admin_api.names import names_of
from admin_api.schemas.cases import CaseLine, line_of
from core.store.reading import Reader
from core.store.sealing import Row


def case_lines(desk: Desk, reader: Reader, rows: list[Row]) -> list[CaseLine]:
    catalogue, now = desk.parts.catalogue, desk.parts.clock.now()
    names = names_of(reader, {("client", row["client_id"]) for row in rows}, desk.masks("client"))
    return [
        line_of(
            row,
            catalogue.compiled(reader, row["flow_version_id"]).flow.stage(row["stage"]),
            names.get(("client", row["client_id"]), ""),
            now,
        )
        for row in rows
    ]
