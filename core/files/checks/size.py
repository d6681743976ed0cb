"""Is the file small enough for this item?"""

from typing import Annotated, Literal

from pydantic import Field

from core.engine.spec_kinds import Piece
from core.files.checks.finding import Finding, finding
from core.files.checks.seen import Seen
from core.files.limits import MIB
from core.files.verdicts import size_words, verdict_words


class Size(Piece):
    """The item takes files of up to ``max_mb`` MiB."""

    kind: Literal["size"]
    max_mb: Annotated[float, Field(gt=0)]


def size(wanted: Size, seen: Seen) -> Finding:
    bytes_, most = seen.inspection.size, int(wanted.max_mb * MIB)
    if bytes_ <= most:
        return finding(wanted.kind, "ok", f"大小 {size_words(bytes_)}", f"Size {size_words(bytes_)}")
    words = verdict_words("too_large", {"size": bytes_, "limit": most})
    return finding(wanted.kind, "fail", words["zh-CN"], words["en"])
