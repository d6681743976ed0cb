"""The case's log: every event, numbered, kept beside the state for ever."""

from core.bus.deed import Deed
from core.cases.tables import case, case_event
from core.events.event import Event


def record(event: Event, deed: Deed) -> None:
    """Append an event to its case's log; the case's version is the number of its last event."""
    if event.case_id is None:
        return
    row = deed.uow.change(case, event.case_id)
    cause = deed.cause
    deed.uow.add(
        case_event,
        case_id=event.case_id,
        seq=row["version"],
        type=type(event).__name__,
        at=deed.now,
        actor_kind=cause.actor.kind,
        actor_id=cause.actor.id,
        behalf_id=cause.actor.behalf or None,
        door=cause.door,
        channel=cause.channel,
        correlation=cause.correlation,
        data=event.model_dump(mode="json", exclude={"case_id"}),
    )
