"""What a scenario saw."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Seen:
    """`count`: deliveries or faults; `repeats`: messages that the platform took once more."""

    wrong: list[str] = field(default_factory=list)
    kills: int = 0
    count: int = 0
    repeats: int = 0
    note: str = ""
