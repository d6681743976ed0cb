"""How much of the store a client's files take: each content counts once, however often he has sent it."""

from typing import Final

from sqlalchemy import func, select

from core.files.gate import Refused, refusal
from core.files.inspection import Inspection
from core.files.tables import file
from core.store.reading import Reader

QUOTA: Final = "quota"


def used_by(reader: Reader, client_id: int | None) -> int:
    """Bytes of the client's originals; what a stranger has sent counts for nobody."""
    if client_id is None:
        return 0
    each = select(file.c.handle, func.max(file.c.size).label("size"))
    each = each.where(file.c.client_id == client_id).group_by(file.c.handle)
    [row] = reader.rows(select(func.coalesce(func.sum(each.subquery().c.size), 0).label("used")))
    return int(row["used"])


def over_quota(size: int, used: int, limit: int) -> Inspection:
    """The inspection of a file for which its client has no room left."""
    return refusal(size, "unknown", Refused(QUOTA, size=size, used=used, limit=limit))
