"""A person of the house has turned to a client: his words or his file in a chat, or a talk that he took down.

What the bot and rules send is no contact, nor is a note for colleagues: only what the client has had of a person.
"""

from typing import Literal

from core.bus.deed import Deed
from core.clients.guardians import wards_of
from core.events.contact import ClientContacted
from core.store.locks import case_key

Way = Literal["said", "file", "consultation"]


def contacted(deed: Deed, client_id: int, way: Way) -> None:
    """Say so on every open case of his and of those whose cases he follows; and of each of them once without a case,
    for rules that go on after the end of one."""
    if deed.actor.kind != "staff":
        return
    people = dict.fromkeys((client_id, *wards_of(deed.uow, client_id)))
    cases: dict[int, list[int]] = {person: list(deed.tool("open_cases")(deed.uow, person)) for person in people}
    deed.uow.need(*(case_key(each) for of_one in cases.values() for each in of_one))
    for person, of_one in cases.items():
        for each in (*of_one, None):
            deed.emit(ClientContacted(case_id=each, client_id=person, staff_id=deed.actor.id, way=way))
