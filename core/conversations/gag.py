"""The gag: what is held back while a stage lets nobody turn to the client. Dropped and noted, never sent later.

Held back is what the house says of itself: notices of rules and of the course of things, words of staff. Not held back
is what answers the client: what the bot says in his chat goes out another way, and a person who has his chat may answer
what he wrote since the stage began.
"""

from typing import Any

from core.bus.deed import Deed
from core.commands.work import Notify
from core.conversations.tables import conversation
from core.engine.text import LANGUAGES, Words, pick
from core.events.gag import NoticeHeld
from core.kit.errors import NotPossibleNow
from core.store.sealing import Row

ANSWERS = frozenset({"say"})
"""Kinds of notices to a client that only follow from what he did himself: a person comes to his chat, or leaves it."""


def held_back(command: Notify, deed: Deed) -> bool:
    """Whether this notice must not go out now; that it did not is an event of its case."""
    case_id = command.subject.get("case")
    if command.to != "client" or case_id is None or command.notice in ANSWERS:
        return False
    gag = deed.tool("gag_of_case")(deed.uow, case_id)
    message = str(command.params.get("message", "")) if command.notice == "message" else ""
    if gag is None or message in gag.lets_out:
        return False
    why = gag_words(deed, gag.stage)
    deed.emit(NoticeHeld(case_id=case_id, notice=command.notice, message=message, via=command.via, why=why))
    return True


def refuse_gagged(deed: Deed, case_id: int) -> None:
    """Raises NotPossibleNow, in words, while nobody may turn to the client of this case."""
    gag = deed.tool("gag_of_case")(deed.uow, case_id)
    if gag is not None:
        raise NotPossibleNow(reasons=[gag_words(deed, gag.stage)])


def refuse_unasked(deed: Deed, handoff: Row) -> None:
    """Words into a chat that a person has. Raises NotPossibleNow unless the client wrote there since the gag began."""
    gag = None if handoff["case_id"] is None else deed.tool("gag_of_case")(deed.uow, handoff["case_id"])
    wrote: Any = deed.uow.get(conversation, handoff["conversation_id"])["last_in_at"]
    if gag is not None and (wrote is None or wrote < gag.since):
        raise NotPossibleNow(reasons=[gag_words(deed, gag.stage)])


def gag_words(deed: Deed, stage: Words) -> Words:
    """Why nothing is sent, in both languages."""
    sayings = deed.tool("sayings")
    return {each: sayings.say(each, "gag.why", {"stage": pick(stage, each)}) for each in LANGUAGES}
