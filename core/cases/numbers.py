"""Case numbers that people can say aloud: V-2026-0042."""

from core.cases.tables import case_number
from core.store.unit import UnitOfWork

_LETTERS = {"visa": "V", "study": "S", "project": "P", "ticket": "T", "care": "W"}


def next_number(uow: UnitOfWork, kind: str) -> str:
    """The next number of this kind and year, without gaps between committed cases."""
    prefix = f"{_LETTERS.get(kind, 'C')}-{uow.now.year}"
    uow.need("number:" + prefix)
    row = uow.first(case_number, prefix=prefix)
    if row is None:
        row = uow.add(case_number, prefix=prefix, last=0)
    row = uow.change(case_number, row["id"], last=row["last"] + 1)
    return f"{prefix}-{row['last']:04d}"
