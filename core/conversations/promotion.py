"""Notices that advertise are held back from a client who wants none. Dropped and noted, never sent later."""

from core.bus.deed import Deed
from core.clients.promotion import opted_out, why_not
from core.commands.work import Notify
from core.events.gag import NoticeHeld


def unwanted(command: Notify, deed: Deed) -> bool:
    """Whether this notice must not go out; that it did not is an event of its case."""
    if not (command.promotion and command.to == "client" and opted_out(deed.uow, command.person_id)):
        return False
    told = {"notice": command.notice, "message": str(command.params.get("message", "")), "via": command.via}
    deed.emit(NoticeHeld(case_id=command.subject.get("case"), why=why_not(deed), **told))
    return True
