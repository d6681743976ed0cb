"""The chain of migrations: of what kind each one is, and whose code goes on working with the tables that it leaves.

A migration says ``kind = "expand"`` when code that knows nothing of it works on beside it: it only adds, or drops an
index that is not unique. One that takes away says ``kind = "contract"`` and ``floor = "<revision>"``: the oldest
revision whose code still works after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from alembic.config import Config
from alembic.script import ScriptDirectory

Kind = Literal["expand", "contract"]
FOLDER: Final = Path(__file__).parent / "migrations"
FIRST_FLOOR: Final = "0017"  # code of this revision was run beside newer tables (make upgrade-path); older never was


@dataclass(frozen=True, slots=True)
class Step:
    """One migration; `floor` is None for an expanding one, which leaves it where it is."""

    revision: str
    kind: Kind
    floor: str | None
    about: str


@cache
def steps() -> tuple[Step, ...]:
    """All migrations of this version, oldest first."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    found = ScriptDirectory.from_config(config).walk_revisions()
    made = [
        Step(each.revision, getattr(each.module, "kind", "expand"), getattr(each.module, "floor", None), each.doc)
        for each in found
    ]
    return tuple(reversed(made))


def newest() -> str:
    """The revision that this version of the code works with."""
    return steps()[-1].revision


def is_known(revision: str | None) -> bool:
    """Whether this version has the revision; one that it does not know is newer."""
    return any(each.revision == revision for each in steps())


def ahead(found: str | None, wanted: str) -> list[Step]:
    """What leads from one revision (None: no tables at all) up to another, in order; both must be known."""
    names = [each.revision for each in steps()]
    return list(steps()[0 if found is None else names.index(found) + 1 : names.index(wanted) + 1])


def floor_of(passed: Iterable[Step]) -> str | None:
    """The oldest revision whose code works after these steps, as the last that contracts has it; None: none does."""
    return next((each.floor for each in reversed(list(passed)) if each.floor is not None), None)


def is_older(revision: str | None, than: str) -> bool:
    """Whether code of one revision is older than code of another, known one; code that tells none is."""
    names = [each.revision for each in steps()]
    return revision is None or (revision in names and names.index(revision) < names.index(than))
