"""Messages that advertise, and clients who want none. All that they are told of their own affairs goes out as ever."""

from core.bus.deed import Deed
from core.clients.tables import client
from core.commands.promotion import SetPromotion
from core.engine.text import LANGUAGES, Words
from core.events.promotion import ClientOptedIn, ClientOptedOut
from core.store.locks import case_key
from core.store.reading import Lookup


def set_promotion(command: SetPromotion, deed: Deed) -> None:
    """The same again changes nothing."""
    if opted_out(deed.uow, command.client_id) is not command.wanted:
        return
    cases: list[int] = list(deed.tool("open_cases")(deed.uow, command.client_id))
    deed.uow.need(*map(case_key, cases))
    deed.uow.change(client, command.client_id, promotion_off_at=None if command.wanted else deed.now)
    said = ClientOptedIn if command.wanted else ClientOptedOut
    for each in (*cases, None):
        deed.emit(said(case_id=each, client_id=command.client_id))


def opted_out(reader: Lookup, client_id: int) -> bool:
    """Whether this client wants no message that advertises. Whoever sends one asks here, when he sends it."""
    row = reader.peek(client, client_id)
    return row is not None and row["promotion_off_at"] is not None


def why_not(deed: Deed) -> Words:
    """Why such a message is not sent, in both languages."""
    sayings = deed.tool("sayings")
    return {each: sayings.say(each, "promotion.why", {}) for each in LANGUAGES}
