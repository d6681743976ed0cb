"""The audit over HTTP: who did what through which door, and whether the record is whole."""

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.ids import ActorIdOut, IdOut
from admin_api.schemas.model import Given, Moment
from core.ledger.chain import Verdict
from core.store.sealing import Row


class Audited(Given):
    """One deed or one look, done or refused."""

    id: IdOut
    at: Moment
    actor_kind: str = Field(examples=["staff"])
    actor_id: ActorIdOut
    on_behalf_of: IdOut | None
    door: str = Field(examples=["api"])
    command: str = Field(description="The command, or the operation by which something was looked at.")
    subject: str | None = Field(examples=["client:123"])
    case_id: IdOut | None
    outcome: str = Field(examples=["done"])
    code: str | None = Field(description="Why it was refused.")
    correlation: IdOut
    chain: int | None = Field(description="Its place in the chain; none: it waits for its seal.")


class AuditPage(Given):
    """Newest first."""

    entries: list[Audited]
    next: Next


class AuditFault(Given):
    """Something that a chain without tampering would not show."""

    chain: int
    what: str = Field(examples=["changed"])
    id: IdOut | None


class AuditVerdict(Given):
    """What a verification found."""

    sound: bool
    sealed: int
    unsealed: int
    anchors: int
    faults: list[AuditFault]


def audited_of(row: Row) -> Audited:
    names = ("id", "at", "actor_kind", "actor_id", "door", "command", "subject", "case_id", "outcome", "code")
    shown = {name: row[name] for name in (*names, "correlation", "chain")}
    return Audited(**shown, on_behalf_of=row["behalf_id"])


def verdict_of(verdict: Verdict) -> AuditVerdict:
    faults = [AuditFault(chain=each.chain, what=each.what, id=each.row_id) for each in verdict.faults]
    return AuditVerdict(
        sound=verdict.sound, sealed=verdict.sealed, unsealed=verdict.unsealed, anchors=verdict.anchors, faults=faults
    )
