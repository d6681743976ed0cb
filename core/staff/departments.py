"""Departments: a tree without circles, of which an empty one can be deleted."""

from collections.abc import Collection

from core.bus.deed import Deed
from core.commands.people import AddDepartment
from core.commands.staffing import DeleteDepartment, MoveDepartment, RenameDepartment, SetRegions
from core.kit.errors import Invalid, NotFound, NotPossibleNow, Problem
from core.staff.tables import department, staff
from core.store.reading import Lookup
from core.store.sealing import Row

MOST_LEVELS = 20
_TREE = "departments"  # the lock of whoever changes the form of the tree


def add_department(command: AddDepartment, deed: Deed) -> int:
    """Returns the department's id. Raises NotFound for the one above it, Invalid when the tree grows too deep."""
    deed.uow.need(_TREE)
    if command.parent_id is not None:
        there(deed.uow, command.parent_id)
        _check_place(command.parent_id, None, deed)
    return int(deed.uow.add(department, name=command.name, parent_id=command.parent_id)["id"])


def rename_department(command: RenameDepartment, deed: Deed) -> None:
    there(deed.uow, command.department_id)
    deed.uow.change(department, command.department_id, name=command.name)


def move_department(command: MoveDepartment, deed: Deed) -> None:
    """Raises NotFound for either, Invalid for a place below itself or too deep."""
    deed.uow.need(_TREE)
    there(deed.uow, command.department_id)
    if command.parent_id is not None:
        there(deed.uow, command.parent_id)
        _check_place(command.parent_id, command.department_id, deed)
    deed.uow.change(department, command.department_id, parent_id=command.parent_id)


def delete_department(command: DeleteDepartment, deed: Deed) -> None:
    """Raises NotPossibleNow while somebody works there, a department is below it or a case is open there."""
    uow, department_id = deed.uow, command.department_id
    uow.need(_TREE)
    there(uow, department_id)
    below = any(row["ended_at"] is None for row in uow.find(department, parent_id=department_id))
    people = uow.first(staff, department_id=department_id, active=True) is not None
    if below or people or deed.tool("open_in_department")(uow, department_id):
        raise NotPossibleNow(reason="not_empty")
    uow.change(department, department_id, ended_at=deed.now)


def there(lookup: Lookup, department_id: int) -> Row:
    """Raises NotFound for one that is not there or was deleted."""
    row = lookup.peek(department, department_id)
    if row is None or row["ended_at"] is not None:
        raise NotFound(thing="department", id=department_id)
    return row


def set_regions(command: SetRegions, deed: Deed) -> None:
    """Raises NotFound, Invalid for a region that another department serves already: a case has one place to go to."""
    deed.uow.need(_TREE)
    there(deed.uow, command.department_id)
    taken = {
        name: row["name"]
        for row in deed.uow.find(department, ended_at=None)
        for name in row["regions"] or ()
        if row["id"] != command.department_id
    }
    problems = []
    for index, name in enumerate(command.regions):
        if name in taken:
            zh = f"“{name}”已由部门“{taken[name]}”负责，请先从那里去掉"
            en = f'"{name}" is served by department "{taken[name]}" already: take it away there first'
            problems.append(Problem(f"/regions/{index}", "staff.region_taken", {"zh-CN": zh, "en": en}))
    if problems:
        raise Invalid(problems=problems)
    deed.uow.change(department, command.department_id, regions=list(dict.fromkeys(command.regions)) or None)


def names_of_departments(lookup: Lookup) -> list[str]:
    """What the departments that are there are called."""
    return [row["name"] for row in lookup.find(department, ended_at=None)]


def serving(lookup: Lookup, names: Collection[str]) -> Row | None:
    """The department that serves a region, given all that it is called. Of one that is a path (浙江/杭州) the whole is
    looked for first, then what it lies in."""
    served = {name: row for row in lookup.find(department, ended_at=None) for name in row["regions"] or ()}
    for name in names:
        place = name
        while place:
            if place in served:
                return served[place]
            place = place.rpartition("/")[0]
    return None


def chain(lookup: Lookup, lowest: int | None) -> list[int]:
    """The department and those above it, the nearest first."""
    found: list[int] = []
    at = lowest
    while at is not None and at not in found:
        found.append(at)
        row = lookup.peek(department, at)
        at = None if row is None else row["parent_id"]
    return found


def below(lookup: Lookup, top: int | None) -> frozenset[int]:
    """The departments under one, at any depth."""
    if top is None:
        return frozenset()
    children: dict[int | None, list[int]] = {}
    for row in lookup.find(department):
        children.setdefault(row["parent_id"], []).append(row["id"])
    found: set[int] = set()
    queue = list(children.get(top, ()))
    while queue:
        each = queue.pop()
        if each not in found:
            found.add(each)
            queue.extend(children.get(each, ()))
    return frozenset(found)


def _check_place(parent_id: int, moved: int | None, deed: Deed) -> None:
    """Walk up from the new place: whoever is met there must not be the one that is moved. Raises Invalid."""
    above: int | None = parent_id
    for _ in range(MOST_LEVELS):
        if above is None:
            return
        if above == moved:
            raise Invalid(problems=[_problem("circle", "不能移到自身或其下级部门之下", "not below itself")])
        above = deed.uow.get(department, above)["parent_id"]
    raise Invalid(problems=[_problem("deep", f"最多 {MOST_LEVELS} 级", f"at most {MOST_LEVELS} levels")])


def _problem(code: str, zh: str, en: str) -> Problem:
    return Problem("/parent_id", f"staff.department_{code}", {"zh-CN": zh, "en": en})
