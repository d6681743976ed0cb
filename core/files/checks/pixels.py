"""Has a picture enough pixels to be read or printed?"""

from typing import Annotated, Literal

from pydantic import Field

from core.engine.spec_kinds import Piece
from core.files.checks.finding import Finding, finding, not_run
from core.files.checks.seen import Seen


class Pixels(Piece):
    """The shorter side has at least ``least`` pixels."""

    kind: Literal["pixels"]
    least: Annotated[int, Field(ge=1)] = 600


def pixels(wanted: Pixels, seen: Seen) -> Finding:
    width, height = seen.inspection.width, seen.inspection.height
    if width is None or height is None:
        name = {"zh-CN": "像素", "en": "Pixels"}
        return not_run(wanted.kind, name, {"zh-CN": "不是图片", "en": "not a picture"})
    if min(width, height) >= wanted.least:
        return finding(wanted.kind, "ok", f"像素足够({width}×{height})", f"Enough pixels ({width} x {height})")
    return finding(
        wanted.kind,
        "warn",
        f"像素偏低({width}×{height}),短边应有 {wanted.least}，请用原图发送",
        f"Few pixels ({width} x {height}); the shorter side should have {wanted.least}: ask for the original",
    )
