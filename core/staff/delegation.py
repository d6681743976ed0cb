"""Delegation: whose work a colleague may do at a moment, in which role, and whom that concerns.

It ends by itself: every question names a moment. There is no chain: whoever stands in has his own rights and those that
he was given, never those that his principal was given; and who has left stands in for nobody, nor has a deputy.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.bus.deed import Deed
from core.commands.delegations import DelegateWork, EndDelegation, OfferDelegates
from core.engine.access import Actor
from core.events.delegations import DelegationEnded, WorkDelegated
from core.kit.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, Problem
from core.ledger import timers
from core.staff.tables import delegation, staff
from core.store.reading import Lookup
from core.store.sealing import Row

LONGEST = timedelta(days=366)
FARTHEST = timedelta(days=5 * 365)  # from today to the last day


def delegate_work(command: DelegateWork, deed: Deed) -> int:
    """Returns the delegation's id. Raises Invalid naming every wrong field, NotFound for somebody who is not there,
    NotAllowed for what is not the actor's to give, NotPossibleNow when the same colleague stands in for those days and
    that role already."""
    member, zone = deed.uow.get(staff, command.staff_id), _zone(deed)
    other = deed.uow.peek(staff, command.delegate_id)
    if other is None or not other["active"] or not member["active"]:
        raise NotFound(thing="staff", id=command.delegate_id)
    _check_rank(command, member, deed)
    if problems := _problems(command, member, deed.now.astimezone(zone).date()):
        raise Invalid(problems=problems)
    starts = datetime.combine(command.first, time(), zone)
    ends = datetime.combine(command.last + timedelta(days=1), time(), zone)
    for each in deed.uow.find(delegation, staff_id=member["id"], delegate_id=other["id"], ended_at=None):
        if each["role"] in (None, command.role) and each["starts"] < ends and starts < each["ends"]:
            raise NotPossibleNow(reason="delegated")
    row = deed.uow.add(
        delegation,
        staff_id=member["id"],
        delegate_id=other["id"],
        role=command.role,
        starts=starts,
        ends=ends,
        made_by=deed.actor.id,
        made_at=deed.now,
    )
    over = EndDelegation(delegation_id=row["id"])
    timers.plan(deed.uow, _timer(row["id"]), ends, over, case_id=None, scope="delegation")
    deed.emit(WorkDelegated(delegation_id=row["id"]))
    return int(row["id"])


def end_delegation(command: EndDelegation, deed: Deed) -> None:
    """By a person before its last day, else by its timer, which tidies up: rights end without it. Ending what has ended
    changes nothing."""
    row = deed.uow.get(delegation, command.delegation_id)
    if row["ended_at"] is None:
        timers.cancel_key(deed.uow, _timer(row["id"]))
        deed.uow.change(delegation, row["id"], ended_at=min(deed.now, row["ends"]))
        deed.emit(DelegationEnded(delegation_id=row["id"], early=row["ends"] > deed.now))


def offer_delegates(command: OfferDelegates, deed: Deed) -> list[Row]:
    """Returns the colleagues, or the one that was chosen; the chat in which it was tapped shows them, own department
    first. Raises NotFound for one who is not there."""
    member = deed.uow.get(staff, command.staff_id)
    found = [each for each in deed.uow.find(staff, active=True) if each["id"] != member["id"]]
    if command.delegate_id is not None:
        found = [each for each in found if each["id"] == command.delegate_id]
        if not found:
            raise NotFound(thing="staff", id=command.delegate_id)
    return sorted(found, key=lambda each: (each["department_id"] != member["department_id"], each["id"]))


def given(lookup: Lookup, staff_id: int, now: datetime) -> list[Row]:
    """What this member has delegated and is not over, the first to begin first."""
    rows = [row for row in lookup.find(delegation, staff_id=staff_id, ended_at=None) if row["ends"] > now]
    return sorted(rows, key=lambda row: (row["starts"], row["id"]))


def received(lookup: Lookup, staff_id: int, now: datetime) -> list[Row]:
    """What others have delegated to this member and is not over, the first to begin first."""
    rows = [row for row in lookup.find(delegation, delegate_id=staff_id, ended_at=None) if row["ends"] > now]
    return sorted(rows, key=lambda row: (row["starts"], row["id"]))


def deputies(lookup: Lookup, staff_id: int, roles: Collection[str], now: datetime) -> list[int]:
    """Who stands in at this moment for this member's work in one of these roles; nobody for one who has left."""
    member = lookup.peek(staff, staff_id)
    if member is None or not member["active"]:
        return []
    found = []
    for row in lookup.find(delegation, staff_id=staff_id, ended_at=None):
        other = lookup.peek(staff, row["delegate_id"])
        covers = row["role"] is None or row["role"] in roles
        if covers and _runs(row, now) and other is not None and other["active"]:
            found.append(int(row["delegate_id"]))
    return list(dict.fromkeys(found))


def away(lookup: Lookup, staff_id: int, role: str, now: datetime) -> bool:
    """Whether this member has put his work of this role into other hands at this moment, whoever those are."""
    rows = lookup.find(delegation, staff_id=staff_id, ended_at=None)
    return any(row["role"] in (None, role) and _runs(row, now) for row in rows)


def principals(lookup: Lookup, staff_id: int, now: datetime) -> list[tuple[int, str]]:
    """For whom this member stands in at this moment, and in which role; an empty one means all of them."""
    rows = lookup.find(delegation, delegate_id=staff_id, ended_at=None)
    return [(int(row["staff_id"]), row["role"] or "") for row in rows if _runs(row, now)]


def narrowed(principal: Actor, role: str) -> Actor:
    """The colleague as far as the delegation's scope goes."""
    return principal if not role else replace(principal, roles=principal.roles & {role}, scope=role)


def refuse_oneself(actor: Actor, staff_id: int) -> None:
    """Whoever stands in for a colleague hands that one's work to others if he must, never to himself: it would be his
    after the last day as well. Raises NotAllowed."""
    if actor.behalf and staff_id == actor.id:
        raise NotAllowed(reason="to_oneself")


def last_day(row: Row, zone: ZoneInfo) -> str:
    """The last day of a delegation, in ISO form."""
    last: date = row["ends"].astimezone(zone).date() - timedelta(days=1)
    return last.isoformat()


def _timer(delegation_id: int) -> str:
    return f"delegation:{delegation_id}"


def _runs(row: Row, now: datetime) -> bool:
    return bool(row["starts"] <= now < row["ends"])


def _zone(deed: Deed) -> ZoneInfo:
    found: ZoneInfo = deed.tool("zone")
    return found


def _check_rank(command: DelegateWork, member: Row, deed: Deed) -> None:
    """Whoever leads delegates for his people: not to himself, and not what reaches farther than his own work.

    Raises NotAllowed.
    """
    if deed.actor.kind != "staff" or command.staff_id == deed.actor.id:
        return
    if command.delegate_id == deed.actor.id:
        raise NotAllowed(reason="to_oneself")
    roles = member["roles"] if command.role is None else [command.role]
    if not deed.wiring.policy.covers(deed.actor.roles, roles):
        raise NotAllowed(reason="beyond_yours")


def _problems(command: DelegateWork, member: Row, today: date) -> list[Problem]:
    first, last = command.first, command.last
    checks = [
        (command.delegate_id == command.staff_id, "/delegate_id", "不能委托给自己", "not to oneself"),
        (last < first, "/last", "结束日期早于开始日期", "the last day is before the first"),
        (last < today, "/last", "结束日期已过", "the last day has passed"),
        (last > today + FARTHEST, "/last", "结束日期最晚在五年之内", "the last day is at most five years from now"),
        (last - first > LONGEST, "/last", "最长 366 天", "at most 366 days"),
        (
            command.role is not None and command.role not in member["roles"],
            "/role",
            f"没有这个角色，可选：{'、'.join(member['roles'])}",
            f"not a role of this member; known: {', '.join(member['roles'])}",
        ),
    ]
    return [Problem(at, "staff.delegation", {"zh-CN": zh, "en": en}) for wrong, at, zh, en in checks if wrong]
