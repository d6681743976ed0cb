"""Work that a flow offers beside its stages: a template from which staff add a task to a case with one tap."""

from core.engine.calendar import Span
from core.engine.conditions import ConditionSpec
from core.engine.spec_kinds import Piece
from core.engine.text import Words

MOST_SERVICES = 50
"""Of one flow: each is a button of one list."""


class Telling(Piece):
    """What the client reads, by key of a message: when the service is added, when it is done."""

    added: str | None = None
    done: str | None = None


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
