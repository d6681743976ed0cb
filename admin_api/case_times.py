"""The hand-overs of a case, and the time that each stage took with its person and department."""

from admin_api.schemas.handovers import Handover, TimeSpent
from core.cases.tables import case_handover, stage_span
from core.staff.tables import department, staff
from core.store.reading import Reader


def handovers_of(reader: Reader, case_id: int) -> list[Handover]:
    """Oldest first."""
    rows = reader.find(case_handover, case_id=case_id, order=case_handover.c.id)
    return [
        Handover(
            giver=_name(reader, row["giver_id"]),
            receiver=_name(reader, row["settled_by"] or row["receiver_id"]),
            **{name: row[name] for name in Handover.model_fields if name in row},
        )
        for row in rows
    ]


def times_of(reader: Reader, case_id: int) -> list[TimeSpent]:
    """Every stay in a stage, oldest first."""
    found = []
    for row in reader.find(stage_span, case_id=case_id, order=stage_span.c.id):
        member = None if row["owner_id"] is None else reader.peek(staff, row["owner_id"])
        place = None if member is None or member["department_id"] is None else member["department_id"]
        of = None if place is None else reader.peek(department, place)
        found.append(
            TimeSpent(
                person="" if member is None else member["name"],
                department="" if of is None else of["name"],
                **{name: row[name] for name in ("stage", "entered", "left", "minutes")},
            )
        )
    return found


def _name(reader: Reader, staff_id: int | None) -> str:
    member = None if staff_id is None else reader.peek(staff, staff_id)
    return "" if member is None else str(member["name"])
