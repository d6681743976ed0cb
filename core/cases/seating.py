"""Who sits in a round of an approval.

1. In question are active members with the role who have the right to vote, and not whoever prepared the work if that is
excluded. 2. First comes the role's person on the case, then the people of the case's department, then those of each
department above it, then all others; of equals whoever has the fewest votes to give. 3. Whoever has put this work into
other hands sits only where too few others are there, and only if somebody stands in for him who is not in the round
himself. 4. Without a number of seats (`any`): everybody of the nearest place where somebody is there.
"""

from collections import Counter
from collections.abc import Collection
from typing import Final

from core.bus.deed import Deed
from core.cases.approval_tables import approval_seat
from core.engine.access import Reach
from core.engine.spec_approvals import MOST_SEATS
from core.staff.delegation import away, deputies
from core.staff.departments import chain
from core.staff.service import actor_of
from core.staff.tables import staff
from core.store.sealing import Row

VOTE: Final = "approval.vote"

Place = tuple[int, int]  # 0: the role's person on the case, 1: others; how far his department is


def choose(
    row: Row, role: str, seats: int | None, out: int | None, deed: Deed, *, taken: Collection[int] = ()
) -> list[int]:
    """Ids of members, at most `seats`. `out`: who does not sit; `taken`: who sits already."""
    free = [each for each in deed.uow.find(staff, active=True) if each["id"] not in taken]
    members = [each for each in free if may_sit(each, role, out, deed)]
    places = {each["id"]: _place(each, row, role, deed) for each in members}
    load = _load(list(places), deed)
    order = sorted(places, key=lambda each: (places[each], load[each], each))
    there = [each for each in order if not away(deed.uow, each, role, deed.now)]
    most = seats or 1
    if seats is None and there:
        nearest = places[there[0]][1]
        there = [each for each in there if places[each][1] == nearest]
        most = min(len(there), MOST_SEATS)
    chosen = there[:most]
    for absent in order:
        if len(chosen) < most and absent not in there and _stood_in_for(absent, role, {*chosen, *taken, out}, deed):
            chosen.append(absent)
    return chosen


def may_sit(member: Row, role: str, out: int | None, deed: Deed) -> bool:
    """Whether this member can be given a seat at all."""
    if not member["active"] or role not in member["roles"] or member["id"] == out:
        return False
    actor = actor_of(deed.uow, member["id"])
    return actor is not None and deed.wiring.policy.own(actor, VOTE) >= Reach.ASSIGNED


def _place(member: Row, row: Row, role: str, deed: Deed) -> Place:
    above = chain(deed.uow, row["department_id"])
    far = above.index(member["department_id"]) if member["department_id"] in above else len(above)
    return (0 if row["team"].get(role) == member["id"] else 1), far


def _load(people: list[int], deed: Deed) -> Counter[int]:
    """Votes that each is still to give."""
    if not people:
        return Counter()
    waiting = approval_seat.c.staff_id.in_(people), approval_seat.c.vote.is_(None)
    found = deed.uow.find(approval_seat, *waiting)
    return Counter(each["staff_id"] for each in found)


def _stood_in_for(staff_id: int, role: str, seated: set[int | None], deed: Deed) -> bool:
    return any(each not in seated for each in deputies(deed.uow, staff_id, (role,), deed.now))
