"""What going over to another version of its flow means for one case. Nothing is written here: the preview and the move
itself ask the same question, so that what was shown is what is done."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal

from core.cases import pausing
from core.cases.checklist import items_of, todo_of
from core.cases.tables import applicant, item
from core.engine.calendar import WorkingCalendar
from core.engine.checklist import ApplicantFacts, ItemKey, PlannedItem, plan, required_names
from core.engine.flow import Stage
from core.engine.flow_map import FlowMap
from core.engine.forms import check_fields, check_kinds
from core.engine.machine import CompiledFlow
from core.engine.office_table import Tables, filled
from core.engine.text import Words
from core.kit.errors import Invalid, NotPossibleNow
from core.store.reading import Lookup
from core.store.sealing import Row

Facts = Callable[[Row, Collection[str]], Mapping[str, object]]
"""The facts of a case as it would be."""


@dataclass(frozen=True, slots=True)
class Way:
    """From which version to which, by which map, at which moment."""

    before: CompiledFlow
    after: CompiledFlow
    to_id: int
    declared: FlowMap
    calendar: WorkingCalendar  # of the target
    now: datetime
    tables: Tables  # that the target uses


@dataclass(frozen=True, slots=True)
class ItemMove:
    """A row of the checklist: ``row`` as it is (None: made by the move), ``after`` as it would be."""

    change: Literal["kept", "renamed", "dropped", "revived", "added"]
    row: Row | None
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CaseMove:
    """One case: as it is, as it would be, and what is new for its client."""

    row: Row
    after: Row
    items: tuple[ItemMove, ...]
    fields: Mapping[str, str]  # old key -> new key, of values that go over under another name
    set_aside: tuple[str, ...]  # fields whose values the target does not take
    todo_before: frozenset[ItemKey]  # what the client is to send, in the target's names where they go over
    todo_after: frozenset[ItemKey]

    @property
    def todo_changed(self) -> bool:
        return self.todo_before != self.todo_after

    def keys(self, *changes: str) -> tuple[str, ...]:
        """Items to which one of these changes happens, in the target's order."""
        return tuple(dict.fromkeys(str(each.after["key"]) for each in self.items if each.change in changes))


def unfit(zh: str, en: str) -> NotPossibleNow:
    """Why a case does not go over, in words."""
    return NotPossibleNow(en, reasons=[{"zh-CN": zh, "en": en}])


def case_move(lookup: Lookup, facts: Facts, row: Row, way: Way) -> CaseMove:
    """Raises NotPossibleNow with the reasons in words when the map does not carry this case.

    1. Its stage and limit. 2. Its fields. 3. Its checklist, planned by the target's conditions over what it would be.
    """
    if row["state"] != "open":
        raise unfit("案件已结案", "the case is closed")
    people = lookup.find(applicant, case_id=row["id"], order=applicant.c.position)
    row = dict(row)  # as it is now: a unit's own rows change under the hand
    after = {**row, **_stage(lookup, row, way), "flow_version_id": way.to_id}
    after["fields"], renamed, aside = _fields(row, way)
    computed = _computed(way, after["fields"], len(people))
    _check(way, after["fields"], [each["kind"] for each in people])
    after["fields"] |= {key: value for key, value in computed.items() if value is not None}
    names = [name for name in required_names(way.after) if not name.startswith("applicant.")]
    applicants = [
        ApplicantFacts(each["id"], {"applicant.type": each["kind"], "applicant.main": each["position"] == 0})
        for each in people
    ]
    planned = plan(way.after, applicants, facts(after, names))
    items = tuple(_items(lookup, row, planned, way))
    old = items_of(lookup, row["id"])
    key = {each.row["id"]: each.after["key"] for each in items if each.row is not None and each.change != "dropped"}
    by_old = {(each["key"], each["applicant_id"]): str(key.get(each["id"], each["key"])) for each in old}
    todo_before = frozenset((by_old[each], each[1]) for each in todo_of(way.before, old))
    there = sorted(
        ({**(each.row or {"status": "todo", "asked": False}), **each.after} for each in items if not _gone(each)),
        key=lambda each: int(each["position"]),
    )
    return CaseMove(row, after, items, renamed, aside, todo_before, todo_of(way.after, there))


def _computed(way: Way, fields: Mapping[str, Any], applicants: int) -> Mapping[str, Any]:
    today = way.now.astimezone(way.calendar.zone).date()
    return way.after.formulas.work_out(fields, applicants, way.calendar, way.tables, today=today)


def _gone(move: ItemMove) -> bool:
    return bool(move.after["dropped"])


def _stage(lookup: Lookup, row: Row, way: Way) -> dict[str, Any]:
    """The moment at which the stage was entered stays.

    The limit stays where the stage's span and hours do; else it is what the new span gives from that moment. A map
    makes no case late: where that has gone by already, the old limit counts on, and where there was none, the span
    begins now. One that stands still is reckoned where it was when it stopped.
    """
    old, flow = way.before.flow.stage(row["stage"]), way.after.flow
    key = way.declared.stage(row["stage"], flow)
    if key is None:
        name = old.name
        raise unfit(
            f"映射没有说明阶段“{name.get('zh-CN', old.key)}”（{old.key}）的去向",
            f'the map does not say where stage "{name.get("en", old.key)}" ({old.key}) goes',
        )
    new = flow.stage(key)
    substate = row["substate"] if row["substate"] in {each.key for each in new.substates} else None
    since = pausing.paused_since(row)
    due, at = (row["due"], way.now) if since is None else (row["paused_due"], since)
    if new.due is None:
        due = None
    elif new.due != old.due or flow.calendar != way.before.flow.calendar or due is None:
        wanted = pausing.limit_of(lookup, row, new.due, way.calendar)
        if wanted > at:
            due = wanted
        elif due is None:
            due = way.calendar.add(at, new.due)
    return {"stage": key, "substate": substate, **_limit(row, new, substate, due, way)}


def _limit(row: Row, stage: Stage, substate: str | None, due: datetime | None, way: Way) -> dict[str, Any]:
    """Whether the limit stands still in the target, whatever it did before."""
    since = pausing.paused_since(row)
    if not stage.pauses(substate):
        runs = due if since is None else pausing.limit_after({**row, "paused_due": due}, stage, way.calendar, way.now)
        return {"due": runs, **pausing.RUNNING}
    before = None if since is None else row["paused_from"]
    return {"due": None, "paused_at": since or way.now, "paused_due": due, "paused_from": before}


def _fields(row: Row, way: Way) -> tuple[dict[str, Any], dict[str, str], tuple[str, ...]]:
    """The values as the target names them, what was renamed, and what it does not take: nobody's word counts for what
    it computes itself."""
    kept: dict[str, Any] = {}
    renamed, aside = {}, []
    computed = {field.key for _, field in way.after.formulas.fields}
    for key, value in row["fields"].items():
        new = way.declared.field(key, way.after.flow)
        if new in computed:
            continue
        if new is None:
            aside.append(key)
            continue
        kept[new] = value
        if new != key:
            renamed[key] = new
    return kept, renamed, tuple(aside)


def _check(way: Way, fields: Mapping[str, Any], kinds: list[str]) -> None:
    """Raises NotPossibleNow naming every value and type of applicant that the target does not know."""
    flow, old = way.after.flow, {each.key: each for each in way.before.flow.fields}
    changed = {key: value for key, value in fields.items() if old.get(key) != flow.field(key)}
    reasons: list[Words] = []
    for check in (partial(check_fields, filled(flow, way.tables), changed), partial(check_kinds, flow, kinds)):
        try:
            check()
        except Invalid as invalid:
            reasons += [dict(problem.message) for problem in invalid.problems]
    if reasons:
        raise NotPossibleNow("; ".join(each["en"] for each in reasons), reasons=reasons)


def _items(lookup: Lookup, row: Row, planned: list[PlannedItem], way: Way) -> Iterator[ItemMove]:
    """Rows that go over under their new key; rows that the target wants besides, an earlier dropped one before a new
    one; and those that end, which keep what was sent."""
    rows = lookup.find(item, case_id=row["id"])
    dropped = {(each["key"], each["applicant_id"]): each for each in rows if each["dropped"]}
    going = {
        (new, each["applicant_id"]): each
        for each in rows
        if not each["dropped"] and (new := way.declared.item(each["key"], way.after.flow)) is not None
    }
    taken = set()
    for position, wanted in enumerate(planned):
        after = {
            "key": wanted.item,
            "applicant_id": wanted.applicant,
            "group_key": wanted.group,
            "required": wanted.required,
            "position": position,
            "dropped": False,
        }
        there = going.get(wanted.key)
        if there is not None:
            taken.add(there["id"])
            yield ItemMove("kept" if there["key"] == wanted.item else "renamed", there, after)
        elif (earlier := dropped.get(wanted.key)) is not None:
            yield ItemMove("revived", earlier, after)
        else:
            yield ItemMove("added", None, after)
    for each in rows:
        if not each["dropped"] and each["id"] not in taken:
            ended = {"key": each["key"], "required": False, "asked": False, "dropped": True}
            yield ItemMove("dropped", each, {**ended, "position": each["position"]})
