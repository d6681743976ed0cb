"""Moves of running cases to another version of their flow, in JSON."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.asked import Whole
from admin_api.schemas.drafts import Mistake
from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Moment, Sent
from core.commands.migrating import MOST_VERSIONS
from core.engine.flow_map import MOST_KEYS, Occupied
from core.engine.text import Words
from core.store.sealing import Row
from core.views.migration import Previewed, Status


class FlowMove(Sent):
    """From which versions to which, and what becomes of their stages, items and fields. A key that is left out stays
    what it is where the target has it; an item or field that the target does not have ends."""

    flow: str = Field(max_length=60, examples=["visa_jp_tourist"])
    to: Whole = Field(ge=1, examples=[2])
    versions: list[Whole] = Field(default=[], max_length=MOST_VERSIONS, description="None: all others.", examples=[[1]])
    stages: dict[str, str] = Field(default={}, max_length=MOST_KEYS, examples=[{"collect": "gather"}])
    items: dict[str, str | None] = Field(default={}, max_length=MOST_KEYS, examples=[{"photo": None}])
    fields: dict[str, str | None] = Field(default={}, max_length=MOST_KEYS, examples=[{}])


class SourceStage(Given):
    """Open cases of one source version in one stage."""

    version: int
    stage: str
    cases: int


class MoveChecked(Given):
    """Whether the map will do; problems point into what was sent."""

    good: bool
    problems: list[Mistake]
    occupied: list[SourceStage]


class MovedCase(Given):
    """What would become of one case. Items, fields and rules by their keys; values of fields are not shown."""

    case_id: IdOut
    number: str
    version: int
    refused: Words | None = Field(description="Why the map does not carry it; then it stays as it is.")
    stage_before: str
    stage_after: str | None
    due_before: Moment | None
    due_after: Moment | None
    renamed: list[str]
    added: list[str]
    dropped: list[str] = Field(description="Not asked any more; what was sent is kept.")
    fields_renamed: dict[str, str]
    set_aside: list[str] = Field(description="Fields whose values the target does not take; they are kept.")
    rules_before: list[str] = Field(description="Rules whose timers wait.")
    rules_after: list[str] = Field(description="Rules of the target that go by a moment which the case has.")
    client_told: bool = Field(description="His to-do list changes.")


class MovePreview(Given):
    """Nothing was written."""

    cases: list[MovedCase]
    next: Next


class FlowMigration(Given):
    """How far a batch is: how many cases are in which state."""

    id: IdOut
    flow: str
    target_id: IdOut
    done: bool
    waiting: int
    moved: int
    refused: int
    undone: int
    kept: int = Field(description="Not taken back, because they have moved on since.")
    made_at: Moment
    made_by: IdOut
    undone_at: Moment | None


class CaseOutcome(Given):
    """What became of one case of a batch."""

    case_id: IdOut
    number: str
    state: Literal["waiting", "moved", "refused", "undone", "kept"]
    why: Words | None
    settled_at: Moment | None


class CaseOutcomes(Given):
    """Cases of a batch."""

    cases: list[CaseOutcome]
    next: Next


def checked_of(occupied: Sequence[Occupied], problems: list[Mistake]) -> MoveChecked:
    stages = [SourceStage(version=each.version, stage=each.stage, cases=each.cases) for each in occupied]
    return MoveChecked(good=not problems, problems=problems, occupied=stages)


def moved_case_of(each: Previewed) -> MovedCase:
    move, row = each.move, each.row
    keys: dict[str, Any] = {} if move is None else {"after": move.after, "fields": dict(move.fields)}
    after = keys.get("after", {})
    return MovedCase(
        case_id=row["id"],
        number=row["number"],
        version=each.version,
        refused=each.refused,
        stage_before=row["stage"],
        stage_after=after.get("stage"),
        due_before=row["due"],
        due_after=after.get("due"),
        renamed=[] if move is None else list(move.keys("renamed")),
        added=[] if move is None else list(move.keys("added", "revived")),
        dropped=[] if move is None else list(move.keys("dropped")),
        fields_renamed=keys.get("fields", {}),
        set_aside=[] if move is None else list(move.set_aside),
        rules_before=list(each.rules_before),
        rules_after=list(each.rules_after),
        client_told=move is not None and move.todo_changed,
    )


def migration_of(found: Status) -> FlowMigration:
    row = found.row
    names = ("id", "flow", "target_id", "made_at", "made_by", "undone_at")
    told: dict[str, Any] = {**{name: row[name] for name in names}, **found.cases}
    return FlowMigration(**told, done=found.done)


def outcome_of(row: Row) -> CaseOutcome:
    return CaseOutcome(**{name: row[name] for name in ("case_id", "number", "state", "why", "settled_at")})
