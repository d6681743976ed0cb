"""A content of the office, as its reader gets it."""

from bot.cards.context import CardContext
from bot.cards.wording import flow_message
from core.catalog.tables import content_version
from core.channel.outbound import Card, Link


def content(ctx: CardContext) -> Card:
    """The version that was chosen; its words may ask for what messages of the flow may."""
    row = ctx.lookup.peek(content_version, ctx.subject["content"])
    if row is None:
        return Card(text=ctx.say("refusal.not_found"), kind="content")
    topics = ("、" if ctx.language == "zh-CN" else ", ").join(ctx.params["topics"])
    said = ctx.say("contents.recommended", title=ctx.word(row["title"]), topics=topics)
    link = Link(url=row["link"], label=ctx.say("contents.open")) if row["link"] else None
    text = f"{said}\n{flow_message(ctx, '', row['body'])}"
    return Card(text=text, link=link, footer=ctx.say("contents.stop"), kind="content")
