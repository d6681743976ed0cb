"""Words that a client may send at any time: 进度, 材料, 人工, 帮助, a number of the checklist, a switch of language."""

from typing import Any

from bot.dialogs.collect import MAX_CHOICES, show_item
from bot.dialogs.menu import fill_in, menu, talk_about, way_in
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.family import head_of
from core.clients.tables import client
from core.commands.documents import ShowItem
from core.commands.handoffs import LookAtCase
from core.commands.people import Language, SetClientLanguage
from core.conversations.tables import conversation
from core.ledger import outbox
from core.ledger.buttons import offer, open_cards
from core.staff.tables import staff
from core.store.sealing import Row
from core.views.case_view import case_view
from core.views.checklist_view import ItemView, checklist, waiting_for_client

WORDS: dict[str, frozenset[str]] = {
    "progress": frozenset({"进度", "查进度", "查看进度", "status", "progress"}),
    "documents": frozenset({"材料", "清单", "材料清单", "docs", "documents", "checklist"}),
    "fill": frozenset({"填写", "填写信息", "fill", "fill in"}),
    "human": frozenset({"人工", "人工服务", "转人工", "联系顾问", "human", "agent", "person", "reach a person"}),
    "help": frozenset({"帮助", "help", "?", "？", "菜单", "menu"}),
    "language": frozenset({"切换语言", "语言", "language", "english", "中文"}),
    "cancel": frozenset({"取消", "cancel"}),
}


def said(turn: Turn, command: str) -> bool:
    return turn.text.lower() in WORDS[command]


def progress(turn: Turn) -> None:
    row = turn.case()
    if row is None:
        no_case(turn)
    else:
        head = head_of(turn.uow, row)
        params, offers = fill_in(turn, head)
        turn.reply("progress", {"case": head["id"]}, params, offers)


def documents(turn: Turn) -> None:
    row = turn.case()
    if row is None:
        no_case(turn)
    else:
        params, offers = fill_in(turn, row)
        shown = [*_choices(turn, row), *offers, *way_in(turn, row["id"])]
        turn.reply("checklist", {"case": row["id"]}, params, shown)


def _choices(turn: Turn, row: Row) -> list[dict[str, Any]]:
    """A button for every item that is waited for, by the number that it has on the list."""
    compiled = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"])
    rows = checklist(turn.uow, compiled, row["id"])
    waiting = {each.row["id"] for each in waiting_for_client(rows)}
    return [
        offer(ShowItem(item_id=each.row["id"]), _numbered(number, each), keeps=True)
        for number, each in enumerate(rows, start=1)
        if each.row["id"] in waiting
    ][:MAX_CHOICES]


def _numbered(number: int, each: ItemView) -> dict[str, str]:
    return {language: f"{number}. {words}" for language, words in each.item.name.items()}


def is_number(turn: Turn) -> bool:
    return turn.text.isascii() and turn.text.isdigit() and len(turn.text) <= 3


def choose_item(turn: Turn) -> None:
    """A number is the place on the checklist that was shown."""
    row = turn.case()
    if row is None:
        no_case(turn)
        return
    compiled = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"])
    rows = checklist(turn.uow, compiled, row["id"])
    position = int(turn.text)
    if 1 <= position <= len(rows):
        show_item(turn, rows[position - 1].row)
    else:
        turn.reply("checklist", {"case": row["id"]})


def help_(turn: Turn) -> None:
    turn.say("help.client", offers=menu(turn))


def language(turn: Turn) -> None:
    """To the other language, for this person everywhere; a stranger's choice is kept with the chat."""
    wanted = wanted_language(turn)
    if turn.actor.id:
        turn.attempt(SetClientLanguage(client_id=turn.actor.id, language=wanted))
    switched(turn, wanted)


def switched(turn: Turn, wanted: Language) -> None:
    """The chat speaks the other language, and so do the cards in which he still has something to press."""
    turn.uow.change(conversation, turn.chat["id"], language=wanted)
    if turn.actor.id:
        for card in open_cards(turn.uow, turn.actor):
            outbox.redraw(turn.uow, card)
    turn.say("language.switched")


def wanted_language(turn: Turn) -> Language:
    """The one that is called by its name, else the other one."""
    said = turn.text.lower()
    if said in ("english", "中文"):
        return "en" if said == "english" else "zh-CN"
    return "en" if turn.chat["language"] == "zh-CN" else "zh-CN"


def no_case(turn: Turn) -> None:
    person = turn.uow.peek(client, turn.actor.id)
    if person is None:
        turn.say("welcome.stranger", agency=dict(turn.house.agency))
    else:
        turn.say("welcome.no_case", name=person["name"])


def owner_words(turn: Turn) -> object:
    """Who answers for the client's case, by name."""
    row = turn.case()
    view = None if row is None else case_view(turn.uow, turn.house.catalogue, row["id"])
    if view is None or view.owner is None:
        return {language: turn.house.texts.say(language, "human.someone") for language in ("zh-CN", "en")}
    member = turn.uow.peek(staff, view.owner["id"])
    return "" if member is None else member["name"]


def _look(pressed: Pressed) -> None:
    talk_about(pressed.turn, pressed.command.case_id)
    (progress if pressed.command.what == "progress" else documents)(pressed.turn)


AFTER: After = {LookAtCase: _look}
