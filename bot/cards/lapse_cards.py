"""Cards about papers that stop being good: for the client what is wanted and why, for staff what has become of one."""

from bot.cards.context import CardContext
from bot.cards.wording import findings_words, lapse_words
from core.channel.outbound import Card
from core.views.document_view import DocumentView, document_view
from core.wiring.subjects import of_case


def lapsed(ctx: CardContext) -> Card:
    """As it is when this is drawn: one that is good again by then says so."""
    view = _view(ctx)
    if view.version["status"] != "lapsed":
        return restored(ctx)
    item, reason = ctx.word(view.item.name), lapse_words(ctx, view.version)
    lines = [ctx.say("paper.lapsed", item=item, reason=reason)]
    if view.item.sample is not None:
        lines.append(ctx.say("verdict.sample", sample=ctx.word(view.item.sample)))
    return Card(text="\n".join(lines), kind="rework")


def restored(ctx: CardContext) -> Card:
    view, state = _view(ctx), ctx.case().completion
    return Card(
        text=ctx.say("paper.restored", item=ctx.word(view.item.name), done=state.done, total=state.total),
        kind="approved",
    )


def differs(ctx: CardContext) -> Card:
    """The client has sent this himself; the sentences of the findings tell nothing else that stands in it."""
    view = _view(ctx)
    return Card(text=ctx.say("paper.differs", item=ctx.word(view.item.name), findings=_wrong(ctx, view)), kind="say")


def paper(ctx: CardContext) -> Card:
    """For staff; whoever may not read the document any more hears which it is and no finding."""
    view, what = _view(ctx), str(ctx.params["what"])
    may = ctx.house.policy.may(ctx.actor, "document.read", of_case(view.case.row))
    facts = [(ctx.say("review.case"), str(view.case.row["number"]))]
    if may:
        facts.append((ctx.say("review.client"), ctx.client_name(view.case.client)))
    if may and view.applicant is not None:
        name = ctx.shown("client", "name", "name", view.applicant["name"])
        facts.append((ctx.say("review.applicant"), name))
    return Card(
        title=ctx.say(f"paper.staff_{what}", item=ctx.word(view.item.name), last=ctx.day(str(ctx.params["last"]))),
        text=_wrong(ctx, view) if may and what in ("lapsed", "differs") else "",
        facts=tuple((label, value) for label, value in facts if value),
        kind="paper",
    )


def _wrong(ctx: CardContext, view: DocumentView) -> str:
    if view.version["status"] == "lapsed":
        return lapse_words(ctx, view.version)
    own = [each for each in view.version["findings"] if not each["check"].startswith("file.")]
    return "; ".join(findings_words(ctx, own, ("fail", "warn")))


def _view(ctx: CardContext) -> DocumentView:
    return document_view(ctx.lookup, ctx.house.catalogue, ctx.subject["version"])
