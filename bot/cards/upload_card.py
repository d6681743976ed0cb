"""The link to the upload page; drawn anew, it is the same link with the same end."""

from datetime import datetime

from bot.cards.context import CardContext
from core.channel.outbound import Card, Link
from core.files.links import Opening
from core.views.checklist_view import checklist


def upload_link(ctx: CardContext) -> Card:
    """For the client who asked; what is over, or whose case is closed, has no link any more."""
    until, item_id = datetime.fromisoformat(ctx.params["until"]), int(ctx.params["item"])
    view = ctx.case()
    if until <= ctx.now or view.row["state"] != "open":
        return Card(text=ctx.say("upload_link.over"), kind="upload_link")
    rows = checklist(ctx.lookup, view.compiled, view.row["id"]) if item_id else []
    names = [ctx.word(each.item.name) for each in rows if each.row["id"] == item_id]
    moment = f"{until.astimezone(ctx.house.zone):%H:%M}"
    key = "upload_link.for_item" if names else "upload_link.text"
    opening = Opening(ctx.actor.id, int(ctx.params["chat"]), view.row["id"], item_id, until)
    return Card(
        text=ctx.say(key, until=moment, item="".join(names)),
        link=Link(url=ctx.house.uploads.link(opening), label=ctx.say("upload_link.open")),
        kind="upload_link",
    )
