"""A second look at a document: which colleague, a tap; what a first approval has come to; and reviews put off."""

from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.second_look import waits_for
from core.cases.tables import document_version
from core.commands.documents import ReviewDocument
from core.commands.reviewing import AskSecondLook, OfferSecondLook, SnoozeReview
from core.kit.words import as_is
from core.ledger.buttons import offer
from core.staff.tables import staff
from core.views.document_view import document_view

MOST = 12
"""Colleagues who are offered, those of the reviewer's department first; the API names anybody."""


def _offered(pressed: Pressed) -> None:
    turn, version_id = pressed.turn, pressed.command.version_id
    view = document_view(turn.uow, turn.house.catalogue, version_id)
    offers = [
        offer(AskSecondLook(version_id=version_id, staff_id=each["id"]), as_is(each["name"]))
        for each in pressed.result[:MOST]
    ]
    turn.say("second.whom", offers=offers, item=dict(view.item.name), n=view.version["n"])


def _asked(pressed: Pressed) -> None:
    pressed.redraw_reply()
    pressed.turn.say("second.asked", name=_name(pressed.turn, pressed.command.staff_id))


def _decided(pressed: Pressed) -> None:
    """Of a first approval of two the presser is told that it is not the last word."""
    version = pressed.turn.uow.get(document_version, pressed.command.version_id)
    if version["status"] == "submitted" and (wanted := waits_for(version)):
        pressed.turn.say("second.noted", name=_name(pressed.turn, wanted[0]))


def _name(turn: Turn, staff_id: int) -> str:
    return str(turn.uow.get(staff, staff_id)["name"])


def _snoozed(pressed: Pressed) -> None:
    pressed.turn.say("task.snoozed", when=f"{pressed.result.astimezone(pressed.turn.house.zone):%m-%d %H:%M}")


AFTER: After = {
    OfferSecondLook: _offered,
    AskSecondLook: _asked,
    SnoozeReview: _snoozed,
    ReviewDocument: _decided,
}
