"""How far a rule with several moments is in a case: which have come, and whether an event has stopped it."""

from dataclasses import dataclass
from typing import Final

from core.bus.deed import Deed
from core.cases.tables import rule_course
from core.engine.flow import At, Rule
from core.engine.moments import Anchor
from core.store.sealing import Row

MOST_FOR: Final = 60  # characters of what a rule hung on when it was stopped, as rule_course keeps them


@dataclass(frozen=True, slots=True)
class Course:
    """``done``: names of the moments that have come, of this stay in the stage or of the case. ``over``: it was
    stopped."""

    done: frozenset[str] = frozenset()
    over: bool = False


def course_of(rule: Rule, at: At, anchor: Anchor, row: Row, deed: Deed) -> Course:
    """Of a rule that has none: nothing has come."""
    kept = deed.uow.first(rule_course, case_id=row["id"], rule=rule.key) if at.has_course else None
    if kept is None:
        return Course()
    over = kept["stopped_at"] is not None and (not at.again or kept["stopped_for"] == _hung(anchor))
    return Course(frozenset(kept["done"] if kept["stay"] == anchor.stay else ()), over)


def note(rule: Rule, anchor: Anchor, step: str, row: Row, deed: Deed) -> None:
    """This moment has come; those of another stay in a stage are forgotten."""
    kept = _kept(rule, anchor, row, deed)
    done = kept["done"] if kept["stay"] == anchor.stay else []
    deed.uow.change(rule_course, kept["id"], stay=anchor.stay, done=[*done, step])


def stop(rule: Rule, anchor: Anchor, event: str, row: Row, deed: Deed) -> None:
    """It does not go on."""
    kept = _kept(rule, anchor, row, deed)
    deed.uow.change(rule_course, kept["id"], stopped_at=deed.now, stopped_by=event, stopped_for=_hung(anchor))


def _hung(anchor: Anchor) -> str:
    return (anchor.stay or anchor.text)[:MOST_FOR]


def _kept(rule: Rule, anchor: Anchor, row: Row, deed: Deed) -> Row:
    kept = deed.uow.first(rule_course, case_id=row["id"], rule=rule.key)
    if kept is None:
        return deed.uow.add(rule_course, case_id=row["id"], rule=rule.key, stay=anchor.stay, done=[])
    return kept
