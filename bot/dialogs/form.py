"""A form in a chat: what a step needs to know is asked one thing at a time, then the step is taken."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.dialogs.cancelled import cancelled
from bot.turn import Turn
from core.cases.tables import case
from core.commands.cases import AdvanceCase, AskSupplement, SetFields
from core.commands.command import Command
from core.commands.contracts import FieldValue
from core.commands.documents import GiveDate
from core.commands.handovers import ProposeHandover
from core.engine.choosing import MOST_SHOWN, chosen, found
from core.engine.flow import Field, Flow
from core.engine.forms import check_fields
from core.engine.text import Words
from core.kit.errors import Invalid, Refusal, Stale
from core.kit.words import said
from core.store.locks import case_key
from core.views.checklist_view import askable

_ITEMS = re.compile(r"\s*(\d{1,3}(?:\s*[,，、\s]\s*\d{1,3})*)\s+(.+)", re.DOTALL)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_YES = frozenset({"是", "yes", "y", "对", "true", "1"})
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
    rest = dialog["fields"][1:]
    try:
        with turn.uow.step():
            turn.do(SetFields(case_id=row["id"], fields={field.key: value}))
            if not rest:
                turn.do(_last_step(dialog))
    except Refusal as refusal:
        turn.ask(None)
        turn.refuse(refusal)
        return
    if rest:
        following = {**dialog, "fields": rest, "among": []}
        turn.ask(following)
        turn.reply("dialog", params=following)
    else:
        turn.ask(None)
        label = (
            said("button.offer_handover") if "handover" in dialog else dict(flow.transition(dialog["trigger"]).label)
        )
        turn.say("form.done", label=label)


def _last_step(dialog: dict[str, Any]) -> Command:
    """What the form was begun for."""
    if "handover" in dialog:
        return ProposeHandover(case_id=dialog["case"], stage=dialog["handover"])
    return AdvanceCase(case_id=dialog["case"], trigger=dialog["trigger"])


def read(flow: Flow, dialog: dict[str, Any], text: str) -> tuple[Field, FieldValue, list[Words]]:
    """The field that is asked for, what the words say of it, and what is wrong with that, if anything."""
    field = flow.field(dialog["fields"][0])
    value = read_value(field, text, dialog.get("among", ()))
    try:
        check_fields(flow, {field.key: value})
    except Invalid as invalid:
        return field, value, [dict(problem.message) for problem in invalid.problems]
    return field, value, []


def several(turn: Turn, dialog: dict[str, Any], field: Field) -> bool:
    """Whether the words fit several rows of a table: then he is asked again, among those."""
    keys = found(field, turn.text) if field.type != "multi" else ()
    if not 1 < len(keys) <= MOST_SHOWN:
        return False
    following = {**dialog, "among": list(keys)}
    turn.ask(following)
    turn.reply("dialog", params=following)
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
            amount = re.fullmatch(r"(\d{1,12})(?:\.(\d{1,2}))?", text.replace(",", ""))
            return text if amount is None else int(amount[1]) * 100 + int((amount[2] or "0").ljust(2, "0"))
        case "date":
            return _date(text)
        case "enum" | "region":
            return chosen(field, text, among)
        case "multi":
            return [chosen(field, part.strip()) for part in re.split(r"[,，、]", text)]
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
