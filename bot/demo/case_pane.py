"""The third pane of the demo: the case as JSON, in the language of the page, with a hint what to do next."""

from datetime import datetime
from typing import Any

from bot.cards.context import CardContext, House
from bot.cards.event_words import event_words, who_words
from bot.demo.people import ACCOUNT, CLIENT, STAFF
from core.cases.checklist import proofs_of
from core.cases.tables import case
from core.clients.service import identity_of
from core.contracts.tables import contract
from core.engine.access import Actor
from core.engine.flow import Item
from core.store.reading import Lookup
from core.views.case_view import CaseView, case_view
from core.views.checklist_view import ItemView, checklist, waiting_for_client
from core.views.timeline import timeline

HINTS: dict[str, tuple[str, str, str]] = {
    # what -> (seat, Chinese, English)
    "contract": ("consultant", "在员工手机(顾问)上确认定金到账,再让合同生效。", "On the consultant's phone: confirm the deposit, then make the contract effective."),
    "signed": ("consultant", "在员工手机(顾问)上点“开始收集材料”。", "On the consultant's phone: start collecting."),
    "send": ("client", "在客户手机上发送一张照片或 PDF:{item}。", "On the client's phone: send a photo or PDF for “{item}”."),
    "review": ("reviewer", "在员工手机(复核)上查看预览,勾选核对项后通过或退回。", "On the reviewer's phone: look at the preview, tick what must be checked, approve or reject."),
    "prepare": ("copywriter", "在员工手机(文案)上逐项勾选,然后提交内部复核。", "On the copywriter's phone: tick each point, then hand in for review."),
    "internal": ("reviewer", "在员工手机(复核)上通过内部复核(经办人不能自己复核)。", "On the reviewer's phone: pass the internal review (the preparer cannot)."),
    "receipt": ("consultant", "在员工手机(顾问)上传受理回执,说明写:案 {number} {item}。", "On the consultant's phone: upload the receipt with the caption: case {number} {item}"),
    "file": ("consultant", "在员工手机(顾问)上点“递交”。", "On the consultant's phone: confirm the filing."),
    "tracking": ("consultant", "在员工手机(顾问)上更新进度,或登记结果:获签、补料、拒签。", "On the consultant's phone: update the state, or record the result."),
    "after": ("consultant", "已获签!在员工手机(顾问)上进入后续服务。", "Granted! On the consultant's phone: go on to after-service."),
    "done": ("", "案件已办结。", "The case is closed."),
}  # fmt: skip


def case_json(house: House, lookup: Lookup, language: str, now: datetime) -> dict[str, Any] | None:
    """The newest case of the demo's client; before there is one, only the hint."""
    found = identity_of(lookup, "webchat", ACCOUNT, CLIENT.visitor)
    row = None if found is None else lookup.first(case, case.c.client_id == found["client_id"], order=case.c.id.desc())
    if row is None:
        drafted = found is not None and lookup.first(contract, contract.c.client_id == found["client_id"]) is not None
        return {"number": "", **_hint("contract", language)} if drafted else None
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
                "text": event_words(ctx, view.compiled.flow, each),
                "kind": each.type,
            }
            for each in timeline(lookup, row["id"], limit=80)
        ],
        **next_step(ctx, view, rows),
    }


def next_step(ctx: CardContext, view: CaseView, rows: list[ItemView]) -> dict[str, str]:
    """Which phone, and what to do on it."""
    stage, waiting = view.row["stage"], waiting_for_client(rows)
    if view.row["state"] == "closed":
        return _hint("done", ctx.language)
    if stage in ("collect", "result") and view.row["substate"] in (None, "supplement"):
        if any(each.row["status"] == "submitted" for each in rows):
            return _hint("review", ctx.language)
        if waiting:
            return _hint("send", ctx.language, item=ctx.word(waiting[0].item.name))
    if stage == "filed":
        proof = _open_proof(ctx, view)
        if proof is not None:
            return _hint("receipt", ctx.language, number=view.row["number"], item=ctx.word(proof.name))
        return _hint("file", ctx.language)
    known = {"signed": "signed", "prepare": "prepare", "review": "internal", "tracking": "tracking", "result": "after"}
    return _hint(known.get(stage, "after"), ctx.language)


def _open_proof(ctx: CardContext, view: CaseView) -> Item | None:
    """A proof that nobody has uploaded yet."""
    there = proofs_of(ctx.lookup, view.row)
    return next((each for each in view.compiled.flow.items if each.proof and each.key not in there), None)


def _hint(what: str, language: str, **params: str) -> dict[str, str]:
    seat, chinese, english = HINTS[what]
    words = english if language == "en" else chinese
    for name, value in params.items():
        words = words.replace("{" + name + "}", value)
    return {"hint": words, "hint_seat": seat}


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
