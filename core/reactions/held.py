"""What follows when a file waits for the virus check for long: a task, a card for those who may act, and their end."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.team import who
from core.commands.command import Command
from core.commands.documents import CheckFileAgain
from core.commands.work import CompleteTask, CreateTask, Notify, RedrawCard
from core.events.happened import FileStuck, FileUnstuck
from core.kit.words import said
from core.ledger.buttons import close_card, offer
from core.staff.tables import staff
from core.tasks.tables import task

ROLE = "supervisor"
_AGAIN = said("button.check_again")
_TITLE = {
    "zh-CN": "客户的文件等待病毒检查已久，尚未收下：请查看杀毒服务",
    "en": "A client's file has waited long for the virus check and is not taken yet: look at the scanner",
}


def card_of(errand_id: int) -> str:
    return f"held:{errand_id}"


def call_for_help(event: FileStuck, deed: Deed) -> Iterator[Command]:
    """A task where there is a case; the card with its button for its supervisor, without a case for every one."""
    people = [row["id"] for row in deed.uow.find(staff, active=True) if ROLE in row["roles"]]
    if event.case_id is not None:
        yield CreateTask(case_id=event.case_id, role=ROLE, title=_TITLE, due="4h", key=card_of(event.errand_id))
        chosen = who(deed.uow, event.case_id, ROLE)
        people = [] if chosen is None else [chosen]
    subject = {"errand": event.errand_id} | ({} if event.case_id is None else {"case": event.case_id})
    for person in people:
        yield Notify(
            to="staff",
            person_id=person,
            notice="held_file",
            subject=subject,
            card=card_of(event.errand_id),
            buttons=(offer(CheckFileAgain(errand_id=event.errand_id), _AGAIN, keeps=True),),
        )


def call_off(event: FileUnstuck, deed: Deed) -> Iterator[Command]:
    card = card_of(event.errand_id)
    close_card(deed.uow, card)
    yield RedrawCard(card=card)
    if event.case_id is not None:
        for row in deed.uow.find(task, case_id=event.case_id, key=card, state="open"):
            yield CompleteTask(task_id=row["id"])
