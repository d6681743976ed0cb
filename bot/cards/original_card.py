"""The link to an original, made when the message is sent: its ten minutes begin then."""

from bot.cards.context import CardContext
from core.channel.outbound import Card, Link
from core.files.links import Pass
from core.views.document_view import document_view


def original(ctx: CardContext) -> Card:
    """For the member of staff who pressed, and nobody else."""
    view = document_view(ctx.lookup, ctx.house.catalogue, ctx.subject["version"])
    url = ctx.house.links.link(Pass(ctx.actor.id, view.version["id"]), ctx.now)
    item = ctx.word(view.item.name)
    return Card(
        text=ctx.say("original.text", item=item, n=view.version["n"]),
        link=Link(url=url, label=ctx.say("original.link")),
        kind="original",
    )
