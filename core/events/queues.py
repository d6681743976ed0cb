"""What is wrong with the queues of the ledger."""

from typing import ClassVar

from pydantic import Field

from core.events.event import Event


class QueuesInTrouble(Event):
    """``late``: queues with a row that nobody took for minutes; ``parked``: rows that were given up, by queue."""

    shown: ClassVar[bool] = False
    late: tuple[str, ...] = ()
    parked: dict[str, int] = Field(default_factory=dict)
