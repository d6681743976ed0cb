"""What follows when a rule found nobody for a role: those who can settle it are told, with a button to do so."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.tables import case
from core.commands.command import Command
from core.commands.desk import OfferHandOver, ShowCase
from core.commands.work import Notify
from core.events.sharing import RoleUnfilled
from core.kit.words import said
from core.ledger.buttons import offer
from core.reactions.admins import today
from core.reactions.leads import admins_above, leads_above
from core.staff.policy import role_said

_CHOOSE = said("button.choose_person")
_CASE = said("button.look_at_case")


def call_leads(event: RoleUnfilled, deed: Deed) -> Iterator[Command]:
    """The nearest lead, else the admins; once a day of the same role of a case, however often a rule tries."""
    case_id = event.case_id or 0
    subject = deed.wiring.subjects["case"](deed.uow, case_id)
    if subject is None:
        return
    row = deed.uow.get(case, case_id)
    told = {"number": row["number"], "role": role_said(deed.wiring.policy, event.role), "why": event.why}
    for person in leads_above(subject, (), deed) or admins_above(subject, (), deed):
        yield Notify(
            to="staff",
            person_id=person,
            notice="say",
            subject={"case": case_id},
            params={"key": "rules.role_unfilled", "params": told},
            buttons=(
                offer(OfferHandOver(case_id=case_id, role=event.role), _CHOOSE, "primary", keeps=True),
                offer(ShowCase(case_id=case_id), _CASE, keeps=True),
            ),
            once=f"unfilled:{case_id}:{event.role}:{today(deed)}:{person}",
        )
