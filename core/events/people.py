"""Events about who somebody is, what he agreed to, and what he asks to have done with his data."""

from core.events.event import Event


class ClientInvited(Event):
    client_id: int
    staff_id: int


class ClientBound(Event):
    client_id: int
    channel: str


class InvitationDeclined(Event):
    """Somebody who had the code says that he is not this client."""

    client_id: int
    staff_id: int


class ConsentGiven(Event):
    client_id: int
    text: str


class ConsentOnPaper(Event):
    """A member of staff has seen the client's signature."""

    client_id: int
    staff_id: int
    signed_on: str  # an ISO date


class ConsentRefused(Event):
    client_id: int
    text: str


class DataRightAsked(Event):
    client_id: int
    right: str  # export, erase


class GuardianSet(Event):
    client_id: int
    person_id: int
    notify: bool


class GuardianEnded(Event):
    client_id: int
    person_id: int
