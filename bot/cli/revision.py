"""At which revision the tables of a database are."""

from sqlalchemy import text

from core.store.reading import Reader


def revision(reader: Reader) -> str | None:
    """None for a database without any table of ours."""
    known = reader.connection.dialect.has_table(reader.connection, "alembic_version")
    return reader.connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None
