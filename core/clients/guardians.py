"""Guardians: a client (a parent) who may look at another client's cases and hand in documents for them."""

from core.bus.deed import Deed
from core.clients.tables import client, guardian
from core.commands.identity import SetGuardian
from core.events.people import GuardianEnded, GuardianSet
from core.kit.errors import Invalid, NotFound, Problem
from core.store.reading import Lookup


def set_guardian(command: SetGuardian, deed: Deed) -> None:
    """Saying the same again changes nothing. Raises NotFound for an unknown person and for one who is another team's
    client, Invalid for the client himself."""
    deed.uow.get(client, command.person_id)
    person = deed.wiring.subjects["client"](deed.uow, command.person_id)
    theirs = (
        person is not None and person.staff_ids and not deed.wiring.policy.may(deed.actor, command.permission, person)
    )
    if theirs:
        raise NotFound(thing="client", id=command.person_id)
    if command.person_id == command.client_id:
        words = {"zh-CN": "客户不能是自己的监护人", "en": "a client is no guardian of himself"}
        raise Invalid(problems=[Problem("/person_id", "client.guardian", words)])
    known = deed.uow.first(guardian, client_id=command.client_id, person_id=command.person_id)
    if command.ends:
        if known is not None and not known["ended"]:
            deed.uow.change(guardian, known["id"], notify=False, ended=True)
            deed.emit(GuardianEnded(client_id=command.client_id, person_id=command.person_id))
        return
    if known is None:
        about = {"client_id": command.client_id, "person_id": command.person_id}
        deed.uow.add(guardian, **about, notify=command.notify, since=deed.now)
    else:
        deed.uow.change(guardian, known["id"], notify=command.notify, ended=False)
    deed.emit(GuardianSet(client_id=command.client_id, person_id=command.person_id, notify=command.notify))


def guardians_of(lookup: Lookup, client_id: int, *, notified: bool = False) -> list[int]:
    """Whoever follows this client now; with `notified` only those who want to be told."""
    found = lookup.find(guardian, client_id=client_id, ended=False)
    return [row["person_id"] for row in found if row["notify"] or not notified]


def wards_of(lookup: Lookup, person_id: int) -> list[int]:
    """Whom this person follows."""
    return [row["client_id"] for row in lookup.find(guardian, person_id=person_id, ended=False)]
