"""What a migration does, as the SQL that it would send to PostgreSQL, and which of it older code could not bear."""

import io
import re
from collections.abc import Callable, Iterator

from alembic.migration import MigrationContext
from alembic.operations import Operations

_ADDS = (
    r"CREATE TABLE (?P<table>\w+) .*",
    r"CREATE (UNIQUE )?INDEX .*",
    r"DROP INDEX ix_\w+",  # by no statement named, and promising nothing, as one that is unique does (uq_)
    r"ALTER TABLE \w+ ADD COLUMN (?P<column>.*)",
    r"(INSERT INTO|UPDATE) .*",
    r"CREATE OR REPLACE FUNCTION (?!.*(?i:RAISE)).*",
    r"CREATE (CONSTRAINT )?TRIGGER \w+ AFTER .*",  # what it calls is for a reader
)


def statements(upgrade: Callable[[], None]) -> list[str]:
    """One line each, in order."""
    written = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": written, "literal_binds": True}
    )
    with Operations.context(context):
        upgrade()
    told = re.sub(r"\$\$.*?\$\$", lambda body: " ".join(body[0].split()), written.getvalue(), flags=re.DOTALL)
    return [" ".join(each.split()) for each in told.split(";\n") if each.strip()]


def breaks(upgrade: Callable[[], None]) -> list[str]:
    """The statements that take something away, rename it, or ask of a new row what older code does not write."""
    return [each for each in statements(upgrade) if not _only_adds(each)]


def _only_adds(statement: str) -> bool:
    found = next(_matches(statement), None)
    if found is None:
        return False
    column = found.groupdict().get("column")
    return column is None or "NOT NULL" not in column or "DEFAULT" in column


def _matches(statement: str) -> Iterator[re.Match[str]]:
    for pattern in _ADDS:
        if match := re.fullmatch(pattern, statement):
            yield match
