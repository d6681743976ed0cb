"""A form in a chat: what a step needs to know is asked one thing at a time, then the step is taken."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.dialogs.cancelled import cancelled
from bot.dialogs.pressed import After, Pressed
from bot.dialogs.stays import goes_on, heard
from bot.turn import Turn
from core.bus.wiring import gathered
from core.cases.tables import case
from core.commands.cases import AdvanceCase, AskSupplement, OpenForm, SetFields
from core.commands.command import Command
from core.commands.documents import GiveDate
from core.commands.handovers import OpenHandover, ProposeHandover
from core.commands.values import FieldValue
from core.engine.amounts import read_amount
from core.engine.asking import form_names, is_empty, is_wanted
from core.engine.choosing import MOST_SHOWN, chosen, found
from core.engine.flow import Field, Flow
from core.engine.forms import check_fields
from core.engine.text import Words
from core.kit.errors import Invalid, NotPossibleNow, Refusal, Stale
from core.kit.words import said
from core.ledger.buttons import offer
from core.reactions.answers import yes_or_no
from core.store.locks import case_key
from core.views.checklist_view import askable

_ITEMS = re.compile(r"\s*(\d{1,3}(?:[\s,，、]+\d{1,3})*)\s+(.+)", re.DOTALL)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_YES = frozenset({"是", "yes", "y", "对", "true", "1"})
_TYPED = {"bool": "form.bool", "money": "form.money"}
"""What is wrong with an answer, where people type something else than the API takes."""
MOST_TOLD = 5  # mistakes in one answer: sixty stays can have many hundreds
_NO = frozenset({"否", "no", "n", "不", "false", "0"})


def answer(turn: Turn) -> None:
    """The words of a member of staff answer the form that is open in his chat."""
    dialog = turn.dialog
    if cancelled(turn):
        return
    turn.uow.need(case_key(dialog["case"]))
    if dialog["kind"] == "date":
        _date_of_version(turn, dialog)
        return
    if dialog["trigger"] == "ask_supplement":
        _supplement(turn, dialog)
    else:
        _field(turn, dialog)


def _field(turn: Turn, dialog: dict[str, Any]) -> None:
    row = turn.uow.get(case, dialog["case"])
    flow = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"]).flow
    flow = turn.house.tables.filled(turn.uow, flow)
    there = {each.key for each in flow.fields}
    if any(key not in there for key in dialog["fields"]):  # the case went over to another version meanwhile
        turn.ask(None)
        turn.refuse(Stale(reason="replaced"))
        return
    field, value, wrong = read(flow, dialog, turn.text)
    if wrong:
        if not several(turn, dialog, field):
            turn.say("form.bad", problem=wrong)
        return
    if goes_on(turn, dialog, field, value):
        return
    try:
        with turn.uow.step():
            turn.do(SetFields(case_id=row["id"], fields={field.key: value}))
    except Refusal as refusal:
        turn.ask(None)
        turn.refuse(refusal)
        return
    _go_on(turn, flow, dialog)


def _go_on(turn: Turn, flow: Flow, dialog: dict[str, Any]) -> None:
    """The next question; after the last one the step. If that is refused, what was filled in stays."""
    rest = dialog["fields"][1:] or _opened_up(turn, dialog)
    if rest:
        following = {**dialog, "fields": rest, "among": [], "given": []}
        turn.ask(following)
        turn.reply("dialog", {"case": dialog["case"]}, following, yes_or_no(flow, dialog["case"], rest))
        return
    turn.ask(None)
    step, again, label = _last_step(flow, dialog)
    if "handover" not in dialog and _there_already(turn, flow, dialog):
        turn.say("form.done", label=label)
        return
    _, refusal = turn.bus.attempt(turn.uow, step, turn.cause)
    if refusal is None:
        turn.say("form.done", label=label)
        return
    key, params = turn.refusal_words(refusal)
    offers = [offer(again, label, keeps=True)] if isinstance(refusal, NotPossibleNow) else []
    subject = {"case": dialog["case"]} if offers else None
    turn.reply("say", subject, {"key": "form.kept", "params": {"why": said(key, **params)}}, offers)


def _there_already(turn: Turn, flow: Flow, dialog: dict[str, Any]) -> bool:
    """Whether a rule has taken the case where the step leads, as it waited for the very fields that were filled in."""
    step, stage = flow.transition(dialog["trigger"]), turn.uow.get(case, dialog["case"])["stage"]
    return stage == step.to and stage not in step.from_stages


def _opened_up(turn: Turn, dialog: dict[str, Any]) -> list[str]:
    """Fields of the step's form that are wanted only since the others were filled in."""
    if "handover" in dialog:
        return []
    row = turn.uow.get(case, dialog["case"])
    compiled = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"])
    form = compiled.asks(compiled.flow.transition(dialog["trigger"]), row["stage"])
    facts = gathered(turn.bus.wiring.facts, turn.uow, row, form_names(compiled, form), turn.actor)
    return [each.key for each in form if is_empty(row["fields"].get(each.key)) and is_wanted(compiled, each, facts)]


def _last_step(flow: Flow, dialog: dict[str, Any]) -> tuple[Command, Command, dict[str, Any]]:
    """What the form was begun for, the command that begins it again, and what the button of that is called."""
    number, stage = dialog["case"], dialog.get("handover")
    if stage is not None:
        label = said("button.offer_handover")
        return ProposeHandover(case_id=number, stage=stage), OpenHandover(case_id=number, stage=stage), label
    step = flow.transition(dialog["trigger"])
    return AdvanceCase(case_id=number, trigger=step.key), OpenForm(case_id=number, trigger=step.key), dict(step.label)


def _tapped(pressed: Pressed) -> None:
    """A yes or no was set by a button; if it is what the open form asks for, the form goes on."""
    turn, fields = pressed.turn, pressed.command.fields
    dialog = turn.dialog
    asked = dialog.get("kind") == "form" and dialog["case"] == pressed.command.case_id and dialog["fields"][:1]
    pressed.redraw_reply()
    if asked and asked[0] in fields:
        row = turn.uow.get(case, dialog["case"])
        _go_on(turn, turn.house.catalogue.compiled(turn.uow, row["flow_version_id"]).flow, dialog)
    elif pressed.button["card"].startswith("reply:"):  # an old question
        turn.say("form.saved")


AFTER: After = {SetFields: _tapped}


def read(flow: Flow, dialog: dict[str, Any], text: str) -> tuple[Field, FieldValue, list[Words]]:
    """The field that is asked for, what the words say of it, and what is wrong with that, if anything."""
    field = flow.field(dialog["fields"][0])
    given = dialog.get("given", ())
    value = heard(field, text, given) if field.type == "stays" else read_value(field, text, dialog.get("among", ()))
    try:
        check_fields(flow, {field.key: value})
    except Invalid as invalid:
        typed = [said(_TYPED[field.type])] if field.type in _TYPED else []
        return field, value, typed or [dict(problem.message) for problem in invalid.problems[:MOST_TOLD]]
    return field, value, []


def several(turn: Turn, dialog: dict[str, Any], field: Field) -> bool:
    """Whether the words fit several rows of a table: then he is asked again, among those."""
    keys = found(field, turn.text) if field.type not in ("multi", "stays") else ()
    if not 1 < len(keys) <= MOST_SHOWN:
        return False
    following = {**dialog, "among": list(keys)}
    turn.ask(following)
    turn.reply("dialog", {"case": dialog["case"]}, following)
    return True


def _date_of_version(turn: Turn, dialog: dict[str, Any]) -> None:
    """A date that the reviewer read on a document."""
    try:
        value = date.fromisoformat(_date(turn.text))
    except ValueError:
        turn.say("form.bad", problem=said("form.date"))
        return
    turn.ask(None)
    command = GiveDate(version_id=dialog["version"], name=dialog["name"], value=value)
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is None:
        turn.say("form.saved")
    else:
        turn.refuse(refusal)


def _supplement(turn: Turn, dialog: dict[str, Any]) -> None:
    """Numbers of items, then the reason: "1,3 balance too low"; of a family every traveller's items have their own."""
    row = turn.uow.get(case, dialog["case"])
    compiled = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"])
    items = askable(turn.uow, compiled, row["id"])
    match = _ITEMS.fullmatch(turn.text)
    numbers = [] if match is None else [int(each) for each in re.findall(r"\d+", match[1])]
    if match is None or not all(1 <= number <= len(items) for number in numbers):
        turn.say("form.bad", problem=said("form.numbers", most=len(items)))
        return
    chosen = tuple(dict.fromkeys(items[number - 1].row["id"] for number in numbers))
    turn.ask(None)
    command = AskSupplement(case_id=row["id"], item_ids=chosen, reason=match[2].strip())
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is not None:
        turn.refuse(refusal)
    else:
        turn.say("form.done", label=dict(compiled.flow.transition("ask_supplement").label))


def read_value(field: Field, text: str, among: Sequence[str] = ()) -> FieldValue:
    """Words as the field's type wants them; what does not fit stays text, and the validator tells. ``among``: keys of
    the choices that were offered last."""
    match field.type:
        case "bool":
            return True if text.lower() in _YES else False if text.lower() in _NO else text
        case "int":
            return int(text) if re.fullmatch(r"-?\d{1,12}", text) else text
        case "money":
            amount = read_amount(text)
            return text if amount is None else amount
        case "date":
            return _date(text)
        case "enum" | "region":
            return chosen(field, text, among)
        case "multi":
            return [chosen(field, part.strip()) for part in re.split(r"[,，、]", text)]
        case "stays":
            return heard(field, text)
        case _:
            return text


def _date(text: str) -> str:
    match = _DATE.fullmatch(text)
    if match is None:
        return text
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return text
