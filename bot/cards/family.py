"""A case among its own on cards: its parent, and its children with where each of them is."""

from collections.abc import Mapping
from typing import Any

from bot.cards.context import CardContext
from core.cases.past import stage_once
from core.cases.tables import case
from core.kit.errors import NotFound
from core.store.sealing import Row
from core.views.case_view import CaseView
from core.views.family import parent_of, relatives
from core.wiring.subjects import of_case


def parent_words(ctx: CardContext, row: Row) -> str:
    """The number of the case that started this one, for whoever may see that one."""
    parent = parent_of(ctx.lookup, row)
    return "" if parent is None or not _may(ctx, parent) else str(parent["number"])


def children_lines(ctx: CardContext, row: Row) -> list[str]:
    """For staff: number, what it is, where it truly is; those that the reader may see."""
    lines = []
    for each in relatives(ctx.lookup, ctx.house.catalogue, ctx.house.tables, row):
        if _may(ctx, each.row):
            words = [ctx.word(each.stage.name), ctx.word(each.substate)]
            stage = " · ".join(part for part in words if part)
            lines.append(
                ctx.say("children.line", number=each.row["number"], child=each.called(ctx.language), stage=stage)
            )
    return lines


def shown_lines(ctx: CardContext, row: Row) -> list[str]:
    """For the client: what each child is, and the stage that he sees."""
    return [
        ctx.say(
            "children.mine",
            number=each.row["number"],
            child=each.called(ctx.language),
            stage=ctx.word(each.shown.name) if each.row["state"] == "open" else ctx.say("children.closed"),
        )
        for each in relatives(ctx.lookup, ctx.house.catalogue, ctx.house.tables, row)
    ]


def which_case(ctx: CardContext) -> list[str]:
    """What a client's child case is, and for what: he has several of them. Nothing for any other case."""
    parent, row = parent_of(ctx.lookup, ctx.case().row), ctx.case().row
    there = [] if parent is None else relatives(ctx.lookup, ctx.house.catalogue, ctx.house.tables, parent)
    return [f"【{each.called(ctx.language)}】" for each in there if each.row["id"] == row["id"]]


def child_words(ctx: CardContext, view: CaseView, data: Mapping[str, Any]) -> dict[str, object]:
    """What an event about a child says: the child's own stage and sub-status in its own flow's words."""
    spec, child = view.compiled.flow.child(data["child"]), ctx.lookup.peek(case, data["child_id"])
    words = {"child": data["child"] if spec is None else ctx.word(spec.name), "outcome": data.get("outcome") or "—"}
    if "stage" in data and child is not None:
        try:
            stage = stage_once(ctx.lookup, ctx.house.catalogue, child, data["stage"])[1]
        except NotFound:
            return {**words, "stage": data["stage"], "substate": ""}
        names = {each.key: each.name for each in stage.substates}
        words |= {"stage": ctx.word(stage.name), "substate": ctx.word(names.get(data.get("substate") or ""))}
    return words


def _may(ctx: CardContext, row: Row) -> bool:
    return ctx.house.policy.may(ctx.actor, "case.read", of_case(row))
