"""Alembic's environment: runs the revisions on the connection that core.kit.migrate hands over."""

from alembic import context

from core.kit.db import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
