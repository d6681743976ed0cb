"""Departments: a tree that is read as a list, built, moved and cleared."""

from collections import Counter

from admin_api.desk import AtDesk, command_of
from admin_api.need import does, may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.ids import IdIn
from admin_api.schemas.model import Created
from admin_api.schemas.people import DepartmentLine, DepartmentList, DepartmentName, DepartmentPlace, NewDepartment
from core.commands.people import AddDepartment
from core.commands.staffing import DeleteDepartment, MoveDepartment, RenameDepartment
from core.staff.tables import department, staff

DEPARTMENTS = section("staff")


@DEPARTMENTS.operation("GET", "/departments", may(AddDepartment.permission))
def list_departments(desk: AtDesk, cursor: Cursor = None, limit: Limit = USUAL) -> DepartmentList:
    """Every department with the one above it."""
    with desk.look() as reader:
        people = Counter(row["department_id"] for row in reader.find(staff, active=True))
        rows = reader.find(department, ended_at=None)
    rows, following = page_of(rows, lambda row: (int(row["id"]),), cursor, limit)
    return DepartmentList(
        departments=[
            DepartmentLine(id=row["id"], name=row["name"], parent_id=row["parent_id"], staff=people[row["id"]])
            for row in rows
        ],
        next=following,
    )


@DEPARTMENTS.operation("POST", "/departments", does(AddDepartment), status=201, errors=[404])
def add_department(desk: AtDesk, body: NewDepartment) -> Created:
    """Add a department."""
    return Created(id=desk.do(command_of(AddDepartment, body.model_dump())))


@DEPARTMENTS.operation("POST", "/departments/{department_id}/rename", does(RenameDepartment), status=204)
def rename_department(desk: AtDesk, department_id: IdIn, body: DepartmentName) -> None:
    """Give a department another name."""
    desk.do(command_of(RenameDepartment, {"department_id": department_id, **body.model_dump()}))


@DEPARTMENTS.operation("POST", "/departments/{department_id}/move", does(MoveDepartment), status=204)
def move_department(desk: AtDesk, department_id: IdIn, body: DepartmentPlace) -> None:
    """Move a department, with all below it, below another one or to the top; never below itself."""
    desk.do(command_of(MoveDepartment, {"department_id": department_id, **body.model_dump()}))


@DEPARTMENTS.operation("POST", "/departments/{department_id}/delete", does(DeleteDepartment), status=204, errors=[409])
def delete_department(desk: AtDesk, department_id: IdIn) -> None:
    """Delete a department in which nobody works, below which is none, and which has no open case."""
    desk.do(DeleteDepartment(department_id=department_id))
