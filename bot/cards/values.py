"""What the fields of a case hold, as far as the reader of a card or message may see it."""

from typing import Any

from bot.cards.context import CardContext
from bot.cards.stays import with_rows
from core.engine.access import Mask, mask_value
from core.engine.field_words import LONGEST, is_empty, shorter, value_words
from core.engine.flow import Field
from core.engine.masking import HIDDEN
from core.wiring.subjects import of_case

_FORMS = {"phone": "phone", "email": "email"}  # type of a field -> the pattern by which it is masked


def value_of(ctx: CardContext, key: str) -> str:
    """A field of the reader's case by its key, for a text; empty if it holds nothing or its flow has no such field."""
    view = ctx.case()
    field = next((each for each in view.compiled.flow.fields if each.key == key), None)
    if field is None or is_empty(value := view.row["fields"].get(key)):
        return ""
    return shown_value(ctx, field, value, mask_of(ctx, field)) or HIDDEN


def shown_value(ctx: CardContext, field: Field, value: Any, mask: Mask) -> str:
    """A value in the reader's language, on one line; masked or empty where he may not read it."""
    if mask is Mask.HIDDEN:
        return ""
    words = value_words(with_rows(ctx, field), value, ctx.language, lambda yes: ctx.say(_yes_no(yes)))
    return shorter(words if mask >= Mask.READ else mask_value(_FORMS.get(field.type, ""), words), LONGEST)


def mask_of(ctx: CardContext, field: Field) -> Mask:
    """How much of a field a message may tell this reader.

    Staff: as on cards, and nothing of a case that they may not read. The client: his own data. A guardian reads no
    personal field, as what the client was asked stays with him. What leaves by SMS or mail is in others' hands on its
    way, so personal fields are masked there for the client as well.
    """
    policy, row = ctx.house.policy, ctx.case().row
    if ctx.actor.kind == "staff" and not policy.may(ctx.actor, "case.read", of_case(row)):
        return Mask.HIDDEN
    mask = policy.fields(ctx.actor, "case", {field.key: field.pii}).get(field.key, Mask.HIDDEN)
    another = ctx.actor.kind == "client" and ctx.actor.id != row["client_id"]
    return min(mask, Mask.MASKED) if field.pii != "none" and (another or ctx.outside) else mask


def _yes_no(yes: bool) -> str:
    return "form.yes" if yes else "form.no"
