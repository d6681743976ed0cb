"""Cards about tasks: one of them, one's own as a list, and what is overdue."""

from bot.cards.buttons import buttons_of
from bot.cards.context import CardContext
from bot.cards.wording import acted_for
from core.cases.review_snooze import put_off_until
from core.cases.tables import case
from core.channel.outbound import Card
from core.staff.tables import staff
from core.store.sealing import Row
from core.tasks.tables import task as task_table
from core.views.case_view import case_view
from core.views.document_view import document_view
from core.wiring.subjects import of_case


def task(ctx: CardContext) -> Card:
    row = ctx.lookup.peek(task_table, ctx.subject["task"])
    if row is None:
        return Card(text=ctx.say("refusal.not_found"))
    view = ctx.case()
    facts = [(ctx.say("task.case"), view.row["number"]), (ctx.say("stage.client_name"), ctx.client_name(view.client))]
    if row["due"] is not None:
        facts.append((ctx.say("task.due"), ctx.when(row["due"])))
    return Card(
        title=ctx.say("task.title", title=ctx.word(row["title"])),
        text="\n".join(
            part for part in (ctx.say("task.late") if _late(ctx, row) else "", ctx.word(row["note"])) if part
        ),
        facts=tuple((label, value) for label, value in facts if value),
        buttons=buttons_of(ctx),
        footer=state_of(ctx, row),
        kind="task",
    )


def state_of(ctx: CardContext, row: Row) -> str:
    """What has become of it: done by whom, ended, put off, or in another's hands."""
    if row["state"] == "done":
        return ctx.say("task.done", who=acted_for(ctx, row["done_by"], row["done_for"]), when=ctx.when(row["done_at"]))
    if row["state"] == "ended":
        return ctx.say("task.ended")
    if row["staff_id"] != ctx.actor.id:
        return ctx.say("task.holder", who=_name(ctx, row["staff_id"]) or ctx.say("task.nobody"))
    return ctx.say("task.until", when=ctx.when(row["snoozed_until"])) if _put_off(ctx, row) else ""


def tasks_card(ctx: CardContext) -> Card:
    """The tasks as they are now, numbered as they were when the list was asked for."""
    mine, free = ctx.params.get("mine", []), ctx.params.get("free", [])
    reviews = ctx.params.get("reviews", [])
    if not mine and not free and not reviews:
        return Card(text=ctx.say("task.none"), kind="tasks")
    lines = [_line(ctx, n, task_id) for n, task_id in enumerate(mine, start=1)]
    if ctx.params["more"]:
        lines.append(ctx.say("task.more", n=ctx.params["more"]))
    if free:
        lines.append(ctx.say("task.free"))
        lines += [_line(ctx, n, task_id) for n, task_id in enumerate(free, start=len(mine) + 1)]
    lines += _reviews(ctx, reviews, len(mine) + len(free))
    title = ctx.say("task.list", n=len(mine) + ctx.params["more"])
    return Card(title=title, text="\n".join(lines), buttons=buttons_of(ctx), kind="tasks")


def overdue(ctx: CardContext) -> Card:
    """Tasks and cases whose limit has passed, as they are now."""
    tasks, cases = ctx.params.get("tasks", []), ctx.params.get("cases", [])
    if not tasks and not cases:
        return Card(text=ctx.say("task.none_late"), kind="overdue")
    lines = [_line(ctx, n, task_id, named=True) for n, task_id in enumerate(tasks, start=1)]
    for case_id in cases:
        row = ctx.lookup.peek(case, case_id)
        if row is not None and ctx.house.policy.may(ctx.actor, "case.read", of_case(row)):
            view = case_view(ctx.lookup, ctx.house.catalogue, case_id)
            parts = [row["number"], ctx.word(view.stage.name), view.owner["name"] if view.owner else ""]
            lines.append(" · ".join([*(part for part in parts if part), ctx.when(row["due"])]))
    lines += _reviews(ctx, ctx.params.get("reviews", []), len(tasks), named=True)
    return Card(title=ctx.say("task.late_title"), text="\n".join(lines), buttons=buttons_of(ctx), kind="overdue")


def _reviews(ctx: CardContext, rows: list[list[int]], before: int, *, named: bool = False) -> list[str]:
    """The reviews that are put off, as they are now: item, version, case, until when, and by whom where that counts."""
    lines = [ctx.say("task.reviews_later")] if rows else []
    for n, (version_id, staff_id) in enumerate(rows, start=before + 1):
        view = document_view(ctx.lookup, ctx.house.catalogue, version_id)
        until = put_off_until(ctx.lookup, version_id, staff_id, ctx.now)
        parts = [f"{n}. {ctx.word(view.item.name)} v{view.version['n']}", view.case.row["number"]]
        parts.append(_name(ctx, staff_id) if named else "")
        parts.append("" if until is None else ctx.say("task.until", when=ctx.when(until)))
        lines.append(" · ".join(part for part in parts if part))
    return lines


def _line(ctx: CardContext, n: int, task_id: int, *, named: bool = False) -> str:
    """Number, mark, title, case, limit, and whose it is where that is in question."""
    row = ctx.lookup.peek(task_table, task_id)
    if row is None:
        return f"{n}."
    there = ctx.lookup.peek(case, row["case_id"])
    mark = ctx.say("task.mark_late") if _late(ctx, row) else ""
    parts = [ctx.word(row["title"]), "" if there is None else there["number"], ctx.when(row["due"])]
    parts.append(_name(ctx, row["staff_id"]) if named else "")
    state = "" if row["state"] == "open" and named else state_of(ctx, row)
    return " · ".join(part for part in (f"{n}. {mark}{parts[0]}", *parts[1:], state) if part)


def _late(ctx: CardContext, row: Row) -> bool:
    return row["state"] == "open" and row["due"] is not None and bool(row["due"] <= ctx.now)


def _put_off(ctx: CardContext, row: Row) -> bool:
    return row["snoozed_until"] is not None and bool(row["snoozed_until"] > ctx.now)


def _name(ctx: CardContext, staff_id: int | None) -> str:
    member = None if staff_id is None else ctx.lookup.peek(staff, staff_id)
    return "" if member is None else str(member["name"])
