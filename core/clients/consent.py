"""Consent and data rights: what a client has agreed to, and what he asks to have done with his data."""

from datetime import timedelta

from core.bus.deed import Deed
from core.clients.tables import client, consent
from core.commands.identity import AskDataRight, RecordConsent, RecordPaperConsent
from core.events.people import ConsentGiven, ConsentOnPaper, ConsentRefused, DataRightAsked
from core.kit.errors import Invalid, NotPossibleNow, Problem
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork

PAPER = "paper"


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
    note_asked(deed.uow, command.client_id)
    event = ConsentGiven if command.given else ConsentRefused
    deed.emit(event(case_id=command.case_id, client_id=command.client_id, text=command.text))


def record_paper_consent(command: RecordPaperConsent, deed: Deed) -> None:
    """Kept like an answer in the chat, with who says so; on the timeline of every open case. The same again, and a yes
    that there is already, change nothing. Raises Invalid for a day that is yet to come, NotPossibleNow for a paper that
    is older than his refusal: the newer word counts."""
    if command.signed_on > deed.now.date() + timedelta(days=1):  # it may be tomorrow already where he is
        words = {"zh-CN": "签字日期不能晚于今天", "en": "the day of the signature cannot lie ahead"}
        raise Invalid(problems=[Problem("/signed_on", "consent.day", words)])
    last = last_answer(deed.uow, command.client_id)
    if last is not None and last["given"]:
        return
    refused_on = None if last is None else last["at"].astimezone(deed.tool("zone")).date()
    if refused_on is not None and refused_on > command.signed_on:
        raise NotPossibleNow(reason="refused_since", day=refused_on.isoformat())
    signed_on, by_id = command.signed_on.isoformat(), deed.actor.id if deed.actor.kind == "staff" else None
    seen = {"by_id": by_id, "signed_on": signed_on}
    deed.uow.add(consent, client_id=command.client_id, given=True, text="", channel=PAPER, at=deed.now, **seen)
    note_asked(deed.uow, command.client_id)
    for case_id in deed.tool("open_cases")(deed.uow, command.client_id) or (None,):
        event = ConsentOnPaper(case_id=case_id, client_id=command.client_id, staff_id=by_id or 0, signed_on=signed_on)
        deed.emit(event)


def note_asked(uow: UnitOfWork, client_id: int) -> None:
    """He is not asked by himself a second time."""
    if uow.get(client, client_id)["consent_asked_at"] is None:
        uow.change(client, client_id, consent_asked_at=uow.now)


def ask_data_right(command: AskDataRight, deed: Deed) -> None:
    """What he asks for is done by people; a task follows."""
    deed.emit(DataRightAsked(case_id=command.case_id, client_id=command.client_id, right=command.right))


def answer_of(lookup: Lookup, client_id: int) -> bool | None:
    """What this client said last; None when he never answered."""
    last = last_answer(lookup, client_id)
    return None if last is None else bool(last["given"])


def last_answer(lookup: Lookup, client_id: int) -> Row | None:
    """His newest answer, in a chat or on paper."""
    return max(lookup.find(consent, client_id=client_id), key=lambda row: int(row["id"]), default=None)
