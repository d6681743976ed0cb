"""A version that is one migration newer than this one: its migrations are ours and one more, in a folder of its own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.kit import chain, migrate

CONTRACTS = '''"""What nobody needs any more goes."""

from alembic import op

revision = "9001"
down_revision = "{newest}"
branch_labels = None
depends_on = None
kind = "contract"
floor = "{floor}"


def upgrade() -> None:
    op.drop_column("client", "source")


def downgrade() -> None:
    raise NotImplementedError
'''


@contextmanager
def newer(folder: Path, floor: str = "9001") -> Iterator[None]:
    """Within it this process is that version; its migration takes away what code below the floor needs."""
    copy = folder / "migrations"
    shutil.copytree(chain.FOLDER, copy)
    (copy / "versions" / "9001_nobody_needs.py").write_text(CONTRACTS.format(newest=chain.newest(), floor=floor))
    with pytest.MonkeyPatch.context() as patch:
        for module in (chain, migrate):
            patch.setattr(module, "FOLDER", copy)
        chain.steps.cache_clear()
        try:
            yield
        finally:
            chain.steps.cache_clear()
