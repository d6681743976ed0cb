"""Collecting documents: a file is acknowledged at once, and finds its item when it is in the store."""

from typing import Any

from bot.dialogs import bursts
from bot.dialogs.fitting import continued, fitting_items
from bot.dialogs.menu import back, person, upload_link, way_in
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.tables import case, document_version, item
from core.channel.inbound import FileArrived, InboundMessage
from core.clients.guardians import wards_of
from core.commands.documents import AddFile, ShowItem, SubmitDocument
from core.conversations.burst import Burst, Sent, new_burst
from core.conversations.handoffs import held_by
from core.engine.checklist import DONE
from core.files.inspection import Inspection
from core.files.tables import file
from core.kit.errors import Refusal
from core.kit.words import said
from core.ledger import errands, outbox
from core.ledger.buttons import offer
from core.ledger.tables import inbox
from core.store.locks import case_key
from core.store.sealing import Row
from core.views.checklist_view import ItemView, checklist, waiting_for_client

MAX_CHOICES = 20  # buttons of the question "which item is this for?"
NEW_VERSION = said("button.new_version")


def acknowledge(turn: Turn) -> None:
    """First update of a file: queue the errand that fetches it; one sign says that files come."""
    said = queue(turn)
    name = "" if said.file is None else said.file.name
    if turn.actor.kind != "client" or bursts.announced(turn, turn.entry_id, name, said.text.strip(), said.album):
        turn.say("file.received")


def queue(turn: Turn, *, held: bool = False) -> InboundMessage:
    """The errand that fetches the file of this update; a held one waits until somebody releases it."""
    said = turn.inbound
    if not isinstance(said, InboundMessage) or said.file is None:
        raise TypeError("only a message with a file is fetched")
    client_id = turn.actor.id if turn.actor.kind == "client" else None
    what = {"update": turn.entry_id, "message": said.model_dump(mode="json"), "client_id": client_id}
    if turn.actor.kind == "staff" and (holding := held_by(turn.uow, turn.actor.id)):
        what["handoff"] = holding[0]["id"]  # when it is here he may hold another chat
    entry, key = turn.uow.get(inbox, turn.entry_id), f"fetch:{turn.entry_id}"  # it lies where its update came from
    errands.queue(turn.uow, "fetch", key, entry["channel"], entry["account"], turn.chat["key"], what, held=held)
    return said


def go_on(turn: Turn) -> None:
    """What was held in this chat is fetched now, as if it had just been sent."""
    signs = []
    for row in errands.release(turn.uow, turn.chat["key"]):
        said = InboundMessage.model_validate(row["what"]["message"])
        name = "" if said.file is None else said.file.name
        signs.append(bursts.announced(turn, row["what"]["update"], name, said.text.strip(), said.album))
    if any(signs):
        turn.say("file.received")


def bind(turn: Turn) -> None:
    """Second update of a file: it becomes part of the item that was asked, named, recognised or chosen."""
    inbound = turn.inbound
    if not isinstance(inbound, FileArrived):
        raise TypeError("only a FileArrived is bound")
    burst, sent = bursts.arrived(turn, inbound)
    _look(turn, burst, sent, inbound)
    bursts.told(turn, burst)


def _look(turn: Turn, burst: Burst, sent: Sent, inbound: FileArrived) -> None:
    """What becomes of the file is written down in `sent`; nothing is said yet."""
    if inbound.file_id is None and inbound.problem == "held":  # it comes again by itself
        _said(sent, "file.held")
        return
    kept = None if inbound.file_id is None else turn.uow.get(file, inbound.file_id)
    if kept is None or kept["client_id"] != turn.actor.id:  # another person's file never comes this way
        _said(sent, "file.failed")
        row = _case(turn, inbound.case_id) if inbound.file_id is None else None
        if row is not None and row["state"] == "open":
            sent.choices = upload_link(row["id"])  # another way, if this one does not work
        return
    sent.file = kept["id"]
    if kept["inspection"]["verdict"] != "ok":
        _said(sent, "file.refused", reason=Inspection.from_json(kept["inspection"]).say())
        return
    row = _case(turn, inbound.case_id)
    if row is None or row["state"] != "open":
        _said(sent, "file.no_case")
        return
    burst.case = row["id"]
    rows = checklist(turn.uow, turn.house.catalogue.compiled(turn.uow, row["flow_version_id"]), row["id"])
    if sent.wanted and all(each.row["id"] != sent.wanted for each in rows):
        _said(sent, "file.not_wanted")  # he said what it is: whatever else it might be for is not guessed
        return
    fitting = fitting_items(turn, rows, kept, burst, sent)
    if len(fitting) == 1:
        _submit(turn, fitting[0], burst, sent, kept)
    elif fitting:
        sent.state, sent.choices = "which", [*_choices(fitting, kept), *person(turn)]
    else:
        _said(sent, "file.no_item")


def _case(turn: Turn, case_id: int) -> Row | None:
    """The case for which the upload page was opened, locked, if it is still his or his ward's; 0: the one talked of."""
    if not case_id:
        return turn.case()
    row = turn.uow.peek(case, case_id)
    if row is None or row["client_id"] not in (turn.actor.id, *wards_of(turn.uow, turn.actor.id)):
        return None
    turn.uow.need(case_key(row["id"]))
    return row


def _submit(turn: Turn, chosen: ItemView, burst: Burst, sent: Sent, kept: Row) -> None:
    """Hand the file in, or note politely why not."""
    name = dict(chosen.item.name)
    if chosen.row["status"] in DONE:
        _said(sent, "file.done", item=name)
        return
    item_id, version = chosen.row["id"], chosen.version
    command: AddFile | SubmitDocument = SubmitDocument(item_id=item_id, file_id=kept["id"], sent=sent.entry)
    if version is not None and continued(chosen, burst, sent):
        command = AddFile(version_id=version["id"], file_id=kept["id"], sent=sent.entry)
    try:
        with turn.uow.step():
            version_id = turn.do(command)
    except Refusal as refusal:
        turn.bus.refused(turn.uow, command, turn.cause, refusal)
        if refusal.code == "same_file":
            turn.uow.change(file, kept["id"], unplaced=False)  # the case has it already
            _said(sent, "file.same", item=name)
        elif refusal.code == "too_many_files":
            _said(sent, "file.too_many", item=name, most=chosen.item.max_files)
            sent.choices = [offer(SubmitDocument(item_id=item_id, file_id=kept["id"]), NEW_VERSION)]
        else:
            key, params = turn.refusal_words(refusal)
            _said(sent, key, **params)
        return
    burst.albums[sent.album] = item_id
    placed(turn, sent, version_id)


def placed(turn: Turn, sent: Sent, version_id: int) -> None:
    """The file has found its item; the one that the message names as the next one is expected from now on."""
    chosen = turn.uow.get(item, turn.uow.get(document_version, version_id)["item_id"])
    case_row = turn.uow.get(case, chosen["case_id"])
    compiled = turn.house.catalogue.compiled(turn.uow, case_row["flow_version_id"])
    sent.state, sent.version, sent.choices, sent.item = "placed", version_id, [], dict(_name(compiled, chosen))
    if turn.chat["case_id"] != case_row["id"]:
        return  # it came by the page for another case: what this chat expects next stays
    waiting = waiting_for_client(checklist(turn.uow, compiled, case_row["id"]))
    partial = next((each for each in waiting if each.row["id"] == chosen["id"]), None)
    following = partial or next(iter(waiting), None)
    question = {"kind": "collect", "case": case_row["id"], "soft": True}
    plain = following is not None and following.group is None  # of alternatives only the client knows which one comes
    turn.ask({**question, "item": following.row["id"]} if following is not None and plain else None)


def put_in_place(turn: Turn, card: str, file_id: int, version_id: int) -> None:
    """The client said for which item a file is: the message that asked tells so, or a new one where that is gone."""
    found = bursts.again(turn, file_id=file_id)
    if found is None:
        burst = new_burst(turn.actor.id, turn.uow.now)
        burst.over, burst.case = True, turn.uow.get(document_version, version_id)["case_id"]
        sent = burst.joined(turn.entry_id, turn.uow.get(file, file_id)["name"], "", turn.uow.now)
        sent.file = file_id
        outbox.redraw(turn.uow, card)
    else:
        burst, sent = found
    placed(turn, sent, version_id)
    burst.albums.pop(sent.album, None)  # he has read the answer: the next file is not part of this one
    burst.chosen = None
    bursts.told(turn, burst, pressed=True)


def _name(compiled: Any, row: Row) -> dict[str, str]:
    found: dict[str, str] = compiled.flow.item(row["key"]).name
    return found


def _said(sent: Sent, key: str, **params: Any) -> None:
    sent.state, sent.key, sent.params = "said", key, params


def show_item(turn: Turn, item_row: Row) -> None:
    """Requirement, format and sample of one item; the next file is for it."""
    about = {"case": item_row["case_id"], "item": item_row["id"]}
    bursts.end(turn)
    turn.ask({"kind": "collect", **about})
    turn.reply("item", about, offers=[*way_in(turn, **about), *back(item_row["case_id"]), *person(turn)])


def _choices(waiting: list[ItemView], kept: Row) -> list[dict[str, Any]]:
    several = len({each.row["applicant_id"] for each in waiting} - {None}) > 1
    return [
        offer(SubmitDocument(item_id=each.row["id"], file_id=kept["id"]), _label(each, several))
        for each in waiting[:MAX_CHOICES]
    ]


def _label(each: ItemView, several: bool) -> dict[str, str]:
    whose = f" · {each.applicant['name']}" if several and each.applicant is not None else ""
    return {language: words + whose for language, words in each.item.name.items()}


def _chosen(pressed: Pressed) -> None:
    show_item(pressed.turn, pressed.turn.uow.get(item, pressed.command.item_id))


def _placed(pressed: Pressed) -> None:
    if isinstance(pressed.result, int):
        put_in_place(pressed.turn, pressed.button["card"], pressed.command.file_id, pressed.result)


AFTER: After = {ShowItem: _chosen, SubmitDocument: _placed}
