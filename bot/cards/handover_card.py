"""The card of whoever takes a case over: the client's profile, the hand-over form, the files, and what became of it."""

from typing import Any

from bot.cards.buttons import buttons_of, taken_away
from bot.cards.case_cards import listed, shorter, summary
from bot.cards.context import CardContext
from bot.cards.stays import with_rows
from bot.cards.wording import acted_for, staff_name
from core.cases.handover_rows import open_handover
from core.cases.past import stage_once
from core.cases.tables import case_handover
from core.channel.outbound import Card
from core.engine.access import Mask, Pii, mask_value
from core.engine.flow import Field
from core.engine.stay_fields import stays_words
from core.engine.text import pick
from core.views.checklist_view import checklist
from core.wiring.subjects import of_case

LONGEST = 400  # characters of one value
MOST = 20  # fields beside those of the form
_FORMS = {"phone": "phone", "email": "email"}  # type of a field -> the pattern by which it is masked


def handover(ctx: CardContext) -> Card:
    """As it is at this moment; whoever may not read the case sees its number alone."""
    row = ctx.lookup.peek(case_handover, ctx.subject["handover"])
    if row is None:
        return Card(text=ctx.say("refusal.not_found"), kind="handover")
    view = ctx.case()
    stage = stage_once(ctx.lookup, ctx.house.catalogue, view.row, row["stage"])[1]
    title = ctx.say("handover.title", number=view.row["number"], stage=ctx.word(stage.name))
    footer = ctx.say("handover.moved") if row["state"] == "offered" and taken_away(ctx) else _became(ctx, row)
    if not ctx.house.policy.may(ctx.actor, "case.read", of_case(view.row)) or taken_away(ctx):
        return Card(title=title, footer=footer, kind="handover")
    form = () if stage.handover is None else stage.handover.form
    facts = [*summary(ctx), *_values(ctx, form), *_others(ctx, form)]
    text = ctx.say("handover.offered", who=staff_name(ctx, row["giver_id"]), when=ctx.when(row["offered_at"]))
    text = "\n".join(part for part in (text, _files(ctx)) if part)
    buttons = buttons_of(ctx)
    return Card(title=title, text=text, facts=tuple(facts), buttons=buttons, footer=footer, kind="handover")


def waiting(ctx: CardContext) -> str:
    """For the giver's card: who has not answered yet."""
    row = open_handover(ctx.lookup, ctx.subject["case"])
    return "" if row is None else ctx.say("handover.waiting", who=staff_name(ctx, row["receiver_id"]))


def _became(ctx: CardContext, row: dict[str, Any]) -> str:
    if row["state"] == "offered":
        return ""
    if row["state"] == "lapsed":
        return ctx.say("handover.lapsed")
    who, when = acted_for(ctx, row["settled_by"], row["settled_for"]), ctx.when(row["settled_at"])
    return ctx.say(f"handover.became_{row['state']}", who=who, when=when, reason=row["reason"] or "")


def _values(ctx: CardContext, keys: tuple[str, ...]) -> list[tuple[str, str]]:
    """The fields that hold something, as far as this reader may see them."""
    view, found = ctx.case(), []
    own: dict[str, Pii] = {field.key: field.pii for field in view.compiled.flow.fields}
    masks = ctx.house.policy.fields(ctx.actor, "case", own)
    known = {field.key: field for field in view.compiled.flow.fields}
    for key in keys:
        value, mask = view.row["fields"].get(key), masks.get(key, Mask.HIDDEN)
        if key not in known or value in (None, "", []) or mask is Mask.HIDDEN:
            continue
        words = _said(ctx, known[key], value)
        shown = words if mask >= Mask.READ else mask_value(_FORMS.get(known[key].type, ""), words)
        found.append((ctx.word(known[key].name), shorter(shown, LONGEST)))
    return found


def _others(ctx: CardContext, form: tuple[str, ...]) -> list[tuple[str, str]]:
    keys = tuple(each.key for each in ctx.case().compiled.flow.fields if each.key not in form)
    return _values(ctx, keys)[:MOST]


def _said(ctx: CardContext, field: Field, value: Any) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return ctx.say("form.yes" if value else "form.no")
    if field.type == "stays":
        return stays_words(with_rows(ctx, field), value, ctx.language)
    if isinstance(value, list):
        return listed(ctx, [_said(ctx, field, each) for each in value])
    if field.type == "date":
        return ctx.day(str(value))
    if field.type == "money":
        return f"{int(value) / 100:,.2f}"
    names = {choice.key: choice.name for choice in field.choices}
    return pick(names[value], ctx.language) if value in names else str(value)


def _files(ctx: CardContext) -> str:
    """What was handed in, in one line."""
    view = ctx.case()
    if not ctx.house.policy.may(ctx.actor, "document.read", of_case(view.row)):
        return ""
    rows = checklist(ctx.lookup, view.compiled, view.row["id"])
    names = [ctx.word(each.item.name) for each in rows if each.row["status"] in ("submitted", "approved")]
    return ctx.say("handover.files", names=listed(ctx, names)) if names else ctx.say("handover.no_files")
