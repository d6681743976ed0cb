"""The bot asks a client what his case needs to know: one question after the other, each answer kept at once."""

from datetime import datetime, timedelta
from typing import Any

from bot.dialogs import consent
from bot.dialogs.commands import WORDS, no_case
from bot.dialogs.form import read, several
from bot.dialogs.menu import menu, questions_of, talk_about
from bot.dialogs.pressed import After, Pressed
from bot.dialogs.stays import goes_on
from bot.turn import Turn
from core.cases.tables import case
from core.commands.client_steps import AskFacts, GiveFacts
from core.engine.flow import Field
from core.engine.text import Words
from core.kit.errors import Refusal, Stale
from core.kit.words import said
from core.store.locks import case_key
from core.store.sealing import Row

KIND = "facts"
SKIP = frozenset({"跳过", "skip"})
GOOD_FOR = timedelta(days=1)
"""How long his next words are an answer; later they are whatever they would be without a question."""


def waits(turn: Turn) -> bool:
    """Whether a question of this kind is open in the chat, and not long forgotten."""
    dialog = turn.dialog
    return dialog.get("kind") == KIND and turn.uow.now - datetime.fromisoformat(dialog["at"]) < GOOD_FOR


def by_words(turn: Turn) -> None:
    """填写 / fill in"""
    row = turn.case()
    if row is None:
        no_case(turn)
        return
    _, refusal = turn.bus.attempt(turn.uow, AskFacts(case_id=row["id"]), turn.cause)
    if refusal is None:
        _begin(turn, row)
    else:
        turn.refuse(refusal)


def answer(turn: Turn) -> None:
    """His words answer the question that is open, put it aside, or end the asking."""
    dialog = turn.dialog
    turn.uow.need(case_key(dialog["case"]))
    words = turn.text.lower()
    if words in WORDS["cancel"]:
        turn.ask(None)
        turn.say("facts.left", offers=menu(turn))
        return
    row = turn.uow.get(case, dialog["case"])
    open_now = {each.key for each in questions_of(turn, row)}
    if dialog["fields"][0] not in open_now:  # closed, moved to another version, or answered elsewhere meanwhile
        turn.ask(None)
        turn.refuse(Stale(reason="replaced"))
    elif words in SKIP:
        _next(turn, row, [*dialog["skipped"], *dialog["fields"]])
    else:
        _answered(turn, row, dialog)


def _answered(turn: Turn, row: Row, dialog: dict[str, Any]) -> None:
    flow = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"]).flow
    field, value, wrong = read(turn.house.tables.filled(turn.uow, flow), dialog, turn.text)
    if wrong:
        if not several(turn, dialog, field):
            turn.ask({**dialog, "among": []})
            turn.reply("dialog", params={**dialog, "among": [], "problem": _explained(field, wrong[0])})
        return
    if goes_on(turn, dialog, field, value):
        return
    try:
        with turn.uow.step():
            turn.do(GiveFacts(case_id=row["id"], fields={field.key: value}))
    except Refusal as refusal:
        turn.ask(None)
        turn.refuse(refusal)
        return
    _next(turn, turn.uow.get(case, row["id"]), dialog["skipped"])


def _explained(field: Field, problem: Words) -> dict[str, Any]:
    """What is wrong, in words for somebody who knows neither keys nor minor units."""
    if field.choices and field.type != "stays":
        return said("facts.wrong_choice")
    by_type = {"bool": "facts.wrong_bool", "money": "facts.wrong_money", "date": "form.date"}
    return said(by_type[field.type]) if field.type in by_type else dict(problem)


def _begin(turn: Turn, row: Row) -> None:
    if consent.missing(turn):  # before it nothing personal is taken from him, by file or by word
        turn.say("facts.consent")
        consent.ask(turn)
    elif questions_of(turn, row):
        _next(turn, row, [])
    else:
        turn.ask(None)
        turn.say("facts.none", offers=menu(turn))


def _next(turn: Turn, row: Row, skipped: list[str]) -> None:
    """The next question, as the case stands after the last answer; else what is put aside, or that all is there."""
    asked = questions_of(turn, row)
    following = [each.key for each in asked if each.key not in skipped]
    if following:
        dialog = {"kind": KIND, "case": row["id"], "fields": following[:1], "skipped": skipped, "among": []}
        dialog |= {"left": len(following), "at": turn.uow.now.isoformat()}
        turn.ask(dialog)
        turn.reply("dialog", params=dialog)
        return
    turn.ask(None)
    if asked:
        turn.say("facts.put_aside", offers=menu(turn), n=len(asked))
    else:
        turn.say("facts.done", offers=menu(turn))


def _pressed(pressed: Pressed) -> None:
    talk_about(pressed.turn, pressed.command.case_id)
    _begin(pressed.turn, pressed.turn.uow.get(case, pressed.command.case_id))


AFTER: After = {AskFacts: _pressed}
