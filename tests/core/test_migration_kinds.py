"""Every migration says whether an older version goes on working beside it, and what it does bears that out."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.config import Config
from alembic.script import ScriptDirectory

from core.kit.chain import FIRST_FLOOR, FOLDER, floor_of, is_known, is_older, newest, steps
from core.kit.db import writer_engine
from core.kit.floor import keep_floor, standing
from core.kit.migrate import downgrade, upgrade
from tests.core.migration_sql import breaks, statements


def modules() -> dict[str, ModuleType]:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return {each.revision: each.module for each in ScriptDirectory.from_config(config).walk_revisions()}


def test_every_migration_declares_its_kind() -> None:
    files = {path.stem for path in Path(FOLDER, "versions").glob("[0-9]*.py")}
    found = modules()
    assert {module.__name__.removesuffix("_py") for module in found.values()} == files
    assert {
        name: getattr(module, "kind", None) in ("expand", "contract") for name, module in found.items()
    } == dict.fromkeys(found, True)


@pytest.mark.parametrize("revision", [step.revision for step in steps() if step.kind == "expand"])
def test_one_that_expands_only_adds(revision: str) -> None:
    module = modules()[revision]
    assert statements(module.upgrade), "it does something"
    assert breaks(module.upgrade) == []
    assert not hasattr(module, "floor")


def test_one_that_contracts_names_a_floor_that_never_falls() -> None:
    lowest = FIRST_FLOOR
    assert is_known(lowest)
    for step in steps():
        if step.kind == "contract":
            assert step.floor is not None
            assert is_known(step.floor)
            assert not is_older(step.revision, step.floor)
            assert not is_older(step.floor, lowest)
            lowest = step.floor


@pytest.mark.parametrize(
    "act",
    [
        lambda: op.drop_table("client"),
        lambda: op.drop_column("client", "phone"),
        lambda: op.drop_index("uq_client_phone", "client"),
        lambda: op.drop_constraint("uq_client_x", "client"),
        lambda: op.rename_table("client", "person"),
        lambda: op.alter_column("client", "phone", new_column_name="telephone"),
        lambda: op.alter_column("client", "phone", nullable=False),
        lambda: op.alter_column("client", "phone", type_=sa.String(5)),
        lambda: op.add_column("client", sa.Column("x", sa.Integer(), nullable=False)),
        lambda: op.create_check_constraint("ck_client_x", "client", "id > 0"),
        lambda: op.execute("DELETE FROM client"),
        lambda: op.execute("DROP VIEW x"),
        lambda: op.execute("CREATE TRIGGER x BEFORE INSERT ON client FOR EACH ROW EXECUTE FUNCTION y()"),
        lambda: op.execute("CREATE OR REPLACE FUNCTION x() AS $$ BEGIN RAISE EXCEPTION 'no';\n END $$"),
    ],
)
def test_what_takes_away_is_seen(act: Callable[[], None]) -> None:
    assert len(breaks(act)) == 1


@pytest.mark.parametrize(
    "act",
    [
        lambda: op.add_column("client", sa.Column("x", sa.Integer(), nullable=True)),
        lambda: op.add_column("client", sa.Column("x", sa.Integer(), nullable=False, server_default="0")),
        lambda: op.create_index("ix_client_x", "client", ["x"]),
        lambda: op.drop_index("ix_client_x", "client"),
    ],
)
def test_what_only_adds_is_let_through(act: Callable[[], None]) -> None:
    assert statements(act)
    assert breaks(act) == []


def test_how_the_tables_stand_to_this_version(empty_database: str) -> None:
    engine = writer_engine(empty_database)

    def place(revision: str = "", floor: str = "") -> str:
        with engine.begin() as connection:
            if revision:
                connection.execute(sa.text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
            if floor:
                connection.execute(sa.text("UPDATE code_floor SET revision = :r"), {"r": floor})
            return standing(connection).place

    assert place() == "behind"
    upgrade(empty_database, "0018")
    assert place() == "behind"
    upgrade(empty_database)
    assert place() == "same"
    assert place("9001") == "ahead"  # a newer version expanded
    assert place("9002", floor=newest()) == "ahead"  # it took away what we do not use
    assert place("9002", floor="9001") == "below"
    engine.dispose()


def test_the_floor_is_kept_on_every_way(empty_database: str) -> None:
    upgrade(empty_database)
    engine = writer_engine(empty_database)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE code_floor SET revision = '9001'"))
        keep_floor(connection)
        assert connection.execute(sa.text("SELECT revision FROM code_floor")).scalar_one() == (
            floor_of(steps()) or "0017"
        )
    downgrade(empty_database, "0018")
    with engine.begin() as connection:
        keep_floor(connection)  # there is nothing to keep it in
        assert standing(connection).place == "behind"
    upgrade(empty_database)
    with engine.begin() as connection:
        assert standing(connection).place == "same"
    engine.dispose()
