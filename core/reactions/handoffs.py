"""What follows when a person has a chat: colleagues are called, the client is told, cards say who has it."""

from collections.abc import Iterator
from typing import Any, Literal

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.cases.team import who
from core.commands.command import Command
from core.commands.handoffs import CallStaff, GiveBack, TakeOver
from core.commands.work import Notify, RedrawCard
from core.conversations.tables import handoff
from core.events.handoffs import ClientWrote, HandoffEnded, HandoffOverdue, HandoffTaken, HumanAsked
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
    if event.case_id is not None:
        row = deed.uow.get(case, event.case_id)
        owner = who(deed.uow, row["id"], compiled_of(deed, row).flow.stage(row["stage"]).owner)
        role = compiled_of(deed, row).flow.stage(row["stage"]).owner
        people = [] if owner is None else [owner, *deputies(deed.uow, owner, (role,), deed.now)]
    else:
        people = [each["id"] for each in deed.uow.find(staff, active=True) if _FIRST & set(each["roles"])]
    yield from _call(event.handoff_id, event.case_id, event.client_id, people, deed)


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
    people = people[:MOST_CALLED]
    if people:
        yield CallStaff(handoff_id=handoff_id, staff_ids=tuple(people))
    for person in people:
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
    """To the holder; while nobody has it, to those who were called."""
    row = deed.uow.get(handoff, event.handoff_id)
    people = [row["holder_id"]] if row["state"] == "held" else row["called"][:MOST_CALLED]
    for person in people:
        yield Notify(
            to="staff",
            person_id=person,
            notice="client_wrote",
            subject=_about(row["id"], event.case_id, event.client_id),
            params={"text": event.text},
        )


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
