"""Is the file of a kind that this item takes?"""

from typing import Annotated, Literal

from pydantic import Field

from core.engine.spec_kinds import Piece
from core.files.checks.finding import Finding, finding
from core.files.checks.seen import Seen
from core.files.sniff import FileKind
from core.files.verdicts import kinds_words, verdict_words


class Type(Piece):
    """The item takes files of the kinds ``accept``."""

    kind: Literal["type"]
    accept: Annotated[tuple[FileKind, ...], Field(min_length=1)]


def type_(wanted: Type, seen: Seen) -> Finding:
    kind = seen.inspection.kind
    if kind in wanted.accept:
        name = kinds_words((str(kind),), "en")
        return finding(wanted.kind, "ok", f"格式 {name}", f"Format {name}")
    words = verdict_words("not_for_item", {"seen": seen.inspection.seen}, wanted.accept)
    return finding(wanted.kind, "fail", words["zh-CN"], words["en"])
