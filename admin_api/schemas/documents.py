"""Checklist items and document versions in JSON."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from admin_api.schemas.asked import DayIn
from admin_api.schemas.ids import ActorIdOut, IdIn, IdOut, ids_as_text
from admin_api.schemas.model import Given, Moment, Sent
from core.engine.text import Words
from core.store.sealing import Row


class Who(Given):
    """A client, a member of staff, or the system; a hidden name is empty."""

    kind: str
    id: ActorIdOut
    name: str


class Finding(Given):
    """What one check says; it advises, only a person decides."""

    check: str
    outcome: str = Field(description="ok, warn, fail, not_run or tick")
    text: Words
    params: dict[str, Any]


class Second(Given):
    """Two people decide: who asked whom, and the first of the two approvals."""

    asked_by: Who
    reviewer: Who
    first_by: Who | None
    first_at: Moment | None


class Version(Given):
    """One version of a document; only the newest one counts."""

    id: IdOut
    n: int
    status: str = Field(
        description="partial, submitted, approved, rejected, replaced, withdrawn, waived, dropped or lapsed"
    )
    sha256: str = Field(description="SHA-256 of the first file as it was sent.")
    files: int = Field(description="How many files it has; the others are downloaded with `page`.")
    file_name: str
    size: int
    media_type: str
    has_preview: bool
    by: Who
    channel: str
    at: Moment
    reviewed_by: Who | None
    reviewed_at: Moment | None
    second_look: Second | None
    reason: str | None
    words: str | None
    note: str | None
    findings: list[Finding]
    ticks: list[str]
    dates: dict[str, str]


class FileOut(Given):
    """One file as it was sent."""

    id: IdOut
    name: str
    size: int
    media_type: str
    has_preview: bool
    at: Moment


class ChecklistItem(Given):
    """One row of a case's checklist. ``versions`` is there for those who may read documents, newest first."""

    id: IdOut
    key: str
    name: Words
    group: str | None
    traveller_id: IdOut | None
    shared: bool = Field(description="Needed once for all travellers of the case.")
    required: bool
    asked: bool = Field(description="Whether it is asked for at present: required, or asked for by name.")
    proof: bool
    dropped: bool = Field(description="The case's version of the flow does not have it any more; its files are kept.")
    submit_by: str
    status: str = Field(description="todo, submitted, approved, rework or waived")
    status_at: Moment
    reason: str | None
    words: str | None
    versions: list[Version] | None = None


class Submitted(Given):
    """The version that an upload became."""

    id: IdOut
    n: int
    item_id: IdOut
    sha256: str
    by: Who
    findings: list[Finding]


class NewReview(Sent):
    """A decision on one version. A rejection needs one of the flow's reasons."""

    decision: Literal["approved", "rejected"] = Field(examples=["approved"])
    reason: str = Field(default="", max_length=60, examples=[""])
    words: str = Field(default="", max_length=1000, description="To the client, when the reason is `other`.")
    note: str = Field(default="", max_length=2000, description="Stays inside.")
    ticks: list[str] = Field(default_factory=list, max_length=40, description="Checks confirmed by eye.")


class NewSecond(Sent):
    """The colleague who decides as well."""

    staff_id: IdIn


class ClearReview(Given):
    """A version that can be approved without a closer look."""

    version_id: IdOut
    n: int
    case_id: IdOut
    case_number: str
    item: str
    item_name: Words


class ClearReviews(Given):
    """At most 10, those that wait longest first."""

    versions: list[ClearReview] = Field(max_length=10)


class NewApprovals(Sent):
    """Exactly these versions, as they were listed."""

    version_ids: list[IdIn] = Field(min_length=1, max_length=10, examples=[["374856932401152004"]])


class Approvals(Given):
    """What came of it; what was replaced, decided or questioned since it was listed is left as it is."""

    approved: list[IdOut]
    left: list[IdOut]


class PutOff(Given):
    """When it comes back."""

    until: Moment


class NewTick(Sent):
    """A check that was confirmed by eye."""

    check: str = Field(min_length=1, max_length=60, examples=["signature"])


class NewDate(Sent):
    """A date that was read on the document."""

    name: Literal["issued", "expires", "from", "to"] = Field(examples=["expires"])
    value: DayIn = Field(examples=["2030-01-31"])


class NewWaiver(Sent):
    """Why an item is not needed here."""

    reason: str = Field(min_length=1, max_length=1000, examples=["由使馆豁免"])


def findings_of(rows: list[dict[str, Any]]) -> list[Finding]:
    return [
        Finding(check=row["check"], outcome=row["outcome"], text=row["text"], params=ids_as_text(row.get("params", {})))
        for row in rows
    ]


def version_of(row: Row, file: Row, people: Mapping[tuple[str, int], str], files: int) -> Version:
    """``file``: the first of its ``files``, as the reader may see it; ``people``: kind and id -> name, for whoever sent
    and reviewed it."""
    by, reviewer = (row["by_kind"], row["by_id"]), row["reviewed_by"]

    def member(staff_id: int) -> Who:
        return Who(kind="staff", id=staff_id, name=people.get(("staff", staff_id), ""))

    return Version(
        id=row["id"],
        n=row["n"],
        status=row["status"],
        sha256=row["sha256"],
        files=files,
        file_name=file["name"],
        size=file["size"],
        media_type=file["media_type"],
        has_preview=bool(file["preview_handle"]),
        by=Who(kind=by[0], id=by[1], name=people.get(by, "")),
        channel=row["channel"],
        at=row["at"],
        reviewed_by=None if reviewer is None else member(reviewer),
        reviewed_at=row["reviewed_at"],
        second_look=None
        if row["second_id"] is None
        else Second(
            asked_by=member(row["asked_by"]),
            reviewer=member(row["second_id"]),
            first_by=None if row["first_by"] is None else member(row["first_by"]),
            first_at=row["first_at"],
        ),
        reason=row["reason"],
        words=row["words"],
        note=row["note"],
        findings=findings_of(row["findings"]),
        ticks=row["ticks"],
        dates=row["dates"],
    )
