"""A file from a member of staff: to the case and item that its caption names (案 V-2026-0001 受理回执), else to the
client whose chat he held when he sent it."""

from bot.dialogs.desk import UPLOAD, item_by_words, reachable
from bot.turn import Turn
from core.cases.checklist import items_of
from core.cases.tables import document_version
from core.channel.inbound import FileArrived
from core.commands.documents import SubmitDocument
from core.commands.handoffs import SendFileInChat
from core.files.inspection import Inspection
from core.files.tables import file
from core.kit.errors import AlreadyDecided, NotPossibleNow, Stale
from core.store.sealing import Row


def bind(turn: Turn) -> None:
    """The caption says where it belongs; without one, say how. A proof counts as soon as it is there."""
    inbound = turn.inbound
    if not isinstance(inbound, FileArrived):
        raise TypeError("only a FileArrived is bound")
    if inbound.file_id is None:
        turn.say("file.held" if inbound.problem == "held" else "file.failed")
        return
    kept = turn.uow.get(file, inbound.file_id)
    if kept["client_id"] is not None:  # a client's own file never comes this way
        turn.say("file.failed")
        return
    if kept["inspection"]["verdict"] != "ok":
        turn.say("file.refused", reason=Inspection.from_json(kept["inspection"]).say())
        return
    match = UPLOAD.match(inbound.caption.strip())
    if match is None and inbound.handoff_id:
        _to_client(turn, inbound.handoff_id, kept, inbound.caption.strip())
        return
    if match is None:
        turn.say("upload.how")
        return
    row = reachable(turn, UPLOAD)
    if row is None:
        return
    wanted = _item(turn, row, match["item"].strip())
    if wanted is None:
        turn.say("upload.how")
        return
    version_id = turn.attempt(SubmitDocument(item_id=wanted["id"], file_id=kept["id"]))
    if version_id is not None:
        flow = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"]).flow
        number = turn.uow.get(document_version, version_id)["n"]
        turn.say("upload.done", item=dict(flow.item(wanted["key"]).name), version=number)


def _to_client(turn: Turn, handoff_id: int, kept: Row, words: str) -> None:
    """A file without the number of a case goes to the client for whom it was sent, and to nobody else: whoever holds
    another chat by now, or none, is told that it was not sent."""
    command = SendFileInChat(handoff_id=handoff_id, file_id=kept["id"], text=words)
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is None:
        turn.say("handoff.file_sent", name=kept["name"])
    elif isinstance(refusal, Stale | AlreadyDecided | NotPossibleNow):
        turn.say("handoff.file_not_sent", name=kept["name"])
    else:
        turn.refuse(refusal)


def _item(turn: Turn, row: Row, words: str) -> Row | None:
    """On the checklist, or one of the flow's proofs, which are never on it."""
    found = item_by_words(turn, row, words)
    if found is not None:
        return found[0].row
    flow = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"]).flow
    for each in items_of(turn.uow, row["id"]):
        item = flow.item(each["key"])
        names = (item.key, *item.name.values())
        if item.proof and any(words.lower().startswith(name.lower()) for name in names):
            return each
    return None
