"""Fresh databases for tests, on SQLite and PostgreSQL: empty ones, and copies of one with all tables."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.services import postgres, run_folder

Kind = Literal["sqlite", "postgres"]
KINDS: tuple[Kind, ...] = ("sqlite", "postgres")
EXTERNAL = "BANLI_TEST_POSTGRES_URL"
"""Setting: the address of a PostgreSQL that is already there; its user must be allowed to make databases."""


@dataclass(frozen=True, slots=True)
class Databases:
    """Makes databases for one test process; `install` brings the tables into an empty one."""

    folder: Path
    install: Callable[[str], None]

    @contextmanager
    def fresh(self, kind: Kind, *, tables: bool = True) -> Iterator[str]:
        """The address of a database of its own, removed afterwards: with all tables, or empty."""
        made = self._sqlite(tables) if kind == "sqlite" else self._postgres(tables)
        with made as url:
            yield url

    @contextmanager
    def _sqlite(self, tables: bool) -> Iterator[str]:
        folder = self.folder / f"sqlite-{uuid4().hex}"
        folder.mkdir()
        path = folder / "banli.db"
        if tables:
            shutil.copyfile(self._sqlite_template(), path)
        try:
            yield f"sqlite:///{path}"
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _sqlite_template(self) -> Path:
        with run_folder.locked("sqlite-template") as folder:
            path = folder / "template" / "banli.db"
            if not path.exists():
                building = folder / "building"
                building.mkdir()
                self.install(f"sqlite:///{building / path.name}")
                if (building / f"{path.name}-wal").exists():
                    raise RuntimeError("install left a connection to the template open")
                building.rename(path.parent)
        return path

    @contextmanager
    def _postgres(self, tables: bool) -> Iterator[str]:
        server = server_url()
        template = self._postgres_template(server) if tables else "template0"
        name = f"banli_test_{uuid4().hex}"
        create_database(server, name, template)
        try:
            yield address(server, name)
        finally:
            drop_database(server, name)

    def _postgres_template(self, server: str) -> str:
        with run_folder.locked("postgres-template") as folder:
            note = folder / "postgres-template.name"
            if not note.exists():
                name = f"banli_template_{uuid4().hex}"
                create_database(server, name, "template0")
                self.install(address(server, name))
                note.write_text(name, encoding="utf-8")
            return note.read_text(encoding="utf-8")


def server_url() -> str:
    """The address of this run's PostgreSQL, started by the first process that asks."""
    external = os.environ.get(EXTERNAL)
    if external:
        return external
    with run_folder.locked("postgres") as folder:
        return postgres.start(folder / "postgres").url()


def drop_template(folder: Path) -> None:
    """Remove the template from a server that outlives the run."""
    note = folder / "postgres-template.name"
    external = os.environ.get(EXTERNAL)
    if external and note.exists():
        drop_database(external, note.read_text(encoding="utf-8"))


def address(server: str, name: str) -> str:
    """The address of another database on the same server."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def create_database(server: str, name: str, template: str) -> None:
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    execute(server, statement)


def drop_database(server: str, name: str) -> None:
    execute(server, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def execute(server: str, statement: sql.Composed) -> None:
    address = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)
