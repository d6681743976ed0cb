"""Cases that a case of this flow starts beside itself: of other flows, each with a way of its own."""

from typing import Annotated

from pydantic import Field as Limits

from core.engine.spec_kinds import Piece
from core.engine.text import Words


class Child(Piece):
    """A case of another flow, for the same client and the same travellers, that goes its own way beside this one.

    With ``each`` there is one for every value of that field (``case.<multi field>``), and the child's field ``as``
    (``value_field`` here) says which; without it there is one. ``gives`` copies what is known of this case into fields
    of the child when it is opened: child's field -> ``case.<field>``. ``kinds`` says what an applicant type of this
    flow is called in the other one, where it is called otherwise.
    """

    key: str
    name: Words
    flow: str
    most: Annotated[int, Limits(ge=1, le=50)] = 20
    each: str | None = None
    value_field: Annotated[str | None, Limits(alias="as")] = None
    gives: dict[str, str] = Limits(default_factory=dict)
    kinds: dict[str, str] = Limits(default_factory=dict)

    @property
    def list_field(self) -> str | None:
        """Key of the field of which each value has a child; None where there is one child."""
        return None if self.each is None else self.each.removeprefix("case.")
