"""The menu: buttons that lead on from wherever a client is; a person is always among them."""

from typing import Any

from bot.turn import Turn
from core.commands.client_steps import AskFacts
from core.commands.documents import AskUploadLink
from core.commands.handoffs import LookAtCase
from core.commands.work import AskHuman
from core.conversations.tables import conversation
from core.engine.flow import Field
from core.kit.words import said
from core.ledger.buttons import offer
from core.store.sealing import Row
from core.views.asking import questions

_PROGRESS = said("button.progress")
_DOCUMENTS = said("button.documents")
_PERSON = said("button.person")
_UPLOAD = said("button.upload_link")
_FILL_IN = said("button.fill_in")
_HIS_TURN_LATER = ("authority", "date")  # a stage that waits for these is not held up by what he has not told


def menu(turn: Turn) -> list[dict[str, Any]]:
    """Progress, checklist, a person; without a case only the last."""
    row = turn.case()
    if row is None:
        return [*person(turn)]
    return [
        offer(LookAtCase(case_id=row["id"], what="progress"), _PROGRESS, keeps=True),
        *back(row["id"]),
        *person(turn),
    ]


def back(case_id: int) -> list[dict[str, Any]]:
    """To the checklist."""
    return [offer(LookAtCase(case_id=case_id, what="documents"), _DOCUMENTS, keeps=True)]


def way_in(turn: Turn, case: int, item: int = 0) -> list[dict[str, Any]]:
    """To the upload page, where the chat takes no files; elsewhere it would only be in the way."""
    return [] if turn.capabilities.files_in else upload_link(case, item)


def upload_link(case: int, item: int = 0) -> list[dict[str, Any]]:
    return [offer(AskUploadLink(case_id=case, item_id=item), _UPLOAD, keeps=True)]


def questions_of(turn: Turn, row: Row) -> list[Field]:
    """What this client is still asked about the case."""
    return questions(turn.bus.wiring.facts, turn.house.catalogue, turn.uow, row, turn.actor)


def fill_in(turn: Turn, row: Row) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """How many questions a card tells him of, and the button that begins them; nothing while others have the word."""
    stage = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"]).flow.stage(row["stage"])
    asked = [] if stage.waiting_on in _HIS_TURN_LATER else questions_of(turn, row)
    if not asked:
        return {}, []
    return {"questions": len(asked)}, [offer(AskFacts(case_id=row["id"]), _FILL_IN, keeps=True)]


def person(turn: Turn) -> list[dict[str, Any]]:
    """Nobody for a stranger: who is bound to no client has nobody who answers for him yet."""
    if turn.actor.kind != "client" or turn.actor.id == 0:
        return []
    return [offer(AskHuman(conversation_id=turn.chat["id"], reason="button"), _PERSON, keeps=True)]


def talk_about(turn: Turn, case_id: int) -> None:
    """This case is the one that the next words are about."""
    if turn.chat["case_id"] != case_id:
        turn.uow.change(conversation, turn.chat["id"], case_id=case_id)
