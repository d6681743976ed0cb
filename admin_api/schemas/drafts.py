"""Drafts of flows in JSON."""

from typing import Any

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.ids import IdIn, IdOut
from admin_api.schemas.model import Given, Moment, Sent
from core.commands.drafts import MOST_SOURCE
from core.store.sealing import Row
from core.views.impact import Impact

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


class DraftImpact(Given):
    """What publishing would mean."""

    newest: int | None = Field(description="The version that cases begin with until now; null: the flow is new.")
    staying: list[StayingVersion] = Field(description="Newest first; no case moves by itself.")
    changes: list[PartChange] = Field(description="Empty as long as the draft has problems.")


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
        changes=[
            PartChange(part=each.part, added=list(each.added), removed=list(each.removed), changed=list(each.changed))
            for each in found.changes
        ],
    )


def _line(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "flow", "based_on", "made_at", "changed_at", "changed_by")}
