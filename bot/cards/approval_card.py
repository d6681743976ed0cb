"""The card of an approval: how its votes stand, who has said what, and what this reader can still do."""

from bot.cards.buttons import buttons_of, taken_away
from bot.cards.context import CardContext
from bot.cards.wording import acted_for, staff_name
from core.cases.approval_tables import approval, approval_seat
from core.cases.past import stage_once
from core.cases.rounds import of_stay, seats_of, votes_of
from core.channel.outbound import Card
from core.engine.approvals import mean_of
from core.store.sealing import Row
from core.wiring.subjects import of_case

MOST_WORDS = 200  # characters of one vote's words


def approval_card(ctx: CardContext) -> Card:
    """Whoever reaches the case no more reads how it ended, and nothing about the client."""
    view = ctx.case()
    round_ = ctx.lookup.peek(approval, ctx.subject["approval"])
    if round_ is None:
        return Card(text=ctx.say("refusal.not_found"), kind="approval")
    seats = seats_of(ctx.lookup, round_["id"])
    stage = stage_once(ctx.lookup, ctx.house.catalogue, view.row, round_["stage"])[1]
    title = ctx.say("approval.title", number=view.row["number"], stage=ctx.word(stage.name))
    if not ctx.house.policy.may(ctx.actor, "case.read", of_case(view.row)):
        return Card(title=title, facts=(_votes(ctx, round_, seats),), footer=_footer(ctx, round_), kind="approval")
    done = ctx.say("stage.docs_value", done=view.completion.done, total=view.completion.total)
    facts = [
        (ctx.say("stage.client_name"), ctx.client_name(view.client)),
        (ctx.say("stage.docs"), done),
        (ctx.say("stage.due"), ctx.when(view.row["due"])),
        (ctx.say("approval.needs"), _needs(ctx, round_)),
        _votes(ctx, round_, seats),
    ]
    lines = [_line(ctx, each) for each in seats]
    mean = mean_of(votes_of(seats))
    if mean is not None:
        lines.append(ctx.say("approval.mean", mean=mean))
    return Card(
        title=title,
        text="\n".join(lines),
        facts=tuple((label, value) for label, value in facts if value),
        buttons=buttons_of(ctx),
        footer=_footer(ctx, round_),
        kind="approval",
    )


def standing(ctx: CardContext) -> list[tuple[str, str]]:
    """How the approval of the case's stage stands, for the cards of the stage and of the case; empty without one."""
    round_ = of_stay(ctx.lookup, ctx.case().row) if ctx.case().stage.approval is not None else None
    return [] if round_ is None else [_votes(ctx, round_, seats_of(ctx.lookup, round_["id"]))]


def asking(ctx: CardContext) -> Card:
    """The question for a score, a reason or both."""
    number = ctx.case().row["number"]
    if ctx.params["kind"] == "override":
        outcome = ctx.say(f"approval.outcome_{ctx.params['outcome']}")
        return Card(text=ctx.say("approval.ask_override", number=number, outcome=outcome), kind="form")
    scored, against = ctx.params["scored"], ctx.params["vote"] == "against"
    what = "both" if scored and against else "score" if scored else "reason"
    return Card(text=ctx.say(f"approval.ask_{what}", number=number), kind="form")


def _votes(ctx: CardContext, round_: Row, seats: list[Row]) -> tuple[str, str]:
    votes = votes_of(seats)
    yes = sum(vote.for_it for vote in votes)
    told = {"voted": len(votes), "seats": round_["seats"], "yes": yes, "no": len(votes) - yes}
    return ctx.say("approval.seats"), ctx.say("approval.stands", **told)


def _needs(ctx: CardContext, round_: Row) -> str:
    parts = [ctx.say(f"approval.needs_{round_['mode']}", seats=round_["seats"], needed=round_["needed"])]
    if round_["mean"] is not None:
        parts.append(ctx.say("approval.needs_mean", mean=round_["mean"]))
    return ("，" if ctx.language == "zh-CN" else ", ").join(parts)


def _line(ctx: CardContext, seat: Row) -> str:
    """One seat: what its person has said."""
    who = staff_name(ctx, seat["staff_id"])
    if seat["voted_by"] not in (None, seat["staff_id"]):
        who = acted_for(ctx, seat["voted_by"], seat["staff_id"])
    words = (seat["words"] or "")[:MOST_WORDS]
    line = ctx.say(f"approval.line_{seat['vote'] or 'waits'}", who=who, words=words)
    if seat["vote"] == "for" and words:
        line = ctx.say("approval.line_words", line=line, words=words)
    return line if seat["score"] is None else ctx.say("approval.line_score", line=line, score=seat["score"])


def _footer(ctx: CardContext, round_: Row) -> str:
    """What has become of it; while it is open, of this reader's seat."""
    if round_["state"] == "open":
        mine = ctx.lookup.peek(approval_seat, ctx.subject["seat"])
        if mine is not None and mine["vote"] is not None:
            return ctx.say(f"approval.yours_{mine['vote']}")
        return ctx.say("approval.moved") if taken_away(ctx) else ""
    if round_["state"] == "ended":
        return ctx.say("approval.ended")
    how = f"approval.{round_['state']}" + ("_alone" if round_["overridden"] else "")
    who = acted_for(ctx, round_["decided_by"], round_["decided_for"])
    return ctx.say(how, when=ctx.when(round_["decided_at"]), who=who, reason=round_["reason"] or "")
