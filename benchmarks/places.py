"""Where a measurement runs: durable databases on SQLite and PostgreSQL that can be copied, removed afterwards."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import make_url

from tests.services import postgres, run_folder
from tests.services.databases import Kind, address, create_database, drop_database


@dataclass(frozen=True, slots=True)
class Place:
    """One kind of database, in the state in which the product runs it: nothing is answered before it is on disk."""

    kind: Kind
    folder: Path
    server: str = ""  # SQLAlchemy address of the PostgreSQL

    @contextmanager
    def database(self, like: str = "") -> Iterator[str]:
        """The address of a database of its own, empty or a copy of another one that nobody has open."""
        name = f"banli_bench_{uuid4().hex}"
        if self.kind == "postgres":
            template = make_url(like).database if like else None
            create_database(self.server, name, template or "template0")
            try:
                yield address(self.server, name)
            finally:
                drop_database(self.server, name)
            return
        path = self.folder / name / "banli.db"
        path.parent.mkdir()
        if like:
            shutil.copyfile(like.removeprefix("sqlite:///"), path)
        try:
            yield f"sqlite:///{path}"
        finally:
            shutil.rmtree(path.parent, ignore_errors=True)


@contextmanager
def open_places() -> Iterator[dict[Kind, Place]]:
    """Both kinds, in a folder that goes away; PostgreSQL runs with fsync and its own defaults."""
    mine = run_folder.VARIABLE not in os.environ
    run = run_folder.open_run() if mine else run_folder.current()
    folder = run / f"bench-{uuid4().hex[:8]}"
    folder.mkdir()
    folder.chmod(0o755)
    server = postgres.start(folder / "postgres", durable=True)
    try:
        yield {"sqlite": Place("sqlite", folder), "postgres": Place("postgres", folder, server.url())}
    finally:
        server.stop()
        if mine:
            run_folder.close_run(run)
        else:
            shutil.rmtree(folder, ignore_errors=True)
