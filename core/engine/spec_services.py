"""Work that a flow or the house offers beside stages: a template from which staff add a task to a case with one tap."""

from collections.abc import Collection

from core.engine.calendar import Span
from core.engine.conditions import ConditionSpec
from core.engine.spec_kinds import Piece
from core.engine.text import Words

MOST_SERVICES = 50
"""Of one flow, and of the house: each is a button of one list."""


class Telling(Piece):
    """What the client reads, by key of a message: when the service is added, when it is done."""

    added: str | None = None
    done: str | None = None


class Told(Piece):
    """What the client reads of a template of the house: the words themselves, as no flow's messages are at hand."""

    added: Words | None = None
    done: Words | None = None


class HouseService(Piece):
    """A template of the house's own, for cases of every flow. ``flows`` (keys) and ``kinds``: only for these."""

    key: str
    name: Words
    role: str
    due: Span | None = None
    note: Words | None = None
    tell_client: Told = Told()
    flows: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None

    def suits(self, flow: str, kind: str, roles: Collection[str]) -> bool:
        """Whether cases of such a flow may have it: ``roles`` are those that it lists, none for all."""
        meant = (self.flows is None or flow in self.flows) and (self.kinds is None or kind in self.kinds)
        return meant and (not roles or self.role in roles)


class Service(Piece):
    """A template of a task: polishing papers, a mock interview.

    ``role`` does it, within ``due``; ``note`` is for whoever does it. ``when``: offered only while it holds.
    """

    key: str
    name: Words
    role: str
    due: Span | None = None
    note: Words | None = None
    when: ConditionSpec | None = None
    tell_client: Telling = Telling()
