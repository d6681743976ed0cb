"""Who stands above somebody's work: the nearest supervisors whose reach covers it, and the admins."""

from collections.abc import Collection

from core.bus.deed import Deed
from core.engine.access import Subject
from core.staff.departments import chain
from core.staff.service import actor_of
from core.staff.tables import staff

MOST = 5  # people who are told at once
COVERS = "case.assign"  # who may settle whose work it is


def leads_above(subject: Subject, but: Collection[int], deed: Deed) -> tuple[int, ...]:
    """Supervisors of the work itself; else of its department; else of the nearest department above that has one."""
    above = chain(deed.uow, subject.department)
    found: dict[int, list[int]] = {}
    for person, place in _covering("supervisor", subject, but, deed):
        near = above.index(place) + 1 if place in above else len(above) + 1
        found.setdefault(0 if person in subject.staff_ids else near, []).append(person)
    return tuple(found[min(found)][:MOST]) if found else ()


def admins_above(subject: Subject, but: Collection[int], deed: Deed) -> tuple[int, ...]:
    return tuple(person for person, _ in _covering("admin", subject, but, deed))[:MOST]


def _covering(role: str, subject: Subject, but: Collection[int], deed: Deed) -> list[tuple[int, int | None]]:
    """Members with this role whom the subject is within reach of, each with his department."""
    found = []
    for member in deed.uow.find(staff, active=True):
        if role in member["roles"] and member["id"] not in but:
            actor = actor_of(deed.uow, member["id"])
            if actor is not None and deed.wiring.policy.may(actor, COVERS, subject):
                found.append((int(member["id"]), member["department_id"]))
    return found
