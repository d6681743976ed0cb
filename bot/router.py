"""The router: one ordered table; the first row that fits answers, if its reader is allowed to."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.dialogs import (
    account,
    approving,
    batch,
    bursts,
    case_desk,
    client_facts,
    client_steps,
    collect,
    commands,
    consent,
    delegating,
    desk,
    digests,
    form,
    hand_over,
    handoff,
    handovers,
    invited,
    others,
    pauses,
    promotion,
    reminders,
    replies,
    send_back,
    services,
    staff_files,
    survey,
    task_desk,
    undo,
    uploads,
)
from bot.dialogs.press import press
from bot.turn import Turn
from core.channel.inbound import ButtonPress, ContactEvent, FileArrived, InboundMessage
from core.conversations.tables import conversation
from core.kit.errors import NotAllowed
from core.ledger import audit

PUBLIC = "public"
"""The permission of a row that anybody may use, strangers too: it shows nothing that belongs to anybody."""


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table. A press carries its own permission: the one of the command that waits in its button."""

    name: str
    permission: str
    fits: Callable[[Turn], bool]
    answer: Callable[[Turn], None]


def _client(turn: Turn) -> bool:
    return turn.actor.kind == "client" and turn.actor.id != 0


def _staff(turn: Turn) -> bool:
    return turn.actor.kind == "staff"


def _words(turn: Turn) -> bool:
    return isinstance(turn.inbound, InboundMessage) and bool(turn.text) and turn.inbound.file is None


def _file(turn: Turn) -> bool:
    return isinstance(turn.inbound, InboundMessage) and turn.inbound.file is not None


def _arrived(turn: Turn) -> bool:
    return isinstance(turn.inbound, FileArrived)


def _command(name: str) -> Callable[[Turn], bool]:
    return lambda turn: _words(turn) and commands.said(turn, name)


def _of_client(name: str) -> Callable[[Turn], bool]:
    return lambda turn: _client(turn) and _words(turn) and commands.said(turn, name)


def _of_staff(name: str) -> Callable[[Turn], bool]:
    return lambda turn: _staff(turn) and _words(turn) and commands.said(turn, name)


def _says(pattern: re.Pattern[str]) -> Callable[[Turn], bool]:
    """Words of a member of staff that have this form."""
    return lambda turn: _staff(turn) and _words(turn) and pattern.fullmatch(turn.text) is not None


def _of_client_says(pattern: re.Pattern[str]) -> Callable[[Turn], bool]:
    """Words of a client that have this form."""
    return lambda turn: _client(turn) and _words(turn) and pattern.fullmatch(turn.text) is not None


def _with_a_person(turn: Turn) -> bool:
    """What he says there goes to the person, a voice note too; files are collected as ever."""
    return (
        _client(turn)
        and isinstance(turn.inbound, InboundMessage)
        and turn.inbound.file is None
        and turn.chat["mode"] == "human"
    )


def _asked(kind: str) -> Callable[[Turn], bool]:
    """Words of a member of staff in whose chat a question of this kind is open."""
    return lambda turn: _staff(turn) and _words(turn) and turn.dialog.get("kind") == kind


def _answers_facts(turn: Turn) -> bool:
    """Words of a client who was asked about his case, unless they name a step that his case offers."""
    asked = _client(turn) and _words(turn) and turn.chat["mode"] == "bot" and client_facts.waits(turn)
    return asked and client_steps.named(turn) is None


def _holds(turn: Turn) -> bool:
    return _staff(turn) and _words(turn) and handoff.held(turn) is not None


def _not_understood_again(turn: Turn) -> bool:
    return _client(turn) and turn.chat["misunderstood"] >= handoff.MOST_MISUNDERSTOOD - 1


TABLE: tuple[Route, ...] = (
    Route("press", PUBLIC, lambda turn: isinstance(turn.inbound, ButtonPress), press),
    Route("invited", PUBLIC, lambda turn: invited.code_of(turn) != "", invited.ask),
    Route("account", PUBLIC, lambda turn: _words(turn) and account.is_asked(turn), account.tell),
    Route("contact", PUBLIC, lambda turn: isinstance(turn.inbound, ContactEvent), others.contact),
    Route("staff file in", "document.submit", lambda t: _staff(t) and _arrived(t), staff_files.bind),
    Route("file in", "document.submit", lambda t: _client(t) and _arrived(t), collect.bind),
    Route("file by a page", "document.submit", uploads.cannot_come, uploads.instead),
    Route("file before consent", "client.consent", lambda t: _file(t) and consent.missing(t), consent.hold),
    Route("file", "document.submit", lambda t: (_client(t) or _staff(t)) and _file(t), collect.acknowledge),
    Route("board", "case.read", lambda t: _staff(t) and t.text.lower() in desk.BOARD, desk.board),
    Route("tasks", "task.complete", lambda t: _staff(t) and t.text.lower() in desk.TASKS, task_desk.tasks),
    Route("case", "case.read", lambda t: _staff(t) and desk.CASE.match(t.text) is not None, case_desk.one_case),
    Route("reply", "conversation.say", lambda t: _staff(t) and desk.REPLY.match(t.text) is not None, desk.reply),
    Route("reject", "document.review", lambda t: _staff(t) and desk.REJECT.match(t.text) is not None, desk.reject),
    Route("overdue", "task.complete", lambda t: _staff(t) and t.text.lower() in task_desk.OVERDUE, task_desk.overdue),
    Route("batch", "document.review", lambda t: _staff(t) and t.text.lower() in batch.BATCH, batch.batch),
    Route("find", "case.read", _says(case_desk.FIND), case_desk.find),
    Route("tag", "client.tag", _says(case_desk.TAG), case_desk.tag),
    Route("untag", "client.tag", _says(case_desk.UNTAG), case_desk.untag),
    Route("hand over", "case.hand_over", _says(hand_over.HAND_OVER), hand_over.by_words),
    Route("send back", "case.advance", _says(send_back.SEND_BACK), send_back.by_words),
    Route("approvals", "approval.vote", lambda t: _staff(t) and t.text.lower() in approving.MINE, approving.mine),
    Route("add service", "task.create", _says(services.SERVICES), services.by_words),
    Route("delegate", "staff.delegate", _says(delegating.DELEGATE), delegating.by_words),
    Route("digest", "staff.digest", _says(digests.WORDS), digests.choose),
    Route("staff help", "staff.language", _of_staff("help"), desk.help_),
    Route("staff language", "staff.language", _of_staff("language"), desk.language),
    Route(
        "staff form",
        "case.advance",
        lambda t: _staff(t) and _words(t) and t.dialog.get("kind") in ("form", "date"),
        form.answer,
    ),
    Route("remark", "case.advance", _asked(send_back.KIND), send_back.answer),
    Route("vote", "approval.vote", _asked(approving.VOTE), approving.answer_vote),
    Route("override", "approval.override", _asked(approving.OVERRIDE), approving.answer_override),
    Route("return", "case.advance", _asked(handovers.KIND), handovers.answer),
    Route(
        "days",
        "staff.delegate",
        lambda t: _staff(t) and _words(t) and t.dialog.get("kind") == delegating.KIND,
        delegating.answer,
    ),
    Route(
        "staff answer",
        "case.write",
        lambda t: _staff(t) and _words(t) and t.dialog.get("kind") in case_desk.KINDS,
        case_desk.answer,
    ),
    Route("note", "case.note", lambda t: _holds(t) and handoff.NOTE.match(t.text) is not None, handoff.note),
    Route("give back", "conversation.end", lambda t: _holds(t) and t.text.lower() in handoff.END, handoff.give_back),
    Route("relay", "conversation.say", lambda t: _holds(t) and not t.text.startswith("/"), handoff.relay),
    Route("progress", "case.read", _of_client("progress"), commands.progress),
    Route("documents", "document.read", _of_client("documents"), commands.documents),
    Route("fill in", "case.fill", _of_client("fill"), client_facts.by_words),
    Route("human", "conversation.ask_human", _of_client("human"), handoff.human),
    Route("rating", "survey.answer", _of_client_says(survey.RATING), survey.by_words),
    Route("data", "client.data", lambda t: _client(t) and t.text.lower() in consent.RIGHTS, consent.data_right),
    Route(
        "promotion",
        "client.promotion",
        lambda t: _client(t) and _words(t) and promotion.wanted(t) is not None,
        promotion.settle,
    ),
    Route("remind later", "client.snooze", _of_client_says(reminders.LATER), reminders.later),
    Route(
        "upload link",
        "document.submit",
        lambda t: _client(t) and _words(t) and t.text.lower() in uploads.WORDS,
        uploads.ask,
    ),
    Route("undo", "document.submit", lambda t: _client(t) and _words(t) and t.text.lower() in undo.WORDS, undo.undo),
    Route(
        "change",
        "document.read",
        lambda t: _client(t) and _words(t) and undo.CHANGE.fullmatch(t.text) is not None,
        undo.change,
    ),
    Route("help", PUBLIC, _command("help"), commands.help_),
    Route("facts", "case.fill", _answers_facts, client_facts.answer),
    Route("language", PUBLIC, _command("language"), commands.language),
    Route(
        "client step",
        "case.answer",
        lambda t: _client(t) and _words(t) and t.chat["mode"] == "bot" and client_steps.named(t) is not None,
        client_steps.by_words,
    ),
    Route(
        "client reason",
        "case.answer",
        lambda t: _client(t) and _words(t) and t.dialog.get("kind") == client_steps.KIND,
        client_steps.answer,
    ),
    Route(
        "number",
        "document.read",
        lambda t: _client(t) and _words(t) and t.chat["mode"] == "bot" and commands.is_number(t),
        commands.choose_item,
    ),
    Route("back", "conversation.end", lambda t: _with_a_person(t) and t.text.lower() in handoff.BACK, handoff.back),
    Route("with a person", "conversation.ask_human", _with_a_person, handoff.pass_on),
    Route("angry", "conversation.ask_human", lambda t: _client(t) and _words(t) and handoff.is_angry(t), handoff.angry),
    Route("other kind", PUBLIC, lambda turn: not _words(turn) and not _file(turn), others.other_kind),
    Route("stranger", PUBLIC, lambda turn: turn.actor.id == 0, others.greet),
    Route("not understood again", "conversation.ask_human", _not_understood_again, handoff.misunderstood),
    Route("not understood", PUBLIC, lambda turn: True, others.not_understood),
)


def check_table(known: frozenset[str]) -> None:
    """Raises RuntimeError for a row whose permission nobody is ever granted: default is no, told at start-up."""
    loose = [route.name for route in TABLE if route.permission != PUBLIC and route.permission not in known]
    if loose:
        raise RuntimeError(f"routes without a known permission: {', '.join(loose)}")


def route(turn: Turn) -> str:
    """Answer one turn. Returns the name of the row that answered."""
    if _client(turn) and isinstance(turn.inbound, InboundMessage | ButtonPress):
        replies.heard(turn)
    if _client(turn) and _words(turn):
        bursts.end(turn)
    if _client(turn):
        pauses.heard(turn)
    for row in TABLE:
        if not row.fits(turn):
            continue
        if row.permission != PUBLIC and not turn.house.policy.may(turn.actor, row.permission):
            _not_allowed(turn, row)
            return row.name
        row.answer(turn)
        if consent.due(turn):
            consent.ask_once(turn)
        if row.name != "not understood" and turn.chat["misunderstood"]:
            turn.uow.change(conversation, turn.chat["id"], misunderstood=0)
        return row.name
    raise AssertionError("the last row fits everything")


def _not_allowed(turn: Turn, row: Route) -> None:
    cause, refusal = turn.cause, NotAllowed(permission=row.permission)
    audit.note(turn.uow, cause.actor, cause.door, row.permission, correlation=cause.correlation, refused=refusal.code)
    turn.refuse(refusal)
