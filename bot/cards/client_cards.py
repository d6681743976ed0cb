"""Cards that a client reads."""

from bot.cards.buttons import buttons_of
from bot.cards.context import CardContext
from bot.cards.family import shown_lines, which_case
from bot.cards.limits import progress_line
from bot.cards.wording import (
    flow_message,
    lapse_words,
    missing_words,
    reason_words,
    status_mark,
    unplaced_words,
    whose_item,
    whose_name,
)
from core.cases.past import stage_once
from core.channel.outbound import Card, Image
from core.engine.text import bar
from core.views.checklist_view import ItemView, askable, checklist, waiting_for_client
from core.views.document_view import document_view


def message(ctx: CardContext) -> Card:
    """One of the flow's own messages, or words of the house that may hold the same."""
    return Card(text=flow_message(ctx, str(ctx.params["message"]), ctx.params.get("words")), kind="message")


def stage(ctx: CardContext) -> Card:
    """A new stage, with the flow's words about it."""
    flow, entered = stage_once(ctx.lookup, ctx.house.catalogue, ctx.case().row, ctx.params["stage"])
    lines = [*which_case(ctx), ctx.say("stage.client", stage=ctx.word(flow.shown(entered.key).name))]
    named = {each.key: each.name for each in entered.substates}
    if ctx.params.get("substate") in named:
        lines.append(ctx.say("stage.substate", substate=ctx.word(named[ctx.params["substate"]])))
    if entered.client_text is not None:
        lines.append(flow_message(ctx, "", entered.client_text))
    return Card(text="\n".join(lines), buttons=buttons_of(ctx), kind="stage")


def your_turn(ctx: CardContext) -> Card:
    """His own steps, where nothing else is told of the stage."""
    stage = stage_once(ctx.lookup, ctx.house.catalogue, ctx.case().row, ctx.params["stage"])[1]
    text = ctx.say("client_step.your_turn", stage=ctx.word(stage.name))
    return Card(text=text, buttons=buttons_of(ctx), kind="stage")


def substate(ctx: CardContext) -> Card:
    """A new state within a stage."""
    stage = stage_once(ctx.lookup, ctx.house.catalogue, ctx.case().row, ctx.params["stage"])[1]
    named = {each.key: each.name for each in stage.substates}
    said = ctx.say("stage.substate", substate=ctx.word(named.get(ctx.params["substate"])))
    return Card(text="\n".join([*which_case(ctx), said]), buttons=buttons_of(ctx), kind="stage")


def progress(ctx: CardContext) -> Card:
    """One message: the stages with the current one marked, whose turn it is, until when, who cares."""
    view = ctx.case()
    marks = {"done": "✓", "current": "▶", "todo": "○"}
    lines = [f"{marks[each.state]} {ctx.word(each.stage.name)}" for each in view.stages]
    lines.append(ctx.say("progress.percent", bar=bar(view.percent)))
    if view.row["state"] == "closed":
        lines.append(ctx.say("progress.closed"))
    else:
        if view.substate is not None:
            lines.append(ctx.say("progress.substate", substate=ctx.word(view.substate)))
        lines.append(_whose_turn(ctx))
        lines += _questions(ctx)
        if limit := progress_line(ctx):
            lines.append(limit)
    lines += shown_lines(ctx, view.row)
    owner = "" if view.owner is None else view.owner["name"]
    footer = ctx.say("progress.owner", owner=owner) if owner else ""
    title = ctx.say("progress.title", flow=ctx.word(view.compiled.flow.name), number=view.row["number"])
    return Card(title=title, text="\n".join(lines), footer=footer, buttons=buttons_of(ctx), kind="progress")


def _questions(ctx: CardContext) -> list[str]:
    """How many questions about his case he has not answered."""
    asked = ctx.params.get("questions", 0)
    return [ctx.say("facts.open", n=asked)] if asked else []


def _whose_turn(ctx: CardContext) -> str:
    """Whatever the stage waits for: what the client has been asked for comes first."""
    view = ctx.case()
    missing = missing_words(ctx)
    if missing:
        return ctx.say("progress.waiting_client", what=ctx.say("progress.open_items", n=len(missing)))
    if view.shown.waiting_on == "client":
        return ctx.say("progress.docs_in_review")
    if view.shown.waiting_on == "staff":
        return ctx.say("progress.waiting_staff", owner="" if view.owner is None else view.owner["name"])
    return ctx.say(f"progress.waiting_{view.shown.waiting_on}")


def checklist_card(ctx: CardContext) -> Card:
    """Every item with its status; the number is what a client without buttons replies."""
    view = ctx.case()
    rows = checklist(ctx.lookup, view.compiled, view.row["id"])
    title = ctx.say("checklist.title", done=view.completion.done, total=view.completion.total)
    if not rows:
        text = "\n".join([ctx.say("checklist.empty"), *_questions(ctx)])
        return Card(title=title, text=text, buttons=buttons_of(ctx), kind="checklist")
    lines = _checklist_lines(ctx, rows)
    unplaced = unplaced_words(ctx, view.row["client_id"])
    if unplaced:
        lines.append(unplaced)
    lines += _questions(ctx)
    waiting = waiting_for_client(rows)
    footer = ctx.say("checklist.hint") if waiting else ctx.say("checklist.all_done") if view.completion.complete else ""
    return Card(title=title, text="\n".join(lines), footer=footer, buttons=buttons_of(ctx), kind="checklist")


def list_changed(ctx: CardContext) -> Card:
    """The flow of the case has changed, and with it what he is to send: the list as it is now."""
    now = checklist_card(ctx)
    said = ctx.say("checklist.changed", number=ctx.case().row["number"])
    return now.model_copy(update={"text": "\n".join(part for part in (said, now.text) if part)})


def _checklist_lines(ctx: CardContext, rows: list[ItemView]) -> list[str]:
    """Where several travel together, each has a heading of his own, and what is needed once for all is marked so."""
    several = ctx.case().applicants > 1
    lines: list[str] = []
    person: object = ""
    group: object = None
    for number, each in enumerate(rows, start=1):
        if several and each.row["applicant_id"] != person:
            person, group = each.row["applicant_id"], None
            lines.append(f"【{whose_name(ctx, each) or ctx.say('checklist.shared')}】")
        if each.group is not None and each.group.key != group:
            lines.append(ctx.say("checklist.any_of", group=ctx.word(each.group.name), min=each.group.min))
        group = None if each.group is None else each.group.key
        indent = "   " if group else ""
        status = ctx.say(f"status.{each.row['status']}")
        lines.append(f"{indent}{number}. {status_mark(each)} {ctx.word(each.item.name)} [{status}]")
    return lines


def item_card(ctx: CardContext, each: ItemView) -> Card:
    """Requirement, format and sample of one item."""
    accept = " / ".join(kind.upper() for kind in each.item.accept)
    facts = [
        (ctx.say("item.requirement"), ctx.word(each.item.requirement)),
        (ctx.say("item.format"), ctx.say("item.format_value", accept=accept, max_mb=each.item.max_mb)),
        (ctx.say("item.original"), ctx.say(f"item.original_{_ORIGINAL[each.item.original]}")),
    ]
    if each.item.sample is not None:
        facts.append((ctx.say("item.sample"), ctx.word(each.item.sample)))
    lines = []
    if each.applicant is not None:
        lines.append(ctx.say("item.for", name=each.applicant["name"]))
    if each.row["status"] == "rework":
        reason = lapse_words(ctx, each.version) or reason_words(
            ctx, ctx.case().compiled.flow, each.row["reason"], each.row["words"]
        )
        lines.append(ctx.say("item.reason", reason=reason))
    return Card(
        title=ctx.say("item.title", item=ctx.word(each.item.name)),
        text="\n".join(lines),
        facts=tuple(facts),
        image=_sample(ctx, each),
        footer=ctx.say("item.footer"),
        buttons=buttons_of(ctx),
        kind="item",
    )


def _sample(ctx: CardContext, each: ItemView) -> Image | None:
    """The flow's sample picture of this item, if there is one."""
    if each.item.picture is None:
        return None
    return Image(sample=f"{ctx.case().compiled.flow.key}/{each.item.picture}", alt=ctx.word(each.item.sample))


_ORIGINAL = {"copy": "copy", "original": "original", "original+copy": "both"}


def item(ctx: CardContext) -> Card:
    view = ctx.case()
    rows = checklist(ctx.lookup, view.compiled, view.row["id"])
    found = next((each for each in rows if each.row["id"] == ctx.subject["item"]), None)
    return Card(text=ctx.say("checklist.empty")) if found is None else item_card(ctx, found)


def approved(ctx: CardContext) -> Card:
    view = document_view(ctx.lookup, ctx.house.catalogue, ctx.subject["version"])
    state = view.case.completion
    text = ctx.say("verdict.approved", item=ctx.word(view.item.name), done=state.done, total=state.total)
    return Card(text=text, kind="approved")


def rework(ctx: CardContext) -> Card:
    view = document_view(ctx.lookup, ctx.house.catalogue, ctx.subject["version"])
    flow = view.case.compiled.flow
    reason = reason_words(ctx, flow, str(ctx.params["reason"]), str(ctx.params.get("words", "")))
    lines = [ctx.say("verdict.rework", item=ctx.word(view.item.name), reason=reason)]
    if view.item.sample is not None:
        lines.append(ctx.say("verdict.sample", sample=ctx.word(view.item.sample)))
    return Card(text="\n".join(lines), kind="rework")


def reopened(ctx: CardContext) -> Card:
    view, asked = ctx.case(), ctx.params["items"]
    rows = [each for each in askable(ctx.lookup, view.compiled, view.row["id"]) if each.row["id"] in asked]
    names = ("、" if ctx.language == "zh-CN" else ", ").join(whose_item(ctx, each, view.applicants) for each in rows)
    return Card(text=ctx.say("verdict.reopened", items=names, reason=ctx.params["reason"]), kind="rework")


def survey(ctx: CardContext) -> Card:
    return Card(text=flow_message(ctx, str(ctx.params["message"])), buttons=buttons_of(ctx), kind="survey")
