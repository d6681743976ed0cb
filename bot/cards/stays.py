"""Stays as people read them: the question for them, and what was noted so far."""

from bot.cards.context import CardContext
from core.engine.choosing import offered
from core.engine.flow import Field
from core.engine.stay_fields import EXAMPLE, stays_words


def asking_for_stays(ctx: CardContext, field: Field, words: str) -> str:
    """``words``: what is asked; ``field`` has its choices. Once something was noted, that stands before the rest."""
    given = ctx.params.get("given") or []
    if given:
        return ctx.say("form.more_stays", n=len(given), list=stays_words(field, given, ctx.language))
    places = [ctx.word(each.name) for each in offered(field)]
    dates = EXAMPLE[ctx.language].rpartition(" ")[0]
    listed = ctx.say("form.stays_places", choices=" / ".join(places)) if places else ""
    example = f"{dates} {ctx.word(field.choices[0].name)}" if field.choices else EXAMPLE[ctx.language]
    return ctx.say("form.ask_stays", field=words, example=example, choices=listed)


def with_rows(ctx: CardContext, field: Field) -> Field:
    """With the rows of its table as choices, if it takes them from one."""
    if field.choices_from is None:
        return field
    table = ctx.house.tables.of(ctx.lookup, field.choices_from)
    return field.model_copy(update={"choices": () if table is None else table.choices})
