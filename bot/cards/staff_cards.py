"""Cards that a member of staff reads."""

from bot.cards.approval_card import standing
from bot.cards.buttons import buttons_of, renewed, replaced, taken_away
from bot.cards.context import CardContext
from bot.cards.family import children_lines, parent_words
from bot.cards.handover_card import waiting
from bot.cards.limits import limit_words
from bot.cards.wording import acted_for, findings_words, flow_message, lapse_words, reason_words, staff_name
from core.cases.lapsing import good_until
from core.cases.past import stage_once
from core.cases.review_snooze import put_off_until
from core.cases.second_look import waits_for
from core.channel.outbound import Card, Image
from core.clients.tables import client
from core.contracts.tables import contract as contract_table
from core.reactions.stages import stage_card
from core.views.document_view import DocumentView, document_view
from core.wiring.subjects import version_subject

MAX_FINDINGS = 12
MAX_NAMES = 4


def contract(ctx: CardContext) -> Card:
    row = ctx.lookup.peek(contract_table, ctx.subject["contract"])
    person = ctx.lookup.peek(client, ctx.subject["client"])
    if row is None or person is None:
        return Card(text=ctx.say("refusal.not_found"))
    paid = row["deposit_paid_at"]
    deposit = ctx.say("contract.deposit_open") if paid is None else ctx.say("contract.deposit_paid", at=ctx.when(paid))
    facts = [
        (ctx.say("contract.client"), ctx.client_name(person)),
        (ctx.say("contract.package"), row["package"]),
        (
            ctx.say("contract.amount"),
            ctx.shown("contract", "amount", "money", ctx.money(row["amount"], row["currency"])),
        ),
        (ctx.say("contract.signed"), ctx.day(row["signed_on"])),
        (ctx.say("contract.deposit"), deposit),
        (ctx.say("contract.status"), ctx.say(f"contract.status_{row['status']}")),
    ]
    shown = CardContext(
        ctx.house,
        ctx.lookup,
        ctx.actor,
        ctx.language,
        ctx.subject,
        {"deposit_paid": paid is not None},
        ctx.tokens,
        ctx.now,
    )
    return Card(
        title=ctx.say("contract.title", number=row["number"]),
        facts=tuple((label, value) for label, value in facts if value),
        buttons=buttons_of(shown),
        kind="contract",
    )


def stage_work(ctx: CardContext) -> Card:
    """The steps out of a stage, for whoever may take them; once it was left, where the case is now."""
    view = ctx.case()
    flow, stage = stage_once(ctx.lookup, ctx.house.catalogue, view.row, str(ctx.params["stage"]))
    title = ctx.say("stage.work", number=view.row["number"], stage=ctx.word(stage.name))
    facts = [(ctx.say("stage.client_name"), ctx.client_name(view.client))]
    if view.row["stage"] != stage.key or view.row["state"] != "open":
        closed = view.row["state"] != "open"
        footer = ctx.say("stage.closed") if closed else ctx.say("stage.left", stage=ctx.word(view.stage.name))
        return Card(title=title, facts=tuple(facts), footer=footer, kind="stage_work")
    facts.append((ctx.say("children.parent"), parent_words(ctx, view.row)))
    facts.append((ctx.say("children.list"), "\n".join(children_lines(ctx, view.row))))
    done = ctx.say("stage.docs_value", done=view.completion.done, total=view.completion.total)
    facts.append((ctx.say("stage.docs"), done))
    facts.append((ctx.say("stage.due"), limit_words(ctx, view.row)))
    facts += standing(ctx)
    for key in (*stage.exit_form, *(() if stage.handover is None else stage.handover.form)):
        filled = view.row["fields"].get(key) not in (None, "", False)
        mark = ctx.say("stage.field_done") if filled else ctx.say("stage.field_open")
        facts.append((ctx.word(flow.field(key).name), mark))
    text = "" if view.substate is None else ctx.say("stage.substate", substate=ctx.word(view.substate))
    if stage.handover is not None:
        text = "\n".join(part for part in (waiting(ctx), text) if part)
    why = [str(ctx.params.get("reason") or ""), ctx.word(ctx.params.get("mean"))]
    if reason := "\n".join(part for part in why if part):
        text = "\n".join(part for part in (ctx.say("stage.reason", reason=reason), text) if part)
    return Card(
        title=title,
        text=text,
        facts=tuple((label, value) for label, value in facts if value),
        buttons=buttons_of(ctx),
        footer=_gone(ctx, view.row["id"]),
        kind="stage_work",
    )


def _gone(ctx: CardContext, case_id: int) -> str:
    """Why this copy has no buttons any more, while the case is still in the stage: its reader has a newer one, or the
    work is somebody else's. A step that keeps the stage ends the card too, though nobody was given the work."""
    card = stage_card(ctx.lookup, case_id) or ""
    if renewed(ctx, card):
        return ctx.say("stage.renewed")
    return ctx.say("stage.moved") if taken_away(ctx) and not replaced(ctx, card) else ""


def review(ctx: CardContext) -> Card:
    """Preview, findings, ticks, two buttons; after the decision who decided and when. Whoever may not review it any
    more sees no picture, no finding and nobody's name."""
    view = document_view(ctx.lookup, ctx.house.catalogue, ctx.subject["version"])
    title = ctx.say("review.title", item=ctx.word(view.item.name))
    if not _may_review(ctx, view):
        footer = ctx.say("review.moved") if view.version["status"] == "submitted" else decision_of(ctx, view)
        number = (ctx.say("review.case"), view.case.row["number"])
        return Card(title=title, facts=(number,), footer=footer, kind="review")
    facts = [
        (ctx.say("review.case"), view.case.row["number"]),
        (ctx.say("review.client"), ctx.client_name(view.case.client)),
        (ctx.say("review.version"), ctx.say("review.version_value", n=view.version["n"], name=_names(ctx, view))),
        (ctx.say("review.sent"), ctx.when(view.version["at"])),
    ]
    if view.applicant is not None:
        name = ctx.shown("client", "name", "name", view.applicant["name"])
        facts.insert(2, (ctx.say("review.applicant"), name))
    until = None if view.version["status"] not in ("submitted", "approved") else good_until(view.item, view.version)
    if until is not None:
        facts.append((ctx.say("review.good_until"), ctx.day(until.isoformat())))
    images = [Image(file_id=each["id"], alt=ctx.word(view.item.name)) for each in view.files if each["preview_handle"]]
    return Card(
        title=title,
        text="\n".join(_findings(ctx, view)),
        facts=tuple((label, value) for label, value in facts if value),
        image=next(iter(images), None),
        more_images=tuple(images[1:]),
        buttons=buttons_of(ctx),
        footer=decision_of(ctx, view),
        kind="review",
    )


def _may_review(ctx: CardContext, view: DocumentView) -> bool:
    """At this moment; whoever was asked for a second look, as long as the version is what he looked at."""
    subject = version_subject(ctx.lookup, view.version["id"])
    asked = view.version["second_id"] == ctx.actor.id
    return asked or ctx.house.policy.may(ctx.actor, "document.review", subject)


def _names(ctx: CardContext, view: DocumentView) -> str:
    """The files of the version by name; of many, how many."""
    names = [ctx.file_name(each["name"]) for each in view.files]
    if len(names) > MAX_NAMES:
        return ctx.say("review.files", n=len(names), name=names[0])
    return ("、" if ctx.language == "zh-CN" else ", ").join(names)


def _findings(ctx: CardContext, view: DocumentView) -> list[str]:
    found = view.version["findings"]
    lines = [f"✗ {text}" for text in findings_words(ctx, found, ("fail",))]
    lines += [f"! {text}" for text in findings_words(ctx, found, ("warn",))]
    ticked = set(view.version["ticks"])
    lines += [f"☑ {ctx.word(each['text'])}" for each in found if each["check"] in ticked]
    lines += [
        f"☐ {ctx.word(each['text'])}" for each in found if each["outcome"] == "tick" and each["check"] not in ticked
    ]
    lines += [f"✓ {text}" for text in findings_words(ctx, [f for f in found if f["check"] not in ticked], ("ok",))]
    not_run = findings_words(ctx, found, ("not_run",))
    if not_run:
        lines.append(ctx.say("review.not_run", names="; ".join(not_run)))
    return lines[:MAX_FINDINGS]


def decision_of(ctx: CardContext, view: DocumentView) -> str:
    version = view.version
    if version["status"] == "submitted":
        if taken_away(ctx):
            return ctx.say("review.moved")
        until = put_off_until(ctx.lookup, version["id"], ctx.actor.id, ctx.now)
        later = "" if until is None else ctx.say("task.until", when=ctx.when(until))
        late = ctx.say("overdue.yours") if ctx.params.get("late") else ""
        return "\n".join(part for part in (late, _second(ctx, view), later) if part)
    if version["status"] in ("replaced", "withdrawn", "waived", "dropped"):
        return ctx.say(f"review.{version['status']}")
    who = acted_for(ctx, version["reviewed_by"], version["reviewed_for"])
    reason = reason_words(ctx, view.case.compiled.flow, version["reason"], version["words"])
    if version["status"] == "lapsed":
        reason = lapse_words(ctx, version)
    return ctx.say(
        f"review.{version['status']}", who=who, when=ctx.when(version["reviewed_at"]), n=version["n"], reason=reason
    )


def _second(ctx: CardContext, view: DocumentView) -> str:
    """That two people decide, who has approved already, and who is waited for."""
    version = view.version
    if version["second_id"] is None or version["second_id"] == version["asked_by"]:
        return ""
    names = {each: staff_name(ctx, version[each]) for each in ("asked_by", "second_id", "first_by")}
    if version["first_by"] is None:
        return ctx.say("second.both", one=names["asked_by"], other=names["second_id"])
    other = staff_name(ctx, waits_for(version)[0])
    return ctx.say(
        "second.first", who=names["first_by"], when=ctx.when(version["first_at"]), n=version["n"], other=other
    )


def reasons(ctx: CardContext) -> Card:
    view = document_view(ctx.lookup, ctx.house.catalogue, ctx.subject["version"])
    item = ctx.word(view.item.name)
    other = ctx.say("review.other", number=view.case.row["number"], item=item)
    footer = other if view.version["status"] == "submitted" and not taken_away(ctx) else decision_of(ctx, view)
    return Card(text=ctx.say("review.reasons", item=item), buttons=buttons_of(ctx), footer=footer, kind="reasons")


def about_client(ctx: CardContext) -> Card:
    """Something about a client that staff must know; he is named as far as the reader may see it."""
    person = ctx.lookup.peek(client, ctx.subject["client"])
    number = ctx.case().row["number"] if "case" in ctx.subject else ""
    name = "" if person is None else ctx.client_name(person)
    return Card(text=ctx.say(f"about.{ctx.params['key']}", name=name, number=number).strip(), kind="about_client")


def message(ctx: CardContext) -> Card:
    """One of the flow's own messages, for staff."""
    return Card(title=ctx.case().row["number"], text=flow_message(ctx, str(ctx.params["message"])), kind="message")
