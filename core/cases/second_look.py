"""A second reviewer: a version that two people decide on, and whose approval it still wants."""

from typing import Any

from core.bus.deed import Deed
from core.cases.documents import ended
from core.cases.tables import case, document_version, item
from core.commands.reviewing import AskSecondLook, OfferSecondLook
from core.engine.access import Actor, Reach
from core.events.reviewing import FirstApproval, SecondLookAsked
from core.kit.errors import AlreadyDecided, NotFound, NotPossibleNow
from core.staff.service import actor_of
from core.staff.tables import staff
from core.store.sealing import Row


def offer_second_look(command: OfferSecondLook, deed: Deed) -> list[Row]:
    """Returns the colleagues; the chat in which it was tapped shows them. Raises as ask_second_look."""
    version = _free(deed, command.version_id)
    people = colleagues(version, deed)
    if not people:
        raise NotPossibleNow(reason="no_second")
    return people


def ask_second_look(command: AskSecondLook, deed: Deed) -> None:
    """Asking the same colleague again changes nothing, unless another reviewer does it in place of one who is gone.

    Raises NotPossibleNow for somebody who cannot be the second one (himself, whoever uploaded it, no reviewer) and when
    another reviewer has asked already; AlreadyDecided when the colleague has approved; Stale as a decision does.
    """
    version = _free(deed, command.version_id)
    asker = _asker(version, deed)
    if (version["asked_by"], version["second_id"]) == (asker, command.staff_id):
        return
    member = deed.uow.peek(staff, command.staff_id)
    if member is None or not member["active"]:
        raise NotFound(thing="staff", id=command.staff_id)
    if member["id"] not in {each["id"] for each in colleagues(version, deed)}:
        raise NotPossibleNow(reason="not_a_second")
    before = version["second_id"]
    deed.uow.change(document_version, version["id"], asked_by=asker, second_id=member["id"])
    deed.emit(SecondLookAsked(**_told(version, deed), staff_id=member["id"], before=before))


def colleagues(version: Row, deed: Deed) -> list[Row]:
    """Who can be the second reviewer: everybody whose roles may review, but neither the reviewer who asks nor whoever
    uploaded the version for the client or gave the first approval. His own department first."""
    asker = _asker(version, deed)
    out = {*deed.actor.people, asker, version["first_by"]}
    if asker == version["asked_by"]:
        out.add(version["second_id"])
    if version["by_kind"] == "staff":
        out.add(version["by_id"])
    found = []
    for each in deed.uow.find(staff, active=True):
        actor = actor_of(deed.uow, each["id"])
        may = actor is not None and deed.wiring.policy.rows(actor, "document.review") is not Reach.NONE
        if may and each["id"] not in out:
            found.append(each)
    return sorted(found, key=lambda each: (each["department_id"] != deed.actor.department, each["id"]))


def waits_for(version: Row) -> list[int]:
    """Whose approvals it still wants; nobody's in particular when one reviewer is enough."""
    if version["second_id"] is None:
        return []
    both = dict.fromkeys((version["asked_by"], version["second_id"]))
    return [each for each in both if each != version["first_for"]]


def one_is_enough(version: Row, actor: Actor) -> bool:
    """Whether this person's approval alone would decide it."""
    wanted = waits_for(version)
    people = {*actor.people, *(each.id for each in actor.stands_for)}
    return not wanted or (len(wanted) == 1 and wanted[0] in people and version["first_by"] != actor.id)


def first_of_two(version: Row, deed: Deed) -> bool:
    """Whether an approval of this actor is the first of two; then it is recorded and nothing is decided. Is the one
    who asked gone, whoever else may review approves in his place; in the colleague's place nobody does.

    Raises NotPossibleNow for somebody who is neither of the two, AlreadyDecided for one who has approved already.
    """
    wanted = waits_for(version)
    if not wanted:
        return False
    mine = deed.actor.person
    if version["first_by"] == deed.actor.id or version["first_for"] == mine:
        raise first_approval(version)
    if mine not in wanted:
        if version["asked_by"] not in wanted or not _gone(version, deed):
            raise NotPossibleNow(reason="two_reviewers")
        deed.uow.change(document_version, version["id"], asked_by=mine)
        wanted = waits_for({**version, "asked_by": mine})
    if len(wanted) == 1:
        return False
    first = {"first_by": deed.actor.id, "first_for": mine, "first_at": deed.now}
    deed.uow.change(document_version, version["id"], **first)
    [other] = [each for each in wanted if each != mine]
    deed.emit(FirstApproval(**_told(version, deed), staff_id=other))
    return True


def first_approval(version: Row) -> AlreadyDecided:
    """Who has approved already, while another one is waited for."""
    by = {"who_kind": "staff", "who": version["first_by"], "when": version["first_at"]}
    return AlreadyDecided(reason="first", version=version["n"], **by)


def pass_on(version: Row, before: int | None, staff_id: int, deed: Deed) -> None:
    """The reviewer who asked has handed his work over: his successor decides in his place, alone if he is the colleague
    who was asked. Has the one who left approved already, his approval stands."""
    if version["asked_by"] == before and version["first_for"] != before:
        deed.uow.change(document_version, version["id"], asked_by=staff_id)


def _free(deed: Deed, version_id: int) -> Row:
    """A version that still can be given to a second reviewer by this actor."""
    version = deed.uow.get(document_version, version_id)
    if version["status"] != "submitted":
        raise ended(version) or AlreadyDecided(
            reason=version["status"],
            who_kind="staff",
            who=version["reviewed_by"],
            when=version["reviewed_at"],
            version=version["n"],
        )
    if version["first_for"] is not None and version["first_for"] == version["second_id"]:
        raise first_approval(version)
    another = version["second_id"] is not None and version["asked_by"] != deed.actor.person
    if another and not _gone(version, deed) and not _assigns(version, deed):
        raise NotPossibleNow(reason="second_asked")
    return version


def _asker(version: Row, deed: Deed) -> int:
    """Who is the first of the two when this actor asks. One who has approved stays: else three would have to."""
    asked_by: int | None = version["asked_by"]
    if asked_by is None or (version["first_for"] != asked_by and _gone(version, deed)):
        return deed.actor.person
    return asked_by


def _gone(version: Row, deed: Deed) -> bool:
    """Whether nobody can count on the one who asked: he has left, or is not, or no longer, on the case's team."""
    member = deed.uow.peek(staff, version["asked_by"])
    team = deed.uow.get(case, version["case_id"])["team"]
    return member is None or not member["active"] or member["id"] not in team.values()


def _assigns(version: Row, deed: Deed) -> bool:
    """Whether the actor settles who works on this case."""
    subject = deed.wiring.subjects["case"](deed.uow, version["case_id"])
    return subject is not None and deed.wiring.policy.may(deed.actor, "case.assign", subject)


def _told(version: Row, deed: Deed) -> dict[str, Any]:
    key = deed.uow.get(item, version["item_id"])["key"]
    return {
        "case_id": version["case_id"],
        "item_id": version["item_id"],
        "item": key,
        "version_id": version["id"],
        "version": version["n"],
    }
