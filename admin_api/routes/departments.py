"""Departments: a tree that is read as a list, built, moved and cleared."""

from collections import Counter

from admin_api.desk import AtDesk, command_of
from admin_api.entity_tag import Tagged
from admin_api.need import does, may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.ids import IdIn, read_id
from admin_api.schemas.model import Created
from admin_api.schemas.people import (
    DepartmentLine,
    DepartmentList,
    DepartmentName,
    DepartmentPlace,
    DepartmentRegions,
    NewDepartment,
)
from core.commands.people import AddDepartment
from core.commands.staffing import DeleteDepartment, MoveDepartment, RenameDepartment, SetRegions
from core.staff.departments import there
from core.staff.tables import department, staff
from core.store.reading import Lookup
from core.store.sealing import Row

DEPARTMENTS = section("staff")


def _edition(lookup: Lookup, given: str) -> object:
    department_id = read_id(given)
    row = None if department_id is None else lookup.peek(department, department_id)
    if row is None or row["ended_at"] is not None:
        return None
    return row["id"], row["name"], row["parent_id"], row["regions"]


DEPARTMENT = Tagged(department.name, "department_id", _edition)


@DEPARTMENTS.operation("GET", "/departments", may(AddDepartment.permission))
def list_departments(desk: AtDesk, cursor: Cursor = None, limit: Limit = USUAL) -> DepartmentList:
    """Every department with the one above it."""
    with desk.look() as reader:
        people = Counter(row["department_id"] for row in reader.find(staff, active=True))
        rows = reader.find(department, ended_at=None)
    rows, following = page_of(rows, lambda row: (int(row["id"]),), cursor, limit)
    return DepartmentList(
        departments=[_line(row, people[row["id"]]) for row in rows],
        next=following,
    )


@DEPARTMENTS.operation("GET", "/departments/{department_id}", may(AddDepartment.permission), tagged=DEPARTMENT)
def read_department(desk: AtDesk, department_id: IdIn) -> DepartmentLine:
    """One department."""
    with desk.look() as reader:
        row = there(reader, department_id)
        return _line(row, len(reader.find(staff, department_id=department_id, active=True)))


@DEPARTMENTS.operation("POST", "/departments", does(AddDepartment), status=201, errors=[404])
def add_department(desk: AtDesk, body: NewDepartment) -> Created:
    """Add a department."""
    return Created(id=desk.do(command_of(AddDepartment, body.model_dump())))


@DEPARTMENTS.operation(
    "POST",
    "/departments/{department_id}/rename",
    does(RenameDepartment),
    status=204,
    tagged=DEPARTMENT,
    guarded=True,
)
def rename_department(desk: AtDesk, department_id: IdIn, body: DepartmentName) -> None:
    """Give a department another name."""
    desk.do(command_of(RenameDepartment, {"department_id": department_id, **body.model_dump()}))


@DEPARTMENTS.operation(
    "POST", "/departments/{department_id}/move", does(MoveDepartment), status=204, tagged=DEPARTMENT, guarded=True
)
def move_department(desk: AtDesk, department_id: IdIn, body: DepartmentPlace) -> None:
    """Move a department, with all below it, below another one or to the top; never below itself."""
    desk.do(command_of(MoveDepartment, {"department_id": department_id, **body.model_dump()}))


@DEPARTMENTS.operation(
    "POST", "/departments/{department_id}/regions", does(SetRegions), status=204, tagged=DEPARTMENT, guarded=True
)
def set_regions(desk: AtDesk, department_id: IdIn, body: DepartmentRegions) -> None:
    """Say which regions a department serves: rules that share work out by region (`assign` with `region`) look there
    first. A region is named as the field has it, by key or name; a path such as 浙江/杭州 is looked for whole, then
    what it lies in."""
    desk.do(command_of(SetRegions, {"department_id": department_id, **body.model_dump()}))


@DEPARTMENTS.operation(
    "POST",
    "/departments/{department_id}/delete",
    does(DeleteDepartment),
    status=204,
    errors=[409],
    tagged=DEPARTMENT,
    guarded=True,
)
def delete_department(desk: AtDesk, department_id: IdIn) -> None:
    """Delete a department in which nobody works, below which is none, and which has no open case."""
    desk.do(DeleteDepartment(department_id=department_id))


def _line(row: Row, people: int) -> DepartmentLine:
    regions = list(row["regions"] or ())
    return DepartmentLine(id=row["id"], name=row["name"], parent_id=row["parent_id"], regions=regions, staff=people)
