"""An approval in a chat: the vote by a tap or with one message for score and reason, and deciding alone."""

import re
from typing import Any, Final

from bot.dialogs.cancelled import cancelled
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.approval_tables import approval, approval_seat
from core.cases.rounds import seat_card
from core.cases.tables import case
from core.commands.approvals import LONGEST, CastVote, OfferOverride, OfferVote, OverrideApproval
from core.commands.command import Command
from core.kit.words import said
from core.ledger.buttons import offer
from core.reactions.approvals import vote_buttons
from core.store.locks import case_key
from core.wiring.subjects import of_case

VOTE: Final = "vote"
OVERRIDE: Final = "override"
"""Kinds of open dialogs that words answer here."""
MINE: Final = frozenset({"评审", "我的评审", "approvals", "/approvals"})
MOST: Final = 10  # cards that are shown again at once
_SCORE = re.compile(r"(?P<score>\d{1,3})(?:\s*分)?(?:[\s,，:：;；]+(?P<words>.+))?", re.DOTALL)
_APPROVE, _DECLINE = said("button.decide_approved"), said("button.decide_declined")


def mine(turn: Turn) -> None:
    """评审: each vote that this person is still to give, his own and of those for whom he stands in, on its card."""
    people = sorted(turn.actor.works_for)
    waiting = (approval_seat.c.staff_id.in_(people), approval_seat.c.vote.is_(None))
    shown = 0
    for seat in turn.uow.find(approval_seat, *waiting, order=approval_seat.c.id, limit=MOST):
        row, round_ = turn.uow.get(case, seat["case_id"]), turn.uow.get(approval, seat["approval_id"])
        if row["state"] == "open" and turn.house.policy.may(turn.actor, "approval.vote", of_case(row)):
            subject = {"case": row["id"], "approval": round_["id"], "seat": seat["id"]}
            turn.reply("approval", subject, offers=vote_buttons(round_), card=seat_card(seat["id"]))
            shown += 1
    if not shown:
        turn.say("approval.none")


def answer_vote(turn: Turn) -> None:
    """The words of a member of staff are the score, the reason or both."""
    dialog = turn.dialog
    if cancelled(turn):
        return
    turn.uow.need(case_key(dialog["case"]))
    score, words = None, turn.text
    if dialog["scored"]:
        match = _SCORE.fullmatch(turn.text)
        if match is None or int(match["score"]) > 100:
            turn.say("form.bad", problem=said("approval.score"))
            return
        score, words = int(match["score"]), match["words"] or ""
    about = {"case_id": dialog["case"], "approval_id": dialog["approval"], "vote": dialog["vote"]}
    if not _too_long(turn, words) and _do(turn, CastVote(**about, score=score, words=words)):
        turn.say("approval.thanks", number=turn.uow.get(case, dialog["case"])["number"])


def answer_override(turn: Turn) -> None:
    """The words of a member of staff are the reason."""
    dialog = turn.dialog
    if cancelled(turn):
        return
    turn.uow.need(case_key(dialog["case"]))
    about = {"case_id": dialog["case"], "approval_id": dialog["approval"], "outcome": dialog["outcome"]}
    if not _too_long(turn, turn.text) and _do(turn, OverrideApproval(**about, reason=turn.text)):
        number = turn.uow.get(case, dialog["case"])["number"]
        turn.say("approval.decided", number=number, outcome=said(f"approval.outcome_{dialog['outcome']}"))


def _too_long(turn: Turn, words: str) -> bool:
    if len(words) > LONGEST:
        turn.say("form.bad", problem=said("form.too_long", most=LONGEST))
        return True
    return False


def _do(turn: Turn, command: Command) -> bool:
    """Whether it was carried out; what can be mended keeps the question open."""
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is None:
        turn.ask(None)
        return True
    if refusal.problems:
        turn.say("form.bad", problem=[dict(each.message) for each in refusal.problems])
    else:
        turn.ask(None)
        turn.refuse(refusal)
    return False


def _ask(turn: Turn, dialog: dict[str, Any]) -> None:
    turn.ask(dialog)
    turn.reply("dialog", params=dialog)


def _vote_offered(pressed: Pressed) -> None:
    command, round_ = pressed.command, pressed.result
    about = {"case": command.case_id, "approval": round_["id"], "vote": command.vote}
    _ask(pressed.turn, {"kind": VOTE, **about, "scored": round_["mean"] is not None})


def _voted(pressed: Pressed) -> None:
    turn = pressed.turn
    turn.say("approval.thanks", number=turn.uow.get(case, pressed.command.case_id)["number"])


def _override_offered(pressed: Pressed) -> None:
    """First how, by a tap; then why."""
    turn, command, round_ = pressed.turn, pressed.command, pressed.result
    row = turn.uow.get(case, command.case_id)
    if command.outcome is not None:
        _ask(turn, {"kind": OVERRIDE, "case": row["id"], "approval": round_["id"], "outcome": command.outcome})
        return
    ways = ((_APPROVE, "approved", "primary"), (_DECLINE, "declined", "danger"))
    offers = [
        offer(command.model_copy(update={"outcome": outcome}), label, style, keeps=True)  # type: ignore[arg-type]
        for label, outcome, style in ways
    ]
    turn.say("approval.which", offers=offers, number=row["number"])


AFTER: After = {OfferVote: _vote_offered, CastVote: _voted, OfferOverride: _override_offered}
