"""How a stage is decided by people: who sits, how many of them must be for it, and which step each outcome takes."""

from typing import Annotated, Final, Literal

from pydantic import Field as Limits

from core.engine.spec_kinds import Piece

Mode = Literal["any", "all", "vote"]
MOST_SEATS: Final = 15


class Approval(Piece):
    """People decide on the stage. ``by`` is their role (absent: the stage's owner).

    ``mode``: ``any`` one of them decides for all; ``all`` everybody must be for it; ``vote`` so many as ``share`` says.
    With ``mean`` each gives a score from 0 to 100 as well. ``approve`` and ``decline`` are steps that only ``system``
    may take.
    """

    by: str | None = None
    mode: Mode
    seats: Annotated[int, Limits(ge=1, le=MOST_SEATS)] | None = None
    share: Annotated[str, Limits(pattern=r"^[1-9][0-9]?/[1-9][0-9]?$")] | None = None
    mean: Annotated[int, Limits(ge=1, le=100)] | None = None
    approve: str
    decline: str
    not_preparer: bool = True
    override: tuple[str, ...] = ()
