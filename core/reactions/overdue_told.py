"""What follows from overdue work: its card comes again to whoever has it, and those above him hear of it."""

from collections.abc import Iterator

from core.bus.asking import may
from core.bus.deed import Deed
from core.cases.documents import card_of_reviewer
from core.cases.tables import document_version
from core.commands.command import Command
from core.commands.desk import OfferTask, ShowCase, ShowTask
from core.commands.reviewing import ShowReview
from core.commands.work import Notify, RedrawCard
from core.events.happened import DocumentApproved, DocumentRejected, DocumentWithdrawn, ItemWaived
from core.events.overdue import ReviewOverdue, TaskOverdue
from core.kit.words import said
from core.ledger.buttons import close_card, offer
from core.reactions.documents import redrawn, review_notice
from core.reactions.leads import COVERS
from core.reactions.people import task_notice
from core.staff.delegation import deputies
from core.staff.service import actor_at
from core.tasks.tables import task

_ROLE = {"lead": "supervisor", "admin": "admin"}
_TASK = said("button.look_at_task")
_GIVE = said("button.give_task")
_REVIEW = said("button.look_at_review")
_CASE = said("button.look_at_case")


def tell_task(event: TaskOverdue, deed: Deed) -> Iterator[Command]:
    """All copies say from now on that it is late."""
    row, card = deed.uow.get(task, event.task_id), f"task:{event.task_id}"
    yield RedrawCard(card=card)
    if event.step == "person":
        yield from (task_notice(row, person) for person in event.people)
        return
    offers = ((_TASK, ShowTask(task_id=row["id"])), (_GIVE, OfferTask(task_id=row["id"])))
    for person in _with_deputies(event, deed):
        yield _notice("late_task", person, event, {"case": row["case_id"], "task": row["id"]}, card, offers, deed)


def tell_review(event: ReviewOverdue, deed: Deed) -> Iterator[Command]:
    version = deed.uow.get(document_version, event.version_id)
    if event.step == "person":
        yield from redrawn(version)
        for person in event.people:
            notice = review_notice(version, person, deed, card_of_reviewer(version, person))
            yield notice.model_copy(update={"params": {"late": True}})
        return
    offers = ((_REVIEW, ShowReview(version_id=version["id"])), (_CASE, ShowCase(case_id=version["case_id"])))
    subject = {"case": version["case_id"], "version": version["id"]}
    for person in _with_deputies(event, deed):
        yield _notice("late_review", person, event, subject, _card(version["id"]), offers, deed)


def settle_review(
    event: DocumentApproved | DocumentRejected | DocumentWithdrawn | ItemWaived, deed: Deed
) -> Iterator[Command]:
    """Those who were told that it is late see that it is over."""
    if event.version_id is not None:
        close_card(deed.uow, _card(event.version_id))
        yield RedrawCard(card=_card(event.version_id))


def _card(version_id: int) -> str:
    """A key of its own: having this card does not make anybody the reviewer."""
    return f"late:{version_id}"


def _with_deputies(event: TaskOverdue | ReviewOverdue, deed: Deed) -> list[int]:
    """Also who stands in for them, if he may settle by himself whose work it is: what a lead may do in his department
    does not pass to his deputy."""
    found = list(event.people)
    subject = deed.wiring.subjects["case"](deed.uow, event.case_id or 0)
    for person in event.people:
        for each in deputies(deed.uow, person, (_ROLE[event.step],), deed.now):
            actor = actor_at(deed.uow, each, deed.now)
            if each in found or actor is None or subject is None:
                continue
            if deed.wiring.policy.may(actor, COVERS, subject):
                found.append(each)
    return found


def _notice(
    kind: str,
    person: int,
    event: TaskOverdue | ReviewOverdue,
    subject: dict[str, int],
    card: str,
    offers: tuple[tuple[dict[str, object], Command], ...],
    deed: Deed,
) -> Notify:
    """With those buttons that this person may press."""
    actor = actor_at(deed.uow, person, deed.now)
    buttons = [offer(each, label, keeps=True) for label, each in offers if actor is not None and may(deed, actor, each)]
    params = {"step": event.step}
    return Notify(
        to="staff", person_id=person, notice=kind, subject=subject, params=params, card=card, buttons=tuple(buttons)
    )
