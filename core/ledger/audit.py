"""The audit: who did what through which door. Rows are written unchained; a sealer links them afterwards."""

from core.engine.access import Actor
from core.ledger.tables import audit
from core.store.unit import UnitOfWork


def note(
    uow: UnitOfWork,
    actor: Actor,
    door: str,
    command: str,
    *,
    correlation: int,
    subject: str | None = None,
    case_id: int | None = None,
    refused: str | None = None,
) -> None:
    """One deed, done or refused."""
    uow.count("command", door, refused or "done")
    uow.add(
        audit,
        at=uow.now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        behalf_id=actor.behalf or None,
        door=door,
        command=command,
        subject=subject,
        case_id=case_id,
        outcome="done" if refused is None else "refused",
        code=refused,
        correlation=correlation,
    )
