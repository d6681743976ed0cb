"""The ladder of overdue work: who is told next, and after how much working time. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from core.engine.calendar import Span

LEAD: Final = (
    "lead"  # in the place of a role: the nearest supervisors who are not on the case, else the admins, else those on it
)
Step = Literal["person", "lead", "admin"]
STEPS: tuple[Step, ...] = ("person", "lead", "admin")


@dataclass(frozen=True, slots=True)
class Ladder:
    """Working hours after the limit at which each step is taken, in rising order; 0 leaves the step out. A review has
    no limit of its own: it may wait `review` working hours, with 0 for ever."""

    review: int = 8
    person: int = 1
    lead: int = 4
    admin: int = 16

    def above(self, step: Step | None) -> tuple[Step, Span] | None:
        """The next step with the working time from the one before it (from the limit, if there was none)."""
        done = 0 if step is None else self._hours(step)
        for each in STEPS[0 if step is None else STEPS.index(step) + 1 :]:
            if hours := self._hours(each):
                return each, Span(max(hours - done, 0), "h")
        return None

    def _hours(self, step: Step) -> int:
        return {"person": self.person, "lead": self.lead, "admin": self.admin}[step]
