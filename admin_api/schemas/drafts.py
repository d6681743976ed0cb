"""Drafts of flows in JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final, Literal

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.catalogue import FlowVersion, flow_version_of
from admin_api.schemas.ids import IdIn, IdOut
from admin_api.schemas.model import Given, Moment, Sent
from admin_api.schemas.params import ParamOfDraft, param_told
from core.commands.drafts import MOST_SOURCE
from core.engine.flow_diff import Change
from core.engine.text import Words
from core.store.sealing import Row
from core.views.impact import MOST_COMPARED, MOST_RULES, MOST_STAGES, MOST_VERSIONS, Impact

MOST_CHANGES: Final = 1000
_SOURCE = Field(max_length=MOST_SOURCE, description="YAML, kept as it is.", examples=["key: visa_sg\nversion: 1\n"])


class NewDraft(Sent):
    """What a draft begins with: one of the two."""

    trims = False  # kept to the last byte

    source: str = Field(default="", max_length=MOST_SOURCE, examples=["key: visa_sg\nversion: 1\n"])
    from_version_id: IdIn | None = Field(
        default=None, description="A published version; its number is raised to the next free one."
    )


class DraftSource(Sent):
    """The whole source anew."""

    trims = False

    source: str = _SOURCE


class DraftLine(Given):
    """A draft in a list."""

    id: IdOut
    flow: str = Field(description="The key that its source says; empty while it says none.")
    based_on: IdOut | None = Field(description="The published version that it was made from.")
    made_at: Moment
    changed_at: Moment
    changed_by: IdOut


class Draft(DraftLine):
    """A draft with its source."""

    source: str


class DraftList(Given):
    """Open drafts, oldest first."""

    drafts: list[DraftLine]
    next: Next


class Mistake(Given):
    """One thing that is wrong with a source."""

    pointer: str = Field(examples=["/stages/2/owner"])
    line: int | None = Field(description="Of the source, counted from 1.")
    code: str = Field(examples=["flow.unknown_role"])
    message: str


class Looked(Given):
    """Everything that is wrong with a draft, at once."""

    publishable: bool
    problems: list[Mistake]


class StayingVersion(Given):
    """A published version, and the work that stays on it."""

    id: IdOut
    version: int
    open_cases: int
    open_tasks: int


class PartChange(Given):
    """Keys of one part of the flow, against the newest version."""

    part: str = Field(examples=["items"])
    added: list[str]
    removed: list[str]
    changed: list[str]


class OccupiedStage(Given):
    """A stage of a published version in which open cases stand."""

    version_id: IdOut
    version: int
    stage: str = Field(examples=["collect"])
    name: Words
    open_cases: int
    gone: bool | None = Field(description="The draft has no such stage; null as long as the draft has problems.")


class TouchedRule(Given):
    """A rule that the draft has no more or says otherwise, of a version that open cases are on, and what hangs on it.

    Those cases go on by their version's rule.
    """

    version_id: IdOut
    version: int
    rule: str = Field(examples=["remind"])
    name: Words
    change: Literal["removed", "changed"]
    open_tasks: int
    open_timers: int


class DraftImpact(Given):
    """What publishing would mean."""

    newest: int | None = Field(description="The version that cases begin with until now; null: the flow is new.")
    staying: list[StayingVersion] = Field(
        description=f"The newest {MOST_VERSIONS}, newest first; no case moves by itself."
    )
    occupied: list[OccupiedStage] = Field(description=f"The fullest {MOST_STAGES}, the fullest first.")
    rules: list[TouchedRule] = Field(
        description=f"Rules with open tasks or timers, of the newest {MOST_COMPARED} versions with open cases: "
        f"the first {MOST_RULES} that differ."
    )
    changes: list[PartChange] = Field(description="Empty as long as the draft has problems.")
    params: list[ParamOfDraft] = Field(
        description="Parameters that are other than in the newest version; a simulation tells the cases concerned."
    )


class FlowChange(Given):
    """One thing that is other."""

    pointer: str = Field(
        description="A place in the newer flow, of what was removed in the older; defaults are written out.",
        examples=["/stages/1/due"],
    )
    kind: Literal["added", "removed", "changed"]
    part: str = Field(examples=["stages"])
    key: str = Field(description="Of the thing; empty: the flow itself.", examples=["collect"])
    name: Words = Field(description="What people call the thing.")
    old: Any = Field(description="Null for what was added.", examples=["7d"])
    new: Any = Field(description="Null for what was removed.", examples=["5d"])
    words: Words = Field(description="The change as a sentence.")


class FlowDiff(Given):
    """What is other than in a published version."""

    against: FlowVersion | None = Field(description="What it is compared with; null: no version of it is published.")
    problems: list[Mistake] = Field(description="Why it cannot be compared; GET .../validation tells the same.")
    changes: list[FlowChange] = Field(description=f"In the order of the flow language, at most {MOST_CHANGES}.")
    left_off: int = Field(description="How many more there are.")


def line_of(row: Row) -> DraftLine:
    return DraftLine(**_line(row))


def draft_of(row: Row) -> Draft:
    return Draft(**_line(row), source=bytes(row["source"]).decode())


def impact_of(found: Impact) -> DraftImpact:
    return DraftImpact(
        newest=found.newest,
        staying=[
            StayingVersion(
                id=each.version_id, version=each.version, open_cases=each.open_cases, open_tasks=each.open_tasks
            )
            for each in found.staying
        ],
        occupied=[OccupiedStage(**asdict(each)) for each in found.occupied],
        rules=[TouchedRule(**asdict(each)) for each in found.rules],
        changes=[
            PartChange(part=each.part, added=list(each.added), removed=list(each.removed), changed=list(each.changed))
            for each in found.changes
        ],
        params=[ParamOfDraft(**param_told(each, [found.newest])) for each in found.params if found.newest is not None],
    )


def diff_of(against: Row | None, found: Sequence[Change], problems: Sequence[Mistake] = ()) -> FlowDiff:
    return FlowDiff(
        against=None if against is None else flow_version_of(against),
        problems=list(problems),
        changes=[FlowChange(**asdict(each)) for each in found[:MOST_CHANGES]],
        left_off=max(0, len(found) - MOST_CHANGES),
    )


def _line(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "flow", "based_on", "made_at", "changed_at", "changed_by")}
