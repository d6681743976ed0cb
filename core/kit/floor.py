"""The floor: the oldest code that may still run on the tables, kept beside them, so that older code can read it."""

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection, String, Table, select, text, update

from core.kit.chain import FIRST_FLOOR, ahead, floor_of, is_known, newest
from core.kit.db import key, metadata, plain

code_floor = Table(  # one row, which the migrations write
    "code_floor",
    metadata,
    key(),
    plain("revision", String(40)),
)

Place = Literal["same", "behind", "ahead", "below"]
_REMEDIES: Final[dict[Place, str]] = {
    "behind": "run `banli migrate`",
    "below": "install the newer version here too",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How the tables stand to this version. "behind": they are older, or none at all (`found` is None); "ahead": newer,
    and this version goes on working beside the newer one; "below": newer, and it no longer can."""

    found: str | None
    place: Place

    @property
    def well(self) -> bool:
        return self.place in ("same", "ahead")

    @property
    def older(self) -> bool:
        return self.place == "behind"

    @property
    def newer(self) -> bool:
        """Than this version, which may run on them all the same."""
        return self.place == "ahead"

    @property
    def remedy(self) -> str:
        """What to do; empty when nothing must be done."""
        return _REMEDIES.get(self.place, "")

    @property
    def said(self) -> str:
        also = {"ahead": ", and may run on them beside a newer one", "below": ", which is too old for them"}
        told = f"The tables are at {self.found or 'nothing'}, this version works with {newest()}"
        return f"{told}{also.get(self.place, '')}."


def standing(connection: Connection) -> Standing:
    """Ask the tables. Raises DBAPIError when the database does not answer."""
    found = revision_of(connection)
    if found == newest():
        return Standing(found, "same")
    if found is None or is_known(found):
        return Standing(found, "behind")
    return Standing(found, "ahead" if is_known(_floor(connection)) else "below")


def revision_of(connection: Connection) -> str | None:
    """None for a database without any table of ours."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def keep_floor(connection: Connection) -> None:
    """After a migration, up or down: what the floor is from now on, in the same transaction."""
    if connection.dialect.has_table(connection, code_floor.name) and (at := revision_of(connection)):
        connection.execute(update(code_floor).values(revision=floor_of(ahead(None, at)) or FIRST_FLOOR))


def _floor(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, code_floor.name):
        return None
    return connection.execute(select(code_floor.c.revision)).scalar()
