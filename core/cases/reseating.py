"""The seat of somebody who has left is given to the next one by the rules of seating."""

from core.bus.deed import Deed
from core.cases.approval_tables import approval_seat
from core.cases.rounds import of_stay, seats_of
from core.cases.seating import choose, may_sit
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.commands.approvals import Reseat
from core.events.approvals import SeatGiven, SeatsUnfilled
from core.staff.tables import staff
from core.store.sealing import Row


def reseat(command: Reseat, deed: Deed) -> None:
    """A timer's command: look at the truth again. Nothing happens where the round is over, he has voted, his seat is
    somebody else's, or he may sit again; nor in a round without a number of seats in which somebody else still sits, as
    one vote decides it. Says so where nobody is left to sit."""
    row = deed.uow.get(case, command.case_id)
    round_ = of_stay(deed.uow, row)
    if row["state"] != "open" or round_ is None or round_["id"] != command.approval_id or round_["state"] != "open":
        return
    seats = seats_of(deed.uow, round_["id"])
    his = next((each for each in seats if each["staff_id"] == command.staff_id and each["vote"] is None), None)
    if his is None or _may(command.staff_id, round_, deed):
        return
    there = [each for each in seats if each["id"] != his["id"] and _may(each["staff_id"], round_, deed)]
    spec = compiled_of(deed, row).flow.stage(row["stage"]).approval
    if spec is not None and spec.seats is None and there:
        return
    about = {"case_id": row["id"], "approval_id": round_["id"], "stage": round_["stage"]}
    taken = {each["staff_id"] for each in seats}
    found = choose(row, round_["role"], 1, round_["prepared_by"], deed, taken=taken)
    if not found:
        told = {"role": round_["role"], "seats": round_["seats"], "filled": len(there), "left_id": command.staff_id}
        deed.emit(SeatsUnfilled(**about, **told))
        return
    deed.uow.change(approval_seat, his["id"], staff_id=found[0])
    seated = [[round_["role"], each["staff_id"]] for each in seats_of(deed.uow, round_["id"])]
    deed.uow.change(case, row["id"], seated=seated)
    deed.emit(SeatGiven(**about, staff_id=found[0], before=command.staff_id))


def _may(staff_id: int, round_: Row, deed: Deed) -> bool:
    return may_sit(deed.uow.get(staff, staff_id), round_["role"], round_["prepared_by"], deed)
