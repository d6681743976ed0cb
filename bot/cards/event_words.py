"""The timeline in words: one sentence per event, in the reader's language."""

from bot.cards.context import CardContext
from bot.cards.family import child_words
from bot.cards.wording import names_words, reason_words, role_words, staff_name
from core.cases.past import field_once, item_once, stage_once
from core.views.case_view import CaseView
from core.views.timeline import Happening

_COMPUTED = "event.FieldsComputed"  # a FieldSet that nobody made
_FOUND = "event.RoleFound"  # a RoleAssigned by a rule
_SCORED = "event.VoteScored"  # a VoteCast with a score


def event_words(ctx: CardContext, view: CaseView, happening: Happening) -> str:
    """What happened; a kind of event without a sentence of its own is called by its name. Keys are those of the flow's
    version of that time."""
    of_case = (ctx.lookup, ctx.house.catalogue, view.row)
    key = f"event.{happening.type}"
    found = happening.data.get("why") and "way" in happening.data
    key = _COMPUTED if happening.data.get("computed") else _FOUND if found else key
    key = _SCORED if happening.type == "VoteCast" and happening.data.get("score") is not None else key
    if not ctx.house.texts.has(key):
        return happening.type
    data = dict(happening.data)
    params: dict[str, object] = {
        name: _value_words(ctx, name, value) for name, value in data.items() if isinstance(value, str | int)
    }
    if "child" in data:
        params |= child_words(ctx, view, data)
    elif "stage" in data:
        stage = stage_once(*of_case, data["stage"])[1]
        params["stage"] = ctx.word(stage.name)
        names = {each.key: each.name for each in stage.substates}
        params["substate"] = ctx.word(names.get(data.get("substate") or ""))
    if "rule" in data:
        params["rule"] = ctx.word(view.compiled.flow.rule_name(data["rule"]))
    if "item" in data:
        params["item"] = ctx.word(item_once(*of_case, data["item"]).name)
    if "items" in data:
        params["items"] = names_words(ctx, (item_once(*of_case, each).name for each in data["items"]))
    if "reason" in data and "item" in data:
        params["reason"] = reason_words(ctx, view.compiled.flow, data["reason"], data.get("words"))
    if "title" in data:
        params["title"] = ctx.word(data["title"])
    if "why" in data:
        params["why"] = data["why"] if isinstance(data["why"], str) else ctx.word(data["why"])
    if data.get("staff_id") and "name" not in data:
        params["name"] = staff_name(ctx, data["staff_id"])
    if "role" in data:
        params["role"] = role_words(ctx, data["role"])
    if "fields" in data:
        params["fields"] = ", ".join(ctx.word(field_once(*of_case, name).name) for name in data["fields"])
    if "choice" in data:
        params["field"] = ctx.word(field_once(*of_case, data["field"]).name)
    if "stage_after" in data:
        params["stage"] = ctx.word(stage_once(*of_case, data["stage_after"])[1].name)
    return ctx.say(key, **params)


def _value_words(ctx: CardContext, name: str, value: str | int) -> object:
    """A value that is a code, as people say it."""
    key = f"event_value.{name}.{value}"
    return ctx.say(key) if ctx.house.texts.has(key) else value


def who_words(ctx: CardContext, happening: Happening) -> str:
    if happening.actor_kind == "system":
        return ctx.say("who.system")
    if happening.behalf_name:
        return ctx.say("who.behalf", who=happening.actor_name, whom=happening.behalf_name)
    return happening.actor_name or ctx.say("who.client")
