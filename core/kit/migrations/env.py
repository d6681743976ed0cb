"""Alembic's environment: runs the revisions on the connection that core.kit.migrate hands over."""

from alembic import context

from core.kit.db import metadata
from core.kit.floor import keep_floor

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
    keep_floor(connection)
