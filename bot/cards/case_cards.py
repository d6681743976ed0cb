"""Cards about one case for staff: everything at a glance, what was found, and the questions about tags and talks."""

from bot.cards.approval_card import standing
from bot.cards.buttons import buttons_of
from bot.cards.context import CardContext
from bot.cards.event_words import event_words, who_words
from bot.cards.family import children_lines, parent_words
from bot.cards.held_card import held_names
from bot.cards.limits import limit_words
from bot.cards.wording import missing_words, role_words, unplaced_names
from core.cases.consultations import ANSWERS
from core.cases.tables import applicant, case, consultation
from core.channel.outbound import Card
from core.clients.tables import client
from core.clients.tags import tags_of
from core.engine.field_words import shorter
from core.store.sealing import Row
from core.views.case_view import case_view
from core.views.document_view import document_view
from core.views.talk import Said, last_said
from core.views.timeline import timeline
from core.wiring.subjects import client_subject, of_case, version_subject

LINES = 6  # of the timeline that the card of a case shows
LINE = 160  # characters of one of them
SAID = 10  # messages that the next owner reads


def case_card(ctx: CardContext) -> Card:
    """A case as far as this reader may see it, with what happened last."""
    return Card(
        title=ctx.say("case.title", number=ctx.case().row["number"]),
        text="\n".join(latest(ctx, LINES)),
        facts=summary(ctx),
        buttons=buttons_of(ctx),
        kind="case",
    )


def summary(ctx: CardContext) -> tuple[tuple[str, str], ...]:
    """Client, stage, papers, limit, owner and tags."""
    view = ctx.case()
    facts = [
        (ctx.say("case.client"), ctx.client_name(view.client)),
        (ctx.say("case.phone"), ctx.shown("client", "phone", "phone", view.client["phone"])),
        (ctx.say("case.stage"), ctx.word(view.stage.name)),
        (ctx.say("children.parent"), parent_words(ctx, view.row)),
        (ctx.say("children.list"), "\n".join(children_lines(ctx, view.row))),
        (ctx.say("case.docs"), ctx.say("stage.docs_value", done=view.completion.done, total=view.completion.total)),
        (ctx.say("case.unplaced"), unplaced_names(ctx, view.client["id"])),
        (ctx.say("case.held"), held_names(ctx, view.client["id"])),
        *standing(ctx),
        (ctx.say("case.due"), limit_words(ctx, view.row)),
        (ctx.say("case.owner"), "" if view.owner is None else view.owner["name"]),
        (ctx.say("desk.tags"), listed(ctx, tags_of(ctx.lookup, view.client["id"]))),
        (ctx.say("promotion.label"), _no_advertising(ctx, view.client)),
    ]
    return tuple((label, value) for label, value in facts if value)


def _no_advertising(ctx: CardContext, person: Row) -> str:
    """Since which day the client wants none; empty for the others."""
    since = person["promotion_off_at"]
    return "" if since is None else ctx.say("promotion.is_off", day=ctx.when(since))


def latest(ctx: CardContext, limit: int) -> list[str]:
    """What happened last, newest first: when, who, what."""
    view = ctx.case()
    lines = []
    for each in timeline(ctx.lookup, view.row["id"], limit=limit):
        who = who_words(ctx, each)
        if each.actor_kind == "client":
            who = ctx.shown("client", "name", "name", who) or ctx.say("who.client")
        what = event_words(ctx, view, each)
        lines.append(shorter(ctx.say("desk.line", when=ctx.when(each.at), who=who, what=what), LINE))
    return lines


def found(ctx: CardContext) -> Card:
    """The cases that were found, as they are now, as far as the reader still reaches them."""
    rows = [ctx.lookup.peek(case, case_id) for case_id in ctx.params["cases"]]
    lines = []
    for row in rows:
        if row is None or not ctx.house.policy.may(ctx.actor, "case.read", of_case(row)):
            continue
        view = case_view(ctx.lookup, ctx.house.catalogue, row["id"])
        parts = [row["number"], ctx.client_name(view.client), ctx.word(view.stage.name)]
        lines.append(" · ".join(part for part in parts if part))
    for n, client_id in enumerate(ctx.params.get("clients", []), start=1):
        person, subject = ctx.lookup.peek(client, client_id), client_subject(ctx.lookup, client_id)
        if person is not None and subject is not None and ctx.house.policy.may(ctx.actor, "client.read", subject):
            lines.append(ctx.say("desk.no_case", n=n, name=ctx.client_name(person)))
    words = str(ctx.params["words"])
    hints = [ctx.say("desk.more")] if ctx.params["more"] else []
    hints += [ctx.say(f"desk.unseen_{name}") for name in ctx.params["unseen"]]
    title = ctx.say("desk.found", n=len(lines), words=words) if lines else ctx.say("desk.found_none", words=words)
    text, footer = "\n".join(lines), "\n".join(hints)
    return Card(title=title, text=text, footer=footer, buttons=buttons_of(ctx), kind="found")


def batch(ctx: CardContext) -> Card:
    """Versions that can be approved together, each with what has become of it."""
    lines = []
    for n, version_id in enumerate(ctx.params.get("versions", []), start=1):
        view = document_view(ctx.lookup, ctx.house.catalogue, version_id)
        his = view.version["reviewed_by"] == ctx.actor.id  # a second reviewer's, who reaches it until it is decided
        if not his and not ctx.house.policy.may(ctx.actor, "document.review", version_subject(ctx.lookup, version_id)):
            continue
        status = view.version["status"]
        parts = [f"{n}. {view.case.row['number']}", ctx.word(view.item.name), f"v{view.version['n']}"]
        parts += [ctx.client_name(view.case.client), "" if status == "submitted" else ctx.say(f"desk.now_{status}")]
        lines.append(" · ".join(part for part in parts if part))
    if not lines:
        return Card(text=ctx.say("desk.batch_none"), kind="batch")
    title, hint = ctx.say("desk.batch", n=len(lines)), ctx.say("desk.batch_hint")
    buttons = buttons_of(ctx)
    return Card(title=title, text="\n".join(lines), buttons=buttons, footer=hint if buttons else "", kind="batch")


def question(ctx: CardContext) -> Card:
    """The question for a tag, or the next one about a talk."""
    if ctx.params["kind"] == "tag":
        row = ctx.lookup.peek(case, ctx.params["case"])
        person = None if row is None else ctx.lookup.peek(client, row["client_id"])
        tags = [] if person is None else tags_of(ctx.lookup, person["id"])
        now = ctx.say("desk.tags_now", tags=listed(ctx, tags)) if tags else ctx.say("desk.tags_none")
        return Card(text=ctx.say("desk.ask_tag", now=now), kind="form")
    given = ctx.params["answers"]
    return Card(text=ctx.say(f"desk.ask_{ANSWERS[len(given)]}", n=len(given) + 1, of=len(ANSWERS)), kind="form")


def listed(ctx: CardContext, words: list[str]) -> str:
    return ("、" if ctx.language == "zh-CN" else ", ").join(words)


def said_lines(ctx: CardContext, said: list[Said]) -> list[str]:
    """One line each: when, who, what; numbers and addresses as far as this reader may see them."""
    return [
        shorter(
            ctx.say(
                "desk.line",
                when=ctx.when(each.at),
                who=each.name or ctx.say(f"desk.by_{each.by}"),
                what=_masked(ctx, each.text),
            ),
            LINE,
        )
        for each in said
    ]


def handed_over(ctx: CardContext) -> Card:
    """For whoever takes a case over: what he must know, and the last words, so that the client need not repeat them."""
    view = ctx.case()
    role = role_words(ctx, str(ctx.params["role"]))
    title = ctx.say("desk.handed_over_to_you", number=view.row["number"], role=role)
    if not ctx.house.policy.may(ctx.actor, "case.read", of_case(view.row)):
        return Card(title=title, kind="handed_over")
    lines = [ctx.say("desk.last_words"), *said_lines(ctx, last_said(ctx.lookup, view.row, SAID))]
    if len(lines) == 1:
        lines = [ctx.say("desk.no_words")]
    talks = ctx.lookup.find(consultation, case_id=view.row["id"])
    lines += [ctx.say("desk.last_talk", **{name: talks[-1][name] for name in ANSWERS})] if talks else []
    facts = (*summary(ctx), *_waiting(ctx))
    return Card(title=title, text="\n".join(lines), facts=facts, buttons=buttons_of(ctx), kind="handed_over")


def _masked(ctx: CardContext, text: str) -> str:
    """Words in which the names, phone and mail that the agency knows of stand as this reader may see them."""
    with_case = "case" in ctx.subject
    person = ctx.case().client if with_case else ctx.lookup.peek(client, ctx.subject["client"])
    known = [] if person is None else [(name, name, person[name]) for name in ("name", "phone", "email")]
    travellers = ctx.lookup.find(applicant, case_id=ctx.subject["case"]) if with_case else []
    for field, pii, value in [*known, *(("name", "name", each["name"]) for each in travellers)]:
        if value:
            text = text.replace(value, ctx.shown("client", field, pii, value) or "***")
    return text


def _waiting(ctx: CardContext) -> tuple[tuple[str, str], ...]:
    """What the client has still been asked for."""
    missing = missing_words(ctx)
    return ((ctx.say("desk.missing"), listed(ctx, missing)),) if missing else ()
