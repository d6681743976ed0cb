"""Small pieces of wording that several cards share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.cards.context import CardContext
from bot.cards.limits import limit_short
from bot.cards.values import value_of
from core.cases.lapsing import lapsed_words
from core.engine.facts import FIELD_PREFIX
from core.engine.field_words import EMPTY, fields_asked
from core.engine.flow import Flow
from core.engine.flow_diff_names import CHECKS
from core.engine.text import Words, bar, fill, pick
from core.staff.policy import role_said
from core.staff.tables import staff
from core.store.sealing import Row
from core.views.checklist_view import ItemView, checklist, waiting_for_client
from core.views.unplaced import unplaced_files
from core.wiring.subjects import of_case

MESSAGE_PARAMS = (
    "name", "agency", "service", "owner", "number", "stage", "next_stage", "n", "due", "list", "done", "total",
    "reason", "item", "bar", "eta", "valid_to", "days", "exp", "result", "hours",
)  # fmt: skip

MAX_UNPLACED = 20  # names of files on one card
_MARKS = {"todo": "⬜", "submitted": "🕓", "approved": "✅", "rework": "↩", "waived": "➖"}


def status_mark(each: ItemView) -> str:
    return _MARKS[each.row["status"]]


def flow_message(ctx: CardContext, key: str, words: Mapping[str, str] | None = None) -> str:
    """A message of the flow with what may stand in it, its own fields too; nothing else is filled in."""
    view = ctx.case()
    flow = view.compiled.flow
    template = pick(dict(words if words is not None else flow.messages[key]), ctx.language)
    missing = missing_words(ctx)
    fields = view.row["fields"]
    params = {
        "name": ctx.client_name(view.client),
        "agency": pick(dict(ctx.house.agency), ctx.language),
        "service": ctx.word(flow.name),
        "owner": "" if view.owner is None else view.owner["name"],
        "number": view.row["number"],
        "stage": ctx.word(view.shown.name),
        "n": len(missing),
        "due": limit_short(ctx, view.row),
        "eta": limit_short(ctx, view.row),
        "list": ("、" if ctx.language == "zh-CN" else ", ").join(missing),
        "done": view.completion.done,
        "total": view.completion.total,
        "bar": bar(view.percent),
        "reason": fields.get("refusal_reason", ""),
        "valid_to": ctx.day(str(fields.get("valid_to") or "")),
        "days": fields.get("stay_days", fields.get("days", "")),
        "exp": ctx.day(str(fields.get("passport_expiry") or "")),
        "result": ctx.word(view.substate),
        "hours": pick(dict(ctx.house.hours(ctx.lookup)), ctx.language),
    }
    asked = {f"{FIELD_PREFIX}{key}": value_of(ctx, key) or EMPTY for key in fields_asked(template)}
    return fill(template, params | asked, (*MESSAGE_PARAMS, *asked))


def missing_words(ctx: CardContext) -> list[str]:
    """What the client still has to send, as he would count it: alternatives once, under the name of their group."""
    view = ctx.case()
    rows = checklist(ctx.lookup, view.compiled, view.row["id"])
    several = len({each.row["applicant_id"] for each in rows} - {None}) > 1
    named: dict[tuple[str, int | None], str] = {}
    for each in waiting_for_client(rows):
        whose = whose_words(ctx, each) if several else ""
        place, name = (each.item.key, each.row["applicant_id"]), ctx.word(each.item.name)
        if each.group is None or each.row["asked"]:
            named[place] = name + whose
            continue
        place = (each.group.key, each.row["applicant_id"])
        if each.row["status"] == "rework":  # he has chosen this one, and it came back
            named[place] = name + whose
        else:
            group = ctx.say("checklist.group", group=ctx.word(each.group.name), min=each.group.min)
            named.setdefault(place, group + whose)
    return list(named.values())


def whose_words(ctx: CardContext, each: ItemView) -> str:
    """For whom an item is, behind its name; nothing for one that all share."""
    name = whose_name(ctx, each)
    return f" · {name}" if name else ""


def whose_name(ctx: CardContext, each: ItemView) -> str:
    return "" if each.applicant is None else ctx.shown("client", "name", "name", each.applicant["name"])


def whose_item(ctx: CardContext, each: ItemView, travellers: int) -> str:
    """The item's name, and where several travel together whose it is."""
    whose = whose_name(ctx, each) if travellers > 1 else ""
    return ctx.word(each.item.name) + (f" · {whose}" if whose else "")


def reason_words(ctx: CardContext, flow: Flow, reason: str | None, words: str | None) -> str:
    """The reason in the client's words: what was typed, else the flow's sentence, else what the check is called by
    which a document has lapsed."""
    if words:
        return words
    named = {each.key: each.name for each in flow.reasons}
    return ctx.word({**CHECKS, **named}[reason]) if reason in CHECKS or reason in named else reason or ""


def lapse_words(ctx: CardContext, version: Row | None) -> str:
    """Why a version has lapsed, in words; empty for one that has not."""
    return "; ".join(ctx.word(each) for each in lapsed_words(version))


def names_words(ctx: CardContext, names_of: Iterable[Words]) -> str:
    names = [ctx.word(each) for each in names_of]
    return "、".join(names) if ctx.language == "zh-CN" else ", ".join(names)


def findings_words(ctx: CardContext, findings: Sequence[Mapping[str, Any]], outcomes: Iterable[str]) -> list[str]:
    wanted = set(outcomes)
    return [ctx.word(each["text"]) for each in findings if each["outcome"] in wanted]


def role_words(ctx: CardContext, role: str) -> str:
    return ctx.word(role_said(ctx.house.policy, role))


def staff_name(ctx: CardContext, staff_id: int | None) -> str:
    """A colleague's name; empty for nobody."""
    member = None if staff_id is None else ctx.lookup.peek(staff, staff_id)
    return "" if member is None else str(member["name"])


def acted_for(ctx: CardContext, staff_id: int | None, principal_id: int | None) -> str:
    """Who did it; whoever stood in for a colleague together with that one."""
    who, whom = staff_name(ctx, staff_id), staff_name(ctx, principal_id)
    return ctx.say("who.behalf", who=who, whom=whom) if who and whom else who


def unplaced_names(ctx: CardContext, client_id: int) -> str:
    """The files that are on no item; empty when there are none, or when this reader reads no documents."""
    if ctx.actor.kind == "staff" and not ctx.house.policy.may(ctx.actor, "document.read", of_case(ctx.case().row)):
        return ""
    names = [ctx.file_name(each["name"]) for each in unplaced_files(ctx.lookup, client_id, ctx.actor)]
    if len(names) > MAX_UNPLACED:
        names = [*names[:MAX_UNPLACED], ctx.say("files.more", n=len(names) - MAX_UNPLACED)]
    return "、".join(names) if ctx.language == "zh-CN" else ", ".join(names)


def unplaced_words(ctx: CardContext, client_id: int) -> str:
    """A line that names them."""
    names = unplaced_names(ctx, client_id)
    return ctx.say("files.waiting", names=names) if names else ""
