"""What follows from a hand-over: the receiver's one card, the giver's answer, cards that follow what becomes of it."""

from collections.abc import Iterator
from typing import Any

from core.bus.asking import may
from core.bus.deed import Deed
from core.cases.handover_rows import open_handover
from core.cases.handovers import WAY
from core.cases.stages import compiled_of
from core.cases.tables import case, case_handover, document_version, item, stage_span
from core.commands.command import Command
from core.commands.desk import ShowCase
from core.commands.documents import OpenOriginal
from core.commands.handovers import AcceptHandover, AskReturn, OpenHandover, RouteHandover
from core.commands.work import Notify, RedrawCard, StartDialog
from core.events.handovers import (
    HandoverAccepted,
    HandoverFormAsked,
    HandoverLapsed,
    HandoverOffered,
    HandoverReturned,
    HandoverRouted,
)
from core.events.happened import RoleAssigned
from core.events.migrating import CaseMigrated
from core.kit.words import said
from core.ledger.buttons import close_card, offer
from core.reactions.answers import yes_or_no
from core.reactions.stages import stage_card
from core.staff.service import actor_at
from core.staff.tables import staff
from core.store.sealing import Row

MOST = 8  # originals that have a button on the card; the case has them all

_ACCEPT = said("button.accept_handover")
_RETURN = said("button.return_handover")
_CASE = said("button.look_at_case")
_AGAIN = said("button.offer_again")


def card_of(handover_id: int) -> str:
    """The key of the receiver's card."""
    return f"handover:{handover_id}"


def ask_form(event: HandoverFormAsked, deed: Deed) -> Iterator[Command]:
    dialog = {"kind": "form", "case": event.case_id, "trigger": "", "handover": event.stage}
    flow = compiled_of(deed, deed.uow.get(case, event.case_id or 0)).flow
    buttons = tuple(yes_or_no(flow, event.case_id or 0, event.fields))
    asked = dialog | {"fields": list(event.fields)}
    yield StartDialog(to="staff", person_id=event.staff_id, dialog=asked, buttons=buttons)


def offer_card(event: HandoverOffered | HandoverRouted, deed: Deed) -> Iterator[Command]:
    """Whoever may take it gets one card with everything; a copy of somebody who may not any more loses its buttons."""
    row, card = deed.uow.get(case, event.case_id or 0), card_of(event.handover_id)
    if isinstance(event, HandoverRouted):
        close_card(deed.uow, card)
        yield RedrawCard(card=card)
    else:
        yield from _redraw_stage(row, deed)
    named = {"case_id": row["id"], "handover_id": event.handover_id}
    yield Notify(
        to="staff",
        person_id=event.staff_id,
        notice="handover",
        subject={"case": row["id"], "handover": event.handover_id},
        as_=(event.role,),
        card=card,
        buttons=(
            offer(AcceptHandover.model_validate(named), _ACCEPT, "primary"),
            offer(AskReturn.model_validate(named), _RETURN, keeps=True),
            offer(ShowCase(case_id=row["id"]), _CASE, keeps=True),
            *_originals(row, event.staff_id, deed),
        ),
    )


def _originals(row: Row, staff_id: int, deed: Deed) -> list[dict[str, Any]]:
    """A button for each file that is handed over, if the receiver may open it."""
    actor, flow = actor_at(deed.uow, staff_id, deed.now), compiled_of(deed, row).flow
    names = {each.key: each.name for each in flow.items}
    found = []
    for each in deed.uow.find(item, case_id=row["id"], order=item.c.position):
        version = None if each["current_id"] is None else deed.uow.peek(document_version, each["current_id"])
        if version is None or version["status"] not in ("submitted", "approved") or each["key"] not in names:
            continue
        command = OpenOriginal(version_id=version["id"])
        if actor is not None and may(deed, actor, command):
            found.append(offer(command, said("button.original_of", item=dict(names[each["key"]])), keeps=True))
    return found[:MOST]


def tell_accepted(event: HandoverAccepted, deed: Deed) -> Iterator[Command]:
    """The giver reads who is in charge now, and how long both sides have had it."""
    offered = deed.uow.get(case_handover, event.handover_id)
    yield from _end_card(offered, deed)
    spans = deed.uow.find(stage_span, stage_span.c.left.is_not(None), case_id=event.case_id, stage=event.stage)
    spent = (spans[-1]["minutes"] or 0) if spans else 0
    waited = offered["minutes"] or 0
    times = {"spent": minutes_said(max(spent - waited, 0)), "waited": minutes_said(waited)}
    yield from _tell_giver(offered, "handover.accepted", times, (), deed)


def tell_returned(event: HandoverReturned, deed: Deed) -> Iterator[Command]:
    """The giver reads why, with a button to offer it again where the case still waits for that."""
    offered, row = deed.uow.get(case_handover, event.handover_id), deed.uow.get(case, event.case_id or 0)
    yield from _end_card(offered, deed)
    buttons: tuple[dict[str, Any], ...] = ()
    if row["stage"] == offered["stage"]:
        yield from _redraw_stage(row, deed)
        buttons = (offer(OpenHandover(case_id=row["id"], stage=row["stage"]), _AGAIN, "primary"),)
    yield from _tell_giver(offered, "handover.returned", {"reason": event.reason}, buttons, deed)


def end_card(event: HandoverLapsed, deed: Deed) -> Iterator[Command]:
    """Whoever took the case elsewhere knows; of a move to another version the giver hears, as nobody will answer him,
    with a button to offer it again where the stage wants a hand-over still."""
    close_card(deed.uow, card_of(event.handover_id))
    yield RedrawCard(card=card_of(event.handover_id))
    offered, row = deed.uow.get(case_handover, event.handover_id), deed.uow.get(case, event.case_id or 0)
    if not event.moved or offered["giver_id"] is None or row["state"] != "open":
        return
    again = compiled_of(deed, row).flow.stage(row["stage"]).handover is not None
    button = offer(OpenHandover(case_id=row["id"], stage=row["stage"]), _AGAIN, "primary")
    yield _say_to_giver(offered, "handover.lapsed_by_move", {"number": row["number"]}, (button,) if again else ())


def follow(event: RoleAssigned | CaseMigrated, deed: Deed) -> Iterator[Command]:
    """What is offered goes to whoever does the role's work, and ends where the new flow knows no such hand-over."""
    if isinstance(event, RoleAssigned) and event.way == WAY:
        return
    if open_handover(deed.uow, event.case_id or 0) is not None:
        yield RouteHandover(case_id=event.case_id or 0)


def minutes_said(minutes: int) -> dict[str, Any]:
    """Working time as people say it."""
    hours, rest = divmod(minutes, 60)
    return said("handover.hours", hours=hours, minutes=rest) if hours else said("handover.minutes", minutes=rest)


def _tell_giver(
    offered: Row, key: str, more: dict[str, Any], buttons: tuple[dict[str, Any], ...], deed: Deed
) -> Iterator[Command]:
    row, by = deed.uow.get(case, offered["case_id"]), deed.uow.peek(staff, offered["settled_by"])
    if offered["giver_id"] is None or by is None:
        return
    yield _say_to_giver(offered, key, {"number": row["number"], "who": by["name"], **more}, buttons)


def _say_to_giver(offered: Row, key: str, told: dict[str, Any], buttons: tuple[dict[str, Any], ...]) -> Notify:
    return Notify(
        to="staff",
        person_id=offered["giver_id"],
        notice="say",
        subject={"case": offered["case_id"]},
        params={"key": key, "params": told},
        card=f"handed_back:{offered['id']}" if buttons else "",
        buttons=buttons,
    )


def _end_card(offered: Row, deed: Deed) -> Iterator[Command]:
    by = {"settled_at": offered["settled_at"], "settled_kind": "staff", "settled_by": offered["settled_by"]}
    close_card(deed.uow, card_of(offered["id"]), by)
    yield RedrawCard(card=card_of(offered["id"]))


def _redraw_stage(row: Row, deed: Deed) -> Iterator[Command]:
    card = stage_card(deed.uow, row["id"])
    if card is not None:
        yield RedrawCard(card=card)
