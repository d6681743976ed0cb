"""Consent and data rights: what a client has agreed to, and what he asks to have done with his data."""

from core.bus.deed import Deed
from core.clients.tables import consent
from core.commands.identity import AskDataRight, RecordConsent
from core.events.people import ConsentGiven, ConsentRefused, DataRightAsked
from core.store.reading import Lookup


def record_consent(command: RecordConsent, deed: Deed) -> None:
    """Every answer is kept with its text, time and channel; the newest one counts. The same again changes nothing."""
    if answer_of(deed.uow, command.client_id) is command.given:
        return
    deed.uow.add(
        consent,
        client_id=command.client_id,
        given=command.given,
        text=command.text,
        channel=deed.cause.channel,
        at=deed.now,
    )
    event = ConsentGiven if command.given else ConsentRefused
    deed.emit(event(case_id=command.case_id, client_id=command.client_id, text=command.text))


def ask_data_right(command: AskDataRight, deed: Deed) -> None:
    """What he asks for is done by people; a task follows."""
    deed.emit(DataRightAsked(case_id=command.case_id, client_id=command.client_id, right=command.right))


def answer_of(lookup: Lookup, client_id: int) -> bool | None:
    """What this client said last; None when he never answered."""
    found = lookup.find(consent, client_id=client_id)
    return max(found, key=lambda row: row["id"])["given"] if found else None
