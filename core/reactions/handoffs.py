"""What follows when a person has a chat: colleagues are called, the client is told, cards say who has it."""

from collections.abc import Iterator
from typing import Any, Literal

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.cases.team import who
from core.commands.command import Command
from core.commands.handoffs import CallStaff, FreeHandoff, GiveBack, TakeOver
from core.commands.work import Notify, RedrawCard
from core.conversations.handoffs import may_hold
from core.conversations.tables import handoff
from core.events.handoffs import ClientWrote, HandoffEnded, HandoffFreed, HandoffOverdue, HandoffTaken, HumanAsked
from core.kit.words import said
from core.ledger.buttons import close_card, offer
from core.staff.delegation import deputies
from core.staff.tables import staff

_TAKE = said("button.take_over")
_HERE = said("button.write_here")
_BACK = said("button.give_back")
_FIRST = frozenset({"service", "consultant"})  # who is called where no case names anybody
MOST_CALLED = 5  # at once


def call_a_person(event: HumanAsked, deed: Deed) -> Iterator[Command]:
    """The owner of the stage; without a case, members who serve clients."""
    yield from _call(event.handoff_id, event.case_id, event.client_id, _first(event.case_id, deed), deed)


def call_again(event: HandoffFreed, deed: Deed) -> Iterator[Command]:
    """Whoever was called before, for whom the last holder stood in too; the client hears that it goes on."""
    row = deed.uow.get(handoff, event.handoff_id)
    yield from _settle(_held_card(row["id"], event.staff_id), None, deed)
    again = [each for each in row["called"] if deed.uow.get(staff, each)["active"]]
    people = again or _first(event.case_id, deed)
    yield from _call(row["id"], event.case_id, event.client_id, people, deed)
    name = deed.uow.get(staff, event.staff_id)["name"]
    yield _say("client", event.client_id, "human.freed", event.case_id, name=name)


def _first(case_id: int | None, deed: Deed) -> list[int]:
    if case_id is None:
        return [each["id"] for each in deed.uow.find(staff, active=True) if _FIRST & set(each["roles"])]
    row = deed.uow.get(case, case_id)
    owner = who(deed.uow, row["id"], compiled_of(deed, row).flow.stage(row["stage"]).owner)
    return [] if owner is None else [owner]


def call_more(event: HandoffOverdue, deed: Deed) -> Iterator[Command]:
    """First the supervisors (of the case's department, if there are any), then everybody who serves clients."""
    members = deed.uow.find(staff, active=True)
    if event.step == 1:
        lead = [each for each in members if "supervisor" in each["roles"]]
        row = None if event.case_id is None else deed.uow.get(case, event.case_id)
        own = [each for each in lead if row is not None and each["department_id"] == row["department_id"]]
        members = own or lead
    else:
        members = [each for each in members if (_FIRST | {"admin"}) & set(each["roles"])]
    called = deed.uow.get(handoff, event.handoff_id)["called"]
    people = [each["id"] for each in members if each["id"] not in called]
    yield from _call(event.handoff_id, event.case_id, event.client_id, people, deed)


def _call(handoff_id: int, case_id: int | None, client_id: int, people: list[int], deed: Deed) -> Iterator[Command]:
    """A deputy is told as well, but not called: what he reaches he reaches for his principal, until the last day."""
    people = people[:MOST_CALLED]
    if people:
        yield CallStaff(handoff_id=handoff_id, staff_ids=tuple(people))
    for person in [*people, *_deputies(people, handoff_id, deed)]:
        yield Notify(
            to="staff",
            person_id=person,
            notice="handoff",
            subject=_about(handoff_id, case_id, client_id),
            card=card_of(handoff_id),
            buttons=(offer(TakeOver(handoff_id=handoff_id), _TAKE, "primary"),),
        )


def tell_taken(event: HandoffTaken, deed: Deed) -> Iterator[Command]:
    """The others' cards say who has it; the holder gets what was said; the client hears a name."""
    row = deed.uow.get(handoff, event.handoff_id)
    yield from _settle(card_of(row["id"]), event.staff_id, deed)
    if event.before is not None:
        yield from _settle(_held_card(row["id"], event.before), event.staff_id, deed)
    yield Notify(
        to="staff",
        person_id=event.staff_id,
        notice="handoff_held",
        subject=_about(row["id"], event.case_id, event.client_id),
        card=_held_card(row["id"], event.staff_id),
        buttons=(
            offer(TakeOver(handoff_id=row["id"]), _HERE, keeps=True),
            offer(GiveBack(handoff_id=row["id"]), _BACK, "primary"),
        ),
    )
    yield _say(
        "client", event.client_id, "human.taken", event.case_id, name=deed.uow.get(staff, event.staff_id)["name"]
    )


def tell_ended(event: HandoffEnded, deed: Deed) -> Iterator[Command]:
    row = deed.uow.get(handoff, event.handoff_id)
    yield from _settle(card_of(row["id"]), event.staff_id, deed)
    if event.staff_id is not None:
        yield from _settle(_held_card(row["id"], event.staff_id), event.staff_id, deed)
        if event.by_client:
            yield _say("staff", event.staff_id, "human.client_left", event.case_id)
    yield _say("client", event.client_id, "human.ended_self" if event.by_client else "human.ended", event.case_id)


def pass_on(event: ClientWrote, deed: Deed) -> Iterator[Command]:
    """To the holder; while nobody has it, to those who were called. Whoever stands in for one of them may answer."""
    row = deed.uow.get(handoff, event.handoff_id)
    if row["state"] == "held" and not may_hold(deed, row["holder_id"], row["id"]):
        yield FreeHandoff(handoff_id=row["id"])
        row = deed.uow.get(handoff, row["id"])
    people = [row["holder_id"]] if row["state"] == "held" else row["called"][:MOST_CALLED]
    take = (offer(TakeOver(handoff_id=row["id"]), _TAKE, "primary"),)
    others = _deputies(people, row["id"], deed)
    for person in [*people, *others]:
        yield Notify(
            to="staff",
            person_id=person,
            notice="client_wrote",
            subject=_about(row["id"], event.case_id, event.client_id),
            params={"text": event.text},
            card=card_of(row["id"]) if person in others else "",
            buttons=take if person in others else (),
        )


def _deputies(people: list[int], handoff_id: int, deed: Deed) -> list[int]:
    """Who stands in for one of these at this moment, in a role in which that one has the chat."""
    found: dict[int, None] = {}
    for person in people:
        found |= dict.fromkeys(deputies(deed.uow, person, deed.uow.get(staff, person)["roles"], deed.now))
    return [each for each in found if each not in people and may_hold(deed, each, handoff_id)]


def card_of(handoff_id: int) -> str:
    """The key under which every copy of the call is known."""
    return f"handoff:{handoff_id}"


def _held_card(handoff_id: int, staff_id: int) -> str:
    return f"handoff-held:{handoff_id}:{staff_id}"


def _settle(card: str, staff_id: int | None, deed: Deed) -> Iterator[Command]:
    decided = {} if staff_id is None else {"settled_at": deed.now, "settled_kind": "staff", "settled_by": staff_id}
    close_card(deed.uow, card, decided)
    yield RedrawCard(card=card)


def _about(handoff_id: int, case_id: int | None, client_id: int) -> dict[str, int]:
    subject = {"handoff": handoff_id, "client": client_id}
    return subject if case_id is None else {**subject, "case": case_id}


def _say(to: Literal["client", "staff"], person_id: int, key: str, case_id: int | None, **params: Any) -> Notify:
    subject = {} if case_id is None else {"case": case_id}
    return Notify(to=to, person_id=person_id, notice="say", subject=subject, params={"key": key, "params": params})
