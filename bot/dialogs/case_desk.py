"""A case in the hands of staff: its card with buttons, finding, tags, and a talk taken down in three answers."""

import re
from typing import Any

from bot.dialogs.cancelled import cancelled
from bot.dialogs.children import child_offers
from bot.dialogs.desk import CASE, NUMBER, reachable
from bot.dialogs.pressed import After, Pressed
from bot.turn import Turn
from core.cases.consultations import ANSWERS
from core.cases.sending_back import earlier
from core.cases.services import templates
from core.cases.tables import case
from core.clients.consent import answer_of
from core.clients.tags import tags_of
from core.commands.approvals import OfferOverride
from core.commands.children import StartChild
from core.commands.command import Command
from core.commands.desk import AskWords, OfferHandOver, RecordConsultation, ShowCase, ShowSteps, TagClient, UntagClient
from core.commands.identity import InviteClient, RecordPaperConsent
from core.commands.sending_back import OfferSendBack
from core.commands.services import OfferServices
from core.kit.words import as_is, said
from core.ledger.buttons import offer
from core.reactions.stages import DECIDE
from core.store.locks import case_key
from core.store.sealing import Row
from core.views.finding import Search
from core.wiring.subjects import client_subject, of_case

FIND = re.compile(r"/?(?:找|查找|find)[\s:：]+(?P<words>.{1,200})", re.IGNORECASE | re.DOTALL)
TAG = re.compile(rf"/?(?:标签|tag)\s+{NUMBER}\s+(?P<tag>.+)", re.IGNORECASE | re.DOTALL)
UNTAG = re.compile(rf"/?(?:去标签|untag)\s+{NUMBER}\s+(?P<tag>.+)", re.IGNORECASE | re.DOTALL)
KINDS = ("tag", "consultation")
"""Kinds of open dialogs that words answer here."""
LONGEST = 4000

_STEPS = said("button.steps")
_TAG = said("button.tags")
_HAND_OVER = said("button.hand_over")
_INVITE = said("button.invite")
_SEND_BACK = said("button.send_back")
_PAPER = said("button.paper_consent")
_SERVICE = said("button.add_service")
_TALK = said("button.talk")


def one_case(turn: Turn) -> None:
    """案 V-2026-0001"""
    row = reachable(turn, CASE)
    if row is not None:
        show_case(turn, row)


def show_case(turn: Turn, row: Row) -> None:
    """Everything about the case, with a button for each thing that this person may do here."""
    policy, actor, subject = turn.house.policy, turn.actor, of_case(row)
    offers = []
    if row["state"] == "open" and policy.may(actor, ShowSteps.permission, subject):
        offers.append(offer(ShowSteps(case_id=row["id"]), _STEPS, "primary", keeps=True))
    if policy.may(actor, "case.write", subject):
        offers.append(offer(AskWords(case_id=row["id"], what="consultation"), _TALK, keeps=True))
        if policy.may(actor, "client.tag", client_subject(turn.uow, row["client_id"])):
            offers.append(offer(AskWords(case_id=row["id"], what="tag"), _TAG, keeps=True))
    team = set(row["team"].values())
    givers = policy.acting(actor, OfferHandOver.permission, subject)  # he, and those for whom he stands in
    his = policy.may(actor, "case.assign", subject) or any(each.people & team for each in givers)
    if givers and his and row["state"] == "open":
        offers.append(offer(OfferHandOver(case_id=row["id"]), _HAND_OVER, keeps=True))
    compiled = turn.house.catalogue.compiled(turn.uow, row["flow_version_id"])
    if any(earlier(compiled, row, each.roles) for each in policy.acting(actor, OfferSendBack.permission, subject)):
        offers.append(offer(OfferSendBack(case_id=row["id"], stage=row["stage"]), _SEND_BACK, keeps=True))
    if policy.may(actor, StartChild.permission, subject):
        offers += child_offers(turn, row, compiled.flow)
    approval = compiled.flow.stage(row["stage"]).approval if row["state"] == "open" else None
    deciders = policy.acting(actor, OfferOverride.permission, subject) if approval is not None else []
    if approval is not None and any(each.roles & set(approval.override) for each in deciders):
        offers.append(offer(OfferOverride(case_id=row["id"], stage=row["stage"]), DECIDE, keeps=True))
    serves = row["state"] == "open" and policy.may(actor, OfferServices.permission, subject)
    if serves and templates(turn.uow, compiled):
        offers.append(offer(OfferServices(case_id=row["id"]), _SERVICE, keeps=True))
    offers += _about_client(turn, row["client_id"])
    turn.reply("case", {"case": row["id"]}, offers=offers)


def _about_client(turn: Turn, client_id: int) -> list[dict[str, Any]]:
    """Inviting him; and noting that he has signed on paper, as long as there is no consent."""
    policy, actor, subject = turn.house.policy, turn.actor, client_subject(turn.uow, client_id)
    offers = []
    if policy.may(actor, InviteClient.permission, subject):
        offers.append(offer(InviteClient(client_id=client_id), _INVITE, keeps=True))
    if policy.may(actor, RecordPaperConsent.permission, subject) and answer_of(turn.uow, client_id) is not True:
        today = turn.uow.now.astimezone(turn.house.zone).date()
        offers.append(offer(RecordPaperConsent(client_id=client_id, signed_on=today), _PAPER))
    return offers


def find(turn: Turn) -> None:
    """找 词 / find word / find tag:word: at most ten cases, each with a button that shows it."""
    match = FIND.fullmatch(turn.text)
    words = "" if match is None else match["words"].strip()
    vault = turn.uow.pending.sealing.vault
    found = Search(turn.uow, turn.actor, turn.house.policy, of_case, client_subject, vault).find(words)
    offers = [offer(ShowCase(case_id=row["id"]), as_is(row["number"]), keeps=True) for row in found.cases]
    for n, person in enumerate(found.clients, start=1):
        if turn.house.policy.may(turn.actor, InviteClient.permission, client_subject(turn.uow, person["id"])):
            offers.append(offer(InviteClient(client_id=person["id"]), said("button.nth_invite", n=n), keeps=True))
    ids, people = [row["id"] for row in found.cases], [row["id"] for row in found.clients]
    params = {"words": words, "cases": ids, "clients": people, "more": found.more, "unseen": list(found.unseen)}
    turn.reply("found", params=params, offers=offers)


def tag(turn: Turn) -> None:
    """标签 V-2026-0001 加急办理"""
    _tag_by_words(turn, TAG, put_on=True)


def untag(turn: Turn) -> None:
    """去标签 V-2026-0001 加急办理"""
    _tag_by_words(turn, UNTAG, put_on=False)


def _tag_by_words(turn: Turn, pattern: re.Pattern[str], *, put_on: bool) -> None:
    row, match = reachable(turn, pattern), pattern.fullmatch(turn.text)
    if row is not None and match is not None:
        _tag(turn, row, match["tag"], put_on=put_on)


def answer(turn: Turn) -> None:
    """The words of a member of staff answer what was asked in his chat: a tag, or the next part of a talk."""
    dialog = turn.dialog
    if cancelled(turn):
        return
    turn.uow.need(case_key(dialog["case"]))
    if dialog["kind"] == "tag":
        turn.ask(None)
        row = turn.uow.get(case, dialog["case"])
        off = turn.text[:1] in ("-", "－", "—")
        _tag(turn, row, turn.text[1:] if off else turn.text, put_on=not off)
    else:
        _consult(turn, dialog)


def _tag(turn: Turn, row: Row, words: str, *, put_on: bool) -> None:
    """Raises nothing: a refusal is told."""
    command: Command
    if put_on:
        command = TagClient(client_id=row["client_id"], tag=words[:200])
    else:
        command = UntagClient(client_id=row["client_id"], tag=words[:200])
    if _done(turn, command):
        turn.say("desk.tagged" if put_on else "desk.untagged", number=row["number"], tag=words.strip())


def _consult(turn: Turn, dialog: dict[str, Any]) -> None:
    if len(turn.text) > LONGEST:
        turn.say("form.bad", problem=said("form.too_long", most=LONGEST))
        return
    answers = [*dialog["answers"], turn.text]
    if len(answers) < len(ANSWERS):
        following = {**dialog, "answers": answers}
        turn.ask(following)
        turn.reply("dialog", {"case": dialog["case"]}, following)
        return
    turn.ask(None)
    if _done(turn, RecordConsultation(case_id=dialog["case"], **dict(zip(ANSWERS, answers, strict=True)))):
        turn.say("desk.recorded", number=turn.uow.get(case, dialog["case"])["number"])


def _done(turn: Turn, command: Command) -> bool:
    """Whether it was carried out; a refusal is told."""
    _, refusal = turn.bus.attempt(turn.uow, command, turn.cause)
    if refusal is not None:
        turn.refuse(refusal)
    return refusal is None


def _shown(pressed: Pressed) -> None:
    show_case(pressed.turn, pressed.turn.uow.get(case, pressed.command.case_id))


def _signed(pressed: Pressed) -> None:
    pressed.redraw_reply()
    pressed.turn.say("consent.on_paper")


def _asked(pressed: Pressed) -> None:
    """With the question for a tag come the tags that he has, each with a button that takes it off."""
    turn = pressed.turn
    client_id = turn.uow.get(case, pressed.command.case_id)["client_id"]
    tags = tags_of(turn.uow, client_id) if pressed.command.what == "tag" else []
    if tags:
        offers = [offer(UntagClient(client_id=client_id, tag=each), as_is(f"✕ {each}"), keeps=True) for each in tags]
        turn.say("desk.take_off", offers=offers)


def _taken_off(pressed: Pressed) -> None:
    """The question for a tag is answered by that."""
    if pressed.turn.dialog.get("kind") == "tag":
        pressed.turn.ask(None)
    pressed.redraw_reply()
    pressed.turn.say("desk.off", tag=pressed.command.tag)


AFTER: After = {ShowCase: _shown, RecordPaperConsent: _signed, AskWords: _asked, UntagClient: _taken_off}
