"""Faults of moving, planted from outside: the machine must find each of them."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from core.cases import handovers, migration, moving, pausing, rounds, stages
from core.cases.moving import CaseMove
from core.cases.tables import case, item
from core.reactions import approvals, planning
from tests.moves import edits, renames

Patch = pytest.MonkeyPatch


def client_is_always_told(patch: Patch) -> None:
    patch.setattr(CaseMove, "todo_changed", property(lambda _: True))


def timers_stay_as_they_were(patch: Patch) -> None:
    patch.setattr(planning, "plan_by_new_flow", lambda row, deed: None)


def timers_of_the_old_version_stay_too(patch: Patch) -> None:
    """The new rules are planned, and what the old ones had planned is not taken back."""
    patch.setattr(planning, "_take_back", lambda row, deed: {})


def round_stays_open(patch: Patch) -> None:
    patch.setattr(migration, "end_round", lambda row, deed: None)


def seats_stay_given(patch: Patch) -> None:
    """The round ends, and the case still says who decides."""

    def ended(row: Any, deed: Any) -> None:
        seated = row["seated"]
        rounds.end_round(row, deed)
        deed.uow.change(case, row["id"], seated=seated)

    patch.setattr(migration, "end_round", ended)


def handover_stays_offered(patch: Patch) -> None:
    patch.setattr(handovers, "lapse", lambda case_id, deed, **_: None)


def limit_is_not_reckoned_again(patch: Patch) -> None:
    patch.setattr(pausing, "limit_of", lambda lookup, row, span, calendar: row["due"] or row["entered_at"])


def pause_is_forgotten(patch: Patch) -> None:
    patch.setattr(moving, "_limit", lambda row, stage, substate, due, way: {"due": due, **pausing.RUNNING})


def document_is_lost(patch: Patch) -> None:
    """An item that has another name now has lost what was sent for it."""
    carry_over = migration.carry_over

    def carried(move: CaseMove, deed: Any) -> dict[str, Any]:
        before = carry_over(move, deed)
        for each in move.items:
            if each.row is not None and each.change == "renamed":
                deed.uow.change(item, each.row["id"], status="todo", current_id=None)
        return before

    patch.setattr(migration, "carry_over", carried)


def values_set_aside_stay_away(patch: Patch) -> None:
    """Taking a move back does not bring back what the target did not take."""
    put_back = migration.put_back

    def put(row: Any, before: Any, version_id: int, due: Any, deed: Any) -> None:
        kept = {key: value for key, value in before["fields"].items() if key in row["fields"]}
        put_back(row, {**before, "fields": kept}, version_id, due, deed)

    patch.setattr(migration, "put_back", put)


def values_are_dropped_silently(patch: Patch) -> None:
    fields = moving._fields

    def dropped(row: Any, way: Any) -> Any:
        kept, renamed, _ = fields(row, way)
        return kept, renamed, ()

    patch.setattr(moving, "_fields", dropped)


def dropped_papers_wait_on(patch: Patch) -> None:
    """What was sent for an item that ends still waits for a decision."""
    patch.setattr(migration, "_set_aside", lambda row, deed: None)


def approved_goes_on_as_declined(patch: Patch) -> None:
    """The step that is taken is not the one of what was decided, and nobody looks whether it is."""
    step = approvals._step

    def other(row: Any, round_: Any, spec: Any, lookup: Any) -> Any:
        return step(row, round_, spec.model_copy(update={"approve": spec.decline}), lookup)

    patch.setattr(approvals, "_step", other)
    patch.setattr(stages, "refuse_unapproved", lambda *_: None)


Fault = Callable[[Patch], None]
SHARP: Final[dict[str, tuple[Any, ...]]] = {"document_is_lost": (renames.rename_item,)}
"""Faults that few edits bring out: versions differ by these alone while one of them is looked for."""
FAULTS: Final[tuple[Fault, ...]] = (
    client_is_always_told,
    timers_stay_as_they_were,
    timers_of_the_old_version_stay_too,
    round_stays_open,
    seats_stay_given,
    handover_stays_offered,
    limit_is_not_reckoned_again,
    pause_is_forgotten,
    document_is_lost,
    values_set_aside_stay_away,
    values_are_dropped_silently,
    dropped_papers_wait_on,
    approved_goes_on_as_declined,
)


def plant(fault: Fault, patch: Patch) -> None:
    fault(patch)
    patch.setattr(edits, "EDITS", SHARP.get(fault.__name__, edits.EDITS))
