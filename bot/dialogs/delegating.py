"""Delegating one's work: 委托 lists colleagues as buttons and then asks for the days, or says all of it in one line."""

import re
from collections.abc import Mapping
from datetime import date

from bot.dialogs.cancelled import cancelled
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.commands.delegations import DelegateWork, EndDelegation, OfferDelegates
from core.engine.access import Policy
from core.kit.words import on_day, said
from core.ledger.buttons import offer
from core.staff.delegation import given, last_day
from core.staff.tables import staff
from core.store.sealing import Row

DELEGATE = re.compile(r"/?(?:委托|delegate)(?:\s+(?P<rest>.+))?", re.IGNORECASE | re.DOTALL)
KIND = "delegate"
MOST = 12
"""Colleagues who are offered, those of his department first; anybody can be named in words."""
_DAY = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_DAYS = re.compile(rf"{_DAY}(?:(?:至|到|to|[-~—,，\s])+{_DAY})?\s*(?P<role>.*)", re.IGNORECASE | re.DOTALL)


def by_words(turn: Turn) -> None:
    """委托; 委托 李四 2026-03-05 2026-03-09 复核; of a supervisor also 委托 张三 给 李四 2026-03-05 2026-03-09."""
    match = DELEGATE.fullmatch(turn.text)
    rest = "" if match is None else (match["rest"] or "").strip()
    if not rest:
        _list(turn)
        return
    days = re.search(_DAY, rest)
    names = re.split(r"\s+(?:给|to)\s+", rest[: days.start()].strip() if days else rest, flags=re.IGNORECASE)
    people = [_named(turn, name) for name in names[:2]]
    if any(each is None for each in people):
        return
    member = people[0] if len(people) == 2 else turn.uow.get(staff, turn.actor.id)
    if member is None or people[-1] is None:
        return
    if days is None:
        _ask_days(turn, member["id"], people[-1])
    else:
        _delegate(turn, member["id"], people[-1]["id"], rest[days.start() :])


def answer(turn: Turn) -> None:
    """The words of a member of staff are the days, and the role if it is only one."""
    dialog = turn.dialog
    if not cancelled(turn):
        _delegate(turn, dialog["staff"], dialog["delegate"], turn.text)


def _list(turn: Turn) -> None:
    """What runs, each with a button that ends it; for whom he stands in; and the colleagues."""
    rows, zone = given(turn.uow, turn.actor.id, turn.uow.now), turn.house.zone
    if names := [each.name for each in turn.actor.stands_for]:
        turn.say("delegation.for", names=names)
    if rows:
        lines = [
            said(
                "delegation.line",
                n=n,
                name=turn.uow.get(staff, row["delegate_id"])["name"],
                first=on_day(row["starts"].astimezone(zone).date().isoformat()),
                last=on_day(last_day(row, zone)),
                role=said("delegation.all") if row["role"] is None else turn.house.policy.named(row["role"]),
            )
            for n, row in enumerate(rows, start=1)
        ]
        ends = [
            offer(EndDelegation(delegation_id=row["id"]), said("button.nth_end", n=n), keeps=True)
            for n, row in enumerate(rows, start=1)
        ]
        turn.say("delegation.now", offers=ends, lines=lines)
    found = turn.attempt(OfferDelegates(staff_id=turn.actor.id))
    if found is not None:
        _offer(turn, "delegation.whom", turn.actor.id, found)


def _offer(turn: Turn, key: str, staff_id: int, people: list[Row], **params: str) -> None:
    offers = [
        offer(OfferDelegates(staff_id=staff_id, delegate_id=each["id"]), _label(each, turn.house.policy), keeps=True)
        for each in people[:MOST]
    ]
    turn.say(key, offers=offers, **params)


def _label(member: Row, policy: Policy) -> dict[str, str]:
    """The name, with what he does, as two may have the same name."""
    return {
        language: f"{member['name']} · {'/'.join(policy.named(role)[language] for role in member['roles'][:2])}"
        for language in ("zh-CN", "en")
    }


def _named(turn: Turn, name: str) -> Row | None:
    """The colleague of this name; else it is said that there is none, or which of several."""
    found = [each for each in turn.uow.find(staff, active=True) if each["name"].casefold() == name.strip().casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        _offer(turn, "delegation.several", turn.actor.id, found, name=name)
    else:
        turn.say("delegation.nobody", name=name)
    return None


def _ask_days(turn: Turn, staff_id: int, delegate: Row) -> None:
    turn.ask({"kind": KIND, "staff": staff_id, "delegate": delegate["id"]})
    turn.say("delegation.when", name=delegate["name"])


def _delegate(turn: Turn, staff_id: int, delegate_id: int, words: str) -> None:
    """Raises nothing: what cannot be read and every refusal is told."""
    match = _DAYS.fullmatch(words.strip())
    days = [] if match is None else _days(match)
    if match is None or not days:
        turn.say("form.bad", problem=said("delegation.days"))
        return
    role = _role(match["role"].strip(" ()（）"), turn.house.policy.roles)
    if role == "":
        turn.say("form.bad", problem=said("delegation.role", role=match["role"].strip()))
        return
    turn.ask(None)
    command = DelegateWork(staff_id=staff_id, delegate_id=delegate_id, first=days[0], last=days[-1], role=role)
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is not None:
        turn.refuse(refusal)
        return
    turn.say(
        "delegation.made",
        name=turn.uow.get(staff, delegate_id)["name"],
        whom=turn.uow.get(staff, staff_id)["name"],
        first=on_day(days[0].isoformat()),
        last=on_day(days[-1].isoformat()),
        role=said("delegation.all") if role is None else turn.house.policy.named(role),
    )


def _days(match: re.Match[str]) -> list[date]:
    """The first day and the last; one that stands alone is both. Empty for a day that no calendar has."""
    parts = [group for group in match.groups()[:6] if group is not None]
    try:
        return [date(*(int(part) for part in parts[at : at + 3])) for at in range(0, len(parts), 3)]
    except ValueError:
        return []


def _role(words: str, roles: Mapping[str, Mapping[str, str]]) -> str | None:
    """The role of this key or name; None where none was written, empty for an unknown one."""
    if not words:
        return None
    known = (key for key, names in roles.items() if words.casefold() in (key, *(n.casefold() for n in names.values())))
    return next(known, "")


def _chosen(pressed: Pressed) -> None:
    _ask_days(pressed.turn, pressed.command.staff_id, pressed.result[0]) if pressed.command.delegate_id else None


AFTER: After = {OfferDelegates: _chosen}
