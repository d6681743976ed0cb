"""Cards for whoever stands above overdue work: what it is, whose it is, since when; and what has become of it."""

from bot.cards.buttons import buttons_of
from bot.cards.context import CardContext
from bot.cards.staff_cards import decision_of
from bot.cards.task_cards import state_of
from bot.cards.wording import staff_name
from core.cases.second_look import waits_for
from core.channel.outbound import Card
from core.tasks.tables import task as task_table
from core.views.case_view import CaseView
from core.views.document_view import DocumentView, document_view
from core.wiring.subjects import of_case


def late_task(ctx: CardContext) -> Card:
    row = ctx.lookup.peek(task_table, ctx.subject["task"])
    if row is None:
        return Card(text=ctx.say("refusal.not_found"))
    view, open_ = ctx.case(), row["state"] == "open"
    holder = staff_name(ctx, row["staff_id"]) or ctx.say("task.nobody")
    facts = [*_about(ctx, view), (ctx.say("task.due"), ctx.when(row["due"])), (ctx.say("overdue.holder"), holder)]
    return Card(
        title=ctx.say("overdue.task", title=ctx.word(row["title"])),
        text=_why(ctx) if open_ else "",
        facts=tuple((label, value) for label, value in facts if value),
        buttons=buttons_of(ctx),
        footer="" if open_ else state_of(ctx, row),
        kind="late",
    )


def late_review(ctx: CardContext) -> Card:
    view = document_view(ctx.lookup, ctx.house.catalogue, ctx.subject["version"])
    open_ = view.version["status"] == "submitted"
    sent = (ctx.say("review.sent"), ctx.when(view.version["at"]))
    facts = [*_about(ctx, view.case), sent, (ctx.say("overdue.holder"), _reviewers(ctx, view) if open_ else "")]
    return Card(
        title=ctx.say("overdue.review", item=ctx.word(view.item.name)),
        text=_why(ctx) if open_ else "",
        facts=tuple((label, value) for label, value in facts if value),
        buttons=buttons_of(ctx),
        footer="" if open_ else decision_of(ctx, view),
        kind="late",
    )


def _about(ctx: CardContext, view: CaseView) -> list[tuple[str, str]]:
    """The case, and the client as far as the reader may still see him."""
    number = (ctx.say("task.case"), str(view.row["number"]))
    if not ctx.house.policy.may(ctx.actor, "case.read", of_case(view.row)):
        return [number]
    return [number, (ctx.say("stage.client_name"), ctx.client_name(view.client))]


def _reviewers(ctx: CardContext, view: DocumentView) -> str:
    team = view.case.row["team"]
    people = waits_for(view.version) or [team.get("reviewer", team.get(view.case.stage.owner))]
    names = [staff_name(ctx, each) for each in people]
    return ("、" if ctx.language == "zh-CN" else ", ").join(each for each in names if each)


def _why(ctx: CardContext) -> str:
    return ctx.say(f"overdue.why_{ctx.params['step']}")
