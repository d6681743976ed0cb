"""The third pane of the demo: the case as JSON, in the language of the page, with a hint what to do next."""

from datetime import datetime
from typing import Any

from bot.cards.context import CardContext, House
from bot.cards.event_words import event_words, who_words
from bot.demo.hints import case_hint, contract_hint
from bot.demo.people import ACCOUNT, CLIENT
from core.cases.tables import case
from core.clients.service import identity_of
from core.engine.access import Actor
from core.store.reading import Lookup
from core.views.case_view import CaseView, case_view
from core.views.checklist_view import ItemView, checklist
from core.views.timeline import timeline


def case_json(house: House, lookup: Lookup, language: str, now: datetime) -> dict[str, Any] | None:
    """The newest case of the demo's client; before there is one, only the hint."""
    found = identity_of(lookup, "webchat", ACCOUNT, CLIENT.visitor)
    row = None if found is None else lookup.first(case, client_id=found["client_id"], order=case.c.id.desc())
    if row is None:
        asked = {} if found is None else contract_hint(house, lookup, found["client_id"], language)
        return {"number": "", **asked} if asked else None
    view = case_view(lookup, house.catalogue, row["id"])
    ctx = CardContext(house, lookup, Actor("client", row["client_id"]), language, {"case": row["id"]}, {}, (), now)
    rows = checklist(lookup, view.compiled, row["id"])
    return {
        "number": row["number"],
        "flow": ctx.word(view.compiled.flow.name),
        "client": view.client["name"],
        "status": row["state"],
        "percent": view.percent,
        "stages": [_stage(ctx, mark) for mark in view.stages],
        "substate": ctx.word(view.substate) if view.substate is not None else _internal(ctx, view),
        "waiting_on": view.shown.waiting_on,
        "items": [_item(ctx, each) for each in rows],
        "timeline": [
            {
                "at": each.at.isoformat(),
                "who": who_words(ctx, each),
                "text": event_words(ctx, view, each),
                "kind": each.type,
            }
            for each in timeline(lookup, row["id"], limit=80)
            if each.type != "StageLeft"  # the next one that is entered says the same
        ],
        **case_hint(ctx, view, rows),
    }


def _stage(ctx: CardContext, mark: Any) -> dict[str, Any]:
    return {
        "key": mark.stage.key,
        "name": ctx.word(mark.stage.name),
        "state": mark.state,
        "since": None if mark.since is None else mark.since.isoformat(),
        "internal": False,
    }


def _internal(ctx: CardContext, view: CaseView) -> str:
    """The name of an internal stage, for the pane that shows the case to everybody."""
    return ctx.word(view.stage.name) if view.stage.key != view.shown.key else ""


def _item(ctx: CardContext, each: ItemView) -> dict[str, Any]:
    return {
        "key": each.item.key,
        "name": ctx.word(each.item.name),
        "applicant": "" if each.applicant is None else each.applicant["name"],
        "status": each.row["status"],
        "status_name": ctx.say(f"status.{each.row['status']}"),
        "version": each.row["versions"],
        "required": each.row["required"] or each.row["asked"],
        "group": None if each.group is None else ctx.word(each.group.name),
    }
