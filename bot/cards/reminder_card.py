"""The reminder of a client: what is missing in each of his cases and until when, as it is now."""

from zoneinfo import ZoneInfo

from bot.cards.buttons import buttons_of
from bot.cards.context import CardContext
from bot.cards.desk_cards import with_subject
from bot.cards.wording import missing_words
from core.channel.outbound import Card
from core.clients.tables import client


def reminder(ctx: CardContext) -> Card:
    """One message for all cases; a case for which nothing is missing any more says so."""
    lines = [_line(with_subject(ctx, {"case": case_id})) for case_id in ctx.params["cases"]]
    person = ctx.lookup.peek(client, ctx.subject["client"])
    again = None if person is None else person["snoozed_until"]
    footer = ctx.say("remind.snoozed", day=ctx.day(again)) if again else ctx.say("remind.how")
    title = ctx.say("remind.title")
    return Card(title=title, text="\n".join(lines), footer=footer, buttons=buttons_of(ctx), kind="reminder")


def _line(ctx: CardContext) -> str:
    view = ctx.case()
    name, missing = ctx.word(view.compiled.flow.name), missing_words(ctx)
    about = {"service": name, "number": view.row["number"]}
    if not missing or view.row["state"] != "open":
        return ctx.say("remind.nothing", **about)
    items = ("、" if ctx.language == "zh-CN" else ", ").join(missing)
    return ctx.say("remind.missing", n=len(missing), list=items, when=_when(ctx), **about)


def _when(ctx: CardContext) -> str:
    """Until when, on the clock that hangs on his wall."""
    row, zone_name = ctx.case().row, ctx.case().client["zone"]
    if row["due"] is None:
        return ""
    zone = ctx.house.zone if zone_name is None else ZoneInfo(zone_name)
    due, today = row["due"].astimezone(zone), ctx.now.astimezone(zone).date()
    left = (due.date() - today).days
    key = "over" if row["due"] <= ctx.now else "today" if left == 0 else "tomorrow" if left == 1 else "days"
    return ctx.say(f"remind.{key}", days=left, due=f"{ctx.day(due.date().isoformat())} {due:%H:%M}")
