"""From a row of the outbox to the message that is sent: which card, for whom, in which language."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.cards import (
    approval_card,
    case_cards,
    client_cards,
    content_card,
    desk_cards,
    digest_card,
    files_card,
    handoff_cards,
    handover_card,
    held_card,
    lapse_cards,
    late_cards,
    original_card,
    reminder_card,
    staff_cards,
    task_cards,
    upload_card,
)
from bot.cards.buttons import buttons_of
from bot.cards.context import CardContext, House
from core.cases.tables import case
from core.channel.outbound import Card, Link, OutboundMessage, OutFile
from core.clients.tables import client
from core.conversations.reach import GATEWAYS
from core.conversations.tables import conversation
from core.engine.access import Actor
from core.engine.text import Words
from core.files.links import Parcel
from core.files.tables import file
from core.files.verdicts import OK
from core.staff.service import actor_at
from core.staff.tables import staff
from core.store.reading import Lookup
from core.store.sealing import Row

Builder = Callable[[CardContext], Card]


def _say(ctx: CardContext) -> Card:
    """A sentence of the bot; parameters that are words in both languages come out in the reader's."""
    params = {name: ctx.plain(value) for name, value in ctx.params.get("params", {}).items()}
    return Card(text=ctx.say(ctx.params["key"], **params), buttons=buttons_of(ctx), kind="say")


def _said(ctx: CardContext) -> Card:
    return Card(text=str(ctx.params["text"]), kind="said")


def _said_file(ctx: CardContext) -> Card:
    """A person's file: its name and his words; the link is for a channel that cannot send the file itself."""
    kept = ctx.lookup.peek(file, ctx.subject["file"])
    if kept is None:
        return Card(text=ctx.say("refusal.not_found"), kind="said")
    url = ctx.house.sent_links.link(Parcel(ctx.subject["client"], kept["id"]), ctx.now)
    lines = [ctx.say("handoff.file", name=kept["name"]), str(ctx.params["text"])]
    text, label = "\n".join(filter(None, lines)), ctx.say("handoff.file_link")
    return Card(text=text, link=Link(url=url, label=label), footer=ctx.say("handoff.file_valid"), kind="said")


def _webhook(ctx: CardContext) -> Card:
    """For a program, not a person: the body as it was written down, under the id of the delivery."""
    return Card(title=ctx.params["delivery"], text=ctx.params["body"], kind="webhook")


BUILDERS: Mapping[str, Mapping[str, Builder]] = {
    "client": {
        "say": _say,
        "said": _said,
        "said_file": _said_file,
        "message": client_cards.message,
        "stage": client_cards.stage,
        "substate": client_cards.substate,
        "your_turn": client_cards.your_turn,
        "progress": client_cards.progress,
        "checklist": client_cards.checklist_card,
        "list_changed": client_cards.list_changed,
        "item": client_cards.item,
        "approved": client_cards.approved,
        "rework": client_cards.rework,
        "reopened": client_cards.reopened,
        "lapsed": lapse_cards.lapsed,
        "restored": lapse_cards.restored,
        "differs": lapse_cards.differs,
        "survey": client_cards.survey,
        "files": files_card.files_card,
        "upload_link": upload_card.upload_link,
        "dialog": desk_cards.dialog,
        "content": content_card.content,
        "reminder": reminder_card.reminder,
        "webhook": _webhook,
    },
    "staff": {
        "say": _say,
        "contract": staff_cards.contract,
        "stage_work": staff_cards.stage_work,
        "approval": approval_card.approval_card,
        "review": staff_cards.review,
        "reasons": staff_cards.reasons,
        "original": original_card.original,
        "handoff": handoff_cards.called,
        "handover": handover_card.handover,
        "handoff_held": handoff_cards.held,
        "client_wrote": handoff_cards.client_wrote,
        "task": task_cards.task,
        "late_task": late_cards.late_task,
        "late_review": late_cards.late_review,
        "held_file": held_card.held_file,
        "paper": lapse_cards.paper,
        "about_client": staff_cards.about_client,
        "message": staff_cards.message,
        "board": desk_cards.board_card,
        "tasks": task_cards.tasks_card,
        "overdue": task_cards.overdue,
        "digest": digest_card.digest,
        "case": case_cards.case_card,
        "found": case_cards.found,
        "batch": case_cards.batch,
        "handed_over": case_cards.handed_over,
        "dialog": desk_cards.dialog,
    },
}
"""Notice kind -> card, for each kind of reader. A client can never be sent a staff card: there is no builder for it."""


def render(house: House, lookup: Lookup, row: Row, now: datetime) -> OutboundMessage:
    """The message of an outbox row as it looks now. Raises KeyError for a notice that this reader has no card for."""
    kind, person_id, notice = row["person_kind"], row["person_id"], row["notice"]
    house.catch_up(lookup, now)
    ctx = CardContext(
        house=house,
        lookup=lookup,
        actor=_reader(lookup, kind, person_id, now),
        language=_language(lookup, row),
        subject=notice["subject"],
        params=notice["params"],
        tokens=tuple(notice["tokens"]),
        now=now,
        flow_texts=_flow_texts(house, lookup, notice),
        outside=row["channel"] in GATEWAYS,
    )
    card = BUILDERS[kind][notice["kind"]](ctx)
    by_person = notice["kind"] in ("said", "said_file")
    sender_name = _sender_name(lookup, notice) if by_person else ""
    return OutboundMessage(
        card=card,
        sender="person" if by_person else "bot",
        sender_name=sender_name,
        file=_file(lookup, notice) if notice["kind"] == "said_file" else None,
        idempotency_key=str(row["id"]),
    )


def _flow_texts(house: House, lookup: Lookup, notice: Mapping[str, Any]) -> Mapping[str, Words]:
    """Of the case that the card is about, or that the chat was about when this was said."""
    there = lookup.peek(case, notice["subject"].get("case") or notice.get("about") or 0)
    return {} if there is None else house.catalogue.compiled(lookup, there["flow_version_id"]).flow.texts


def _file(lookup: Lookup, notice: Mapping[str, Any]) -> OutFile | None:
    kept = lookup.peek(file, notice["subject"]["file"])
    if kept is None or kept["inspection"]["verdict"] != OK:
        return None
    return OutFile(handle=kept["handle"], name=kept["name"], media_type=kept["media_type"], size=kept["size"])


def _reader(lookup: Lookup, kind: str, person_id: int, now: datetime) -> Actor:
    if kind == "staff":
        found = actor_at(lookup, person_id, now)
        return found if found is not None else Actor(kind="staff", id=person_id)
    return Actor(kind="client", id=person_id)


def _language(lookup: Lookup, row: Row) -> str:
    """The person's language; of somebody unknown, the language of the chat."""
    person = lookup.peek(staff if row["person_kind"] == "staff" else client, row["person_id"])
    if person is None and row["conversation_id"] is not None:
        person = lookup.peek(conversation, row["conversation_id"])
    return "zh-CN" if person is None else str(person["language"])


def _sender_name(lookup: Lookup, notice: Mapping[str, Any]) -> str:
    member = lookup.peek(staff, notice["subject"].get("staff", 0))
    return "" if member is None else str(member["name"])
