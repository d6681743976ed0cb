"""Notices that nobody needs any more when their turn to be sent comes: what they tell or ask for is over.

A decision, a refusal, an answer and the words of a person are never among them, however late they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards.context import House
from core.cases.approval_tables import approval
from core.cases.checklist import asked
from core.cases.tables import case, document_version, item
from core.catalog.contents import published_version
from core.clients.tables import client
from core.conversations.tables import conversation, handoff
from core.ledger import outbox
from core.ledger.tables import button
from core.ledger.tables import outbox as outbox_table
from core.reactions.reminders import make_up
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork
from core.tasks.tables import task
from core.views.checklist_view import checklist, waiting_for_client
from core.views.digest import digest


class Overtaken(Exception):
    """The notice is not sent: its reason is gone."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A notice whose turn to be sent has come."""

    house: House
    lookup: Lookup
    row: Row
    now: datetime

    def about(self, kind: str) -> int:
        """The id of what it is about."""
        return int(self.row["notice"]["subject"][kind])


def overtaken(house: House, lookup: Lookup, row: Row, now: datetime) -> bool:
    """Whether the reason of a notice is gone. Raises what drawing it would raise."""
    kinds = _STAFF if row["person_kind"] == "staff" else _CLIENT
    look = kinds.get(row["notice"]["kind"])
    return look is not None and look(Turn(house, lookup, row, now))


def drop(uow: UnitOfWork, house: House, row: Row, attempt: int) -> None:
    """Take back a notice that is overtaken, if it still is: it may have been given a new reason since it was looked at.

    A reminder that comes during a talk with a person is made up for when the talk is over.
    """
    row = uow.get(outbox_table, row["id"])
    turn = Turn(house, uow, row, uow.now)
    if not overtaken(house, uow, row, uow.now):
        outbox.put_back(uow, row["id"], attempt)
    elif outbox.dropped(uow, row["id"], attempt) and row["notice"]["kind"] == "reminder" and _in_talk(turn):
        make_up(uow, turn.about("client"), row["notice"]["params"]["day"])


def _stage(turn: Turn) -> bool:
    """The client is somewhere else already, and hears of it; what a stage brought with it (granted, refused) stays."""
    there, params = turn.lookup.peek(case, turn.about("case")), turn.row["notice"]["params"]
    if there is None or params.get("substate"):
        return False
    flow = turn.house.catalogue.compiled(turn.lookup, there["flow_version_id"]).flow
    if any(each.outcome and each.to == params["stage"] for each in flow.transitions):
        return False
    return bool(flow.shown(there["stage"]).key != params["stage"])


def _lapsed(turn: Turn) -> bool:
    """Nothing is wanted of the client any more: another paper came, this one counts again, nobody asks for it, or the
    case is over."""
    version = turn.lookup.peek(document_version, turn.about("version"))
    there = None if version is None else turn.lookup.peek(case, version["case_id"])
    wanted = None if version is None else turn.lookup.peek(item, version["item_id"])
    if version is None or there is None or wanted is None or there["state"] != "open" or wanted["dropped"]:
        return True
    return wanted["current_id"] != version["id"] or wanted["status"] != "rework" or not asked(wanted)


def _reminder(turn: Turn) -> bool:
    """Everything has come meanwhile, a person has the chat, or it has become so late that it would disturb."""
    person = turn.lookup.peek(client, turn.about("client"))
    if person is None:
        return True
    zone = turn.house.zone if person["zone"] is None else ZoneInfo(person["zone"])
    if turn.house.manners.quiet.holds(turn.now, zone) or _in_talk(turn):
        return True
    return not any(_waits(turn, case_id) for case_id in turn.row["notice"]["params"]["cases"])


def _in_talk(turn: Turn) -> bool:
    """Whether a person has a chat with this client."""
    chats = turn.lookup.find(conversation, client_id=turn.about("client"))
    return any(chat["mode"] == "human" for chat in chats)


def _waits(turn: Turn, case_id: int) -> bool:
    row = turn.lookup.peek(case, case_id)
    if row is None or row["state"] != "open":
        return False
    compiled = turn.house.catalogue.compiled(turn.lookup, row["flow_version_id"])
    if compiled.flow.stage(row["stage"]).gag:
        return False
    return bool(waiting_for_client(checklist(turn.lookup, compiled, case_id)))


def _content(turn: Turn) -> bool:
    """It was withdrawn or replaced before it went out; whoever was to get it counts as having had it."""
    return published_version(turn.lookup, turn.about("content")) is None


def _digest(turn: Turn) -> bool:
    """Done meanwhile; or the morning for which it was is over."""
    late = turn.now >= datetime.fromisoformat(turn.row["notice"]["params"]["until"])
    return late or digest(turn.lookup, turn.house.catalogue, turn.about("staff"), turn.now).empty


def _work(turn: Turn) -> bool:
    there = turn.lookup.peek(case, turn.about("case"))
    stage = turn.row["notice"]["params"]["stage"]
    return (there is not None and (there["state"] != "open" or there["stage"] != stage)) or _no_button(turn)


def _approval(turn: Turn) -> bool:
    round_ = turn.lookup.peek(approval, turn.about("approval"))
    return (round_ is not None and round_["state"] != "open") or _no_button(turn)


def _review(turn: Turn) -> bool:
    version = turn.lookup.peek(document_version, turn.about("version"))
    return (version is not None and version["status"] != "submitted") or _no_button(turn)


def _task(turn: Turn) -> bool:
    there = turn.lookup.peek(task, turn.about("task"))
    return (there is not None and there["state"] != "open") or _no_button(turn)


def _call(turn: Turn) -> bool:
    there = turn.lookup.peek(handoff, turn.about("handoff"))
    return there is not None and there["state"] != "waiting"


def _no_button(turn: Turn) -> bool:
    """Nothing can be done with the card: the work is done, or somebody else's."""
    tokens = turn.row["notice"]["tokens"]
    found = (turn.lookup.first(button, token=token) for token in tokens)
    return bool(tokens) and all(each is None or each["state"] != "open" for each in found)


_CLIENT: Mapping[str, Callable[[Turn], bool]] = {
    "stage": _stage,
    "reminder": _reminder,
    "lapsed": _lapsed,
    "content": _content,
}
_STAFF: Mapping[str, Callable[[Turn], bool]] = {
    "stage_work": _work,
    "approval": _approval,
    "review": _review,
    "reasons": _review,
    "task": _task,
    "handoff": _call,
    "digest": _digest,
}
