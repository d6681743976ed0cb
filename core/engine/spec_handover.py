"""Handing a case from one department to the next: to whom, with what filled in, and where it goes then."""

from pydantic import Field as Limits

from core.engine.spec_kinds import Piece


class Handover(Piece):
    """How a stage ends by a hand-over: its owner offers the case, somebody of the role ``to`` accepts or returns it.

    ``form`` names fields without which it cannot be offered. ``accept`` is the transition taken when it is accepted;
    ``return`` (``returned`` here) when it is returned, absent: the case stays where it is. Nobody takes either of them
    otherwise.
    """

    to: str
    form: tuple[str, ...] = ()
    accept: str
    returned: str | None = Limits(default=None, alias="return")

    @property
    def steps(self) -> tuple[str, ...]:
        """Keys of the transitions that only a hand-over takes."""
        return (self.accept,) if self.returned is None else (self.accept, self.returned)
