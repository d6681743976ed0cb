"""A client goes on in another of his chats: what was asked in the one before is asked again here, once."""

from bot.dialogs import consent
from bot.turn import Turn
from core.channel.inbound import InboundMessage
from core.conversations.burst import kept
from core.conversations.telling import tell_files
from core.ledger import outbox
from core.ledger.tables import outbox as notices
from core.store.sealing import Row
from core.surveys.service import open_survey, scores, survey_card
from core.views.case_view import cases_of_client


def ask_again(turn: Turn, before: Row) -> None:
    """After his first words here were answered: the question for which item a file is, his consent, or the item that he
    was asked for, unless the answer was just that; and how he liked our work. The same cards are drawn anew where he
    comes from."""
    burst = kept(turn.chat)
    if burst is not None and burst.asks:
        if all(copy["conversation_id"] != turn.chat["id"] for copy in outbox.copies(turn.uow, burst.card)):
            tell_files(turn.uow, turn.chat, burst, edit=turn.capabilities.edit)
        return
    if consent.open_question(turn):
        consent.ask(turn)
        return
    _ask_survey(turn)
    dialog = turn.dialog
    waits = dialog.get("kind") == "collect" and not dialog.get("soft") and dialog == before["dialog"]
    said = [turn.uow.get(notices, each)["notice"]["kind"] for each in turn.replies]
    words = isinstance(turn.inbound, InboundMessage) and turn.inbound.file is None
    if waits and words and "item" not in said:
        turn.reply("item", {"case": dialog["case"], "item": dialog["item"]})


def _ask_survey(turn: Turn) -> None:
    """Once in every chat: one more copy of the question, if none is here."""
    row = open_survey(turn.uow, [each["id"] for each in cases_of_client(turn.uow, turn.actor.id)])
    if row is None:
        return
    card = survey_card(row["case_id"])
    if all(copy["conversation_id"] != turn.chat["id"] for copy in outbox.copies(turn.uow, card)):
        about = {"case": row["case_id"]}
        turn.reply("survey", about, {"message": row["question"]}, offers=scores(row), card=card)
