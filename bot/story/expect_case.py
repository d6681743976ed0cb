"""What has become of the case: its stage, items, tasks, events, and what was refused."""

from collections.abc import Mapping, Sequence

from bot.story.acts import find_item
from bot.story.memory import Memory, NotSo
from bot.story.moments import said
from bot.story.spec import CaseIs, ChecklistIs, EventIs, TaskIs
from core.events.event import EVENTS
from core.store.reading import Reader
from core.store.sealing import Row
from core.tasks.tables import task
from core.views.case_view import case_view

EMPTY = 'empty (write "")'
"""How a value that is not set is told, and how a story says that it is expected."""


def about(wanted: str, memory: Memory) -> None:
    """The steps that follow are about this case. Raises NotSo where there is none."""
    memory.about = wanted
    with memory.world.agency.reading.open() as reader:
        _case(memory, reader)


def case_is(wanted: CaseIs, memory: Memory) -> None:
    with memory.world.agency.reading.open() as reader:
        row = _case(memory, reader)
    there = {
        "stage": row["stage"],
        "substate": row["substate"] or "",
        "state": row["state"],
        "outcome": row["outcome"] or "",
        "due": said(row["due"], memory),
    }
    expected = {name: getattr(wanted, name) for name in there if getattr(wanted, name) is not None}
    _compare(expected, {name: there[name] for name in expected})


def items_are(wanted: Mapping[str, str], memory: Memory) -> None:
    with memory.world.agency.reading.open() as reader:
        row = _case(memory, reader)
        there = {key: str(find_item(key, row, reader)["status"]) for key in wanted}
    _compare(wanted, there)


def checklist_is(wanted: ChecklistIs, memory: Memory) -> None:
    with memory.world.agency.reading.open() as reader:
        view = case_view(reader, memory.world.agency.catalogue, _case(memory, reader)["id"])
    state = view.completion
    _compare({"done": wanted.done, "total": wanted.total}, {"done": state.done, "total": state.total})


def tasks_are(wanted: Sequence[TaskIs], memory: Memory) -> None:
    """Each of these is exactly one task of the case; the case may have others, but none at all for "nothing"."""
    with memory.world.agency.reading.open() as reader:
        rows = reader.find(task, case_id=_case(memory, reader)["id"])
    there = [_task(row, memory) for row in rows]
    if not wanted and rows:
        raise NotSo("no task", there)
    for each in wanted:
        if sum(_is_task(each, row, memory) for row in rows) != 1:
            told = ", ".join(f"{name}: {value}" for name, value in each.model_dump(exclude_none=True).items())
            raise NotSo(f"exactly one task with {told}", there)


def events_are(wanted: Sequence[EventIs], memory: Memory) -> None:
    """In this order among the case's events of the last act; "nothing" means none at all."""
    with memory.world.agency.reading.open() as reader:
        rows = memory.happened(reader)
    there = [f"{row['type']} {row['data']}" for row in rows if EVENTS[row["type"]].shown]
    if not wanted and rows:
        raise NotSo("no event", there)
    at = 0
    for each in wanted:
        found = next((n for n in range(at, len(rows)) if _is_event(each, rows[n])), None)
        if found is None:
            raise NotSo(f"event {each.name} {each.data or ''}".rstrip(), there)
        at = found + 1


def refused(wanted: Sequence[str], memory: Memory) -> None:
    """Exactly these codes in the last act."""
    with memory.world.agency.reading.open() as reader:
        codes = list(memory.refusals(reader))
    if codes != list(wanted):
        raise NotSo(f"refused: {', '.join(wanted) or 'nothing'}", codes)


def _case(memory: Memory, reader: Reader) -> Row:
    row = memory.case(reader)
    if row is None:
        raise NotSo("a case", ["there is none yet"])
    return row


def _compare(wanted: Mapping[str, object], there: Mapping[str, object]) -> None:
    different = [name for name, value in wanted.items() if there[name] != value]
    if different:
        expected = ", ".join(f"{name}: {wanted[name] or EMPTY}" for name in different)
        raise NotSo(expected, [", ".join(f"{name}: {there[name] or EMPTY}" for name in different)])


def _is_task(wanted: TaskIs, row: Row, memory: Memory) -> bool:
    return (
        wanted.title in row["title"].values()
        and wanted.role in (None, row["role"])
        and (wanted.who is None or memory.cast.staff.get(wanted.who) == row["staff_id"])
        and wanted.due in (None, said(row["due"], memory))
        and wanted.state in (None, row["state"])
    )


def _task(row: Row, memory: Memory) -> str:
    who = next((key for key, staff_id in memory.cast.staff.items() if staff_id == row["staff_id"]), "nobody")
    return f"{row['title']['zh-CN']} (role {row['role']}, who {who}, due {said(row['due'], memory)}, {row['state']})"


def _is_event(wanted: EventIs, row: Row) -> bool:
    data = row["data"]
    return row["type"] == wanted.name and all(str(data.get(name)) == value for name, value in wanted.data.items())
