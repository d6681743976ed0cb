"""Bring a database's tables to a revision. The migrations stand beside this file, in migrations/versions."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from core.kit.chain import FOLDER
from core.kit.db import is_sqlite, writer_engine

Work = Callable[[Config], object]


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the tables up to a revision, by default the newest; doing it again changes nothing."""
    make_folder(url)
    _run(url, lambda config: command.upgrade(config, revision))


def upgrade_on(connection: Connection, revision: str = "head") -> None:
    """As `upgrade`, within the transaction of this connection."""
    command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Bring the tables down to a revision, by default to none. What only newer tables hold is lost."""
    _run(url, lambda config: command.downgrade(config, revision))


def _run(url: str, work: Work) -> None:
    engine = writer_engine(url)
    try:
        with engine.begin() as connection:
            work(_config(connection))
    finally:
        engine.dispose()


def make_folder(url: str) -> None:
    """Where a SQLite file will be."""
    if is_sqlite(url):
        path = url.removeprefix("sqlite:///")
        if path and path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
