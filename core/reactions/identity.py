"""What follows when a code reaches the wrong person, a client does not consent, or asks for his data."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.cases.team import who
from core.commands.command import Command
from core.commands.identity import ReleaseFiles
from core.commands.work import CompleteTask, CreateTask, Notify
from core.engine.sayings import in_both
from core.events.data_rights import ClientErased, ClientExported
from core.events.people import ConsentOnPaper, ConsentRefused, DataRightAsked, InvitationDeclined
from core.staff.tables import staff
from core.tasks.tables import task

DAYS = 15  # within which a request about his data must be answered


def warn_maker(event: InvitationDeclined, deed: Deed) -> Iterator[Command]:
    """Whoever made the code must know that it went astray."""
    if event.staff_id:
        yield _tell(event.staff_id, event.client_id, "invite_declined")


def let_files_in(event: ConsentOnPaper, deed: Deed) -> Iterator[Command]:
    """What waited for his yes is fetched."""
    yield ReleaseFiles(client_id=event.client_id)


def warn_owner(event: ConsentRefused, deed: Deed) -> Iterator[Command]:
    if event.case_id is not None:
        row = deed.uow.get(case, event.case_id)
        owner = who(deed.uow, row["id"], compiled_of(deed, row).flow.stage(row["stage"]).owner)
        people = [] if owner is None else [owner]
    else:
        people = _service(deed)
    for person in people:
        yield _tell(person, event.client_id, "consent_refused", event.case_id)


def open_request(event: DataRightAsked, deed: Deed) -> Iterator[Command]:
    """A task with its legal limit; for a client without a case, everybody who serves clients is told."""
    if event.case_id is not None:
        title, key = in_both(deed.tool("sayings"), f"task_title.data_{event.right}"), f"data:{event.right}"
        yield CreateTask(case_id=event.case_id, role="service", title=title, due=f"{DAYS}cd", key=key)
        return
    for person in _service(deed):
        yield _tell(person, event.client_id, f"data_{event.right}")


def close_request(event: ClientExported | ClientErased, deed: Deed) -> Iterator[Command]:
    """What he asked for is done: so are the tasks for it."""
    key = "data:export" if isinstance(event, ClientExported) else "data:erase"
    if event.case_id is not None:
        for row in deed.uow.find(task, case_id=event.case_id, key=key, state="open"):
            yield CompleteTask(task_id=row["id"])


def _service(deed: Deed) -> list[int]:
    return [row["id"] for row in deed.uow.find(staff, active=True) if "service" in row["roles"]]


def _tell(person: int, client_id: int, key: str, case_id: int | None = None) -> Notify:
    subject = {"client": client_id} | ({} if case_id is None else {"case": case_id})
    return Notify(to="staff", person_id=person, notice="about_client", subject=subject, params={"key": key})
