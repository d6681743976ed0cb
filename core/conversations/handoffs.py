"""Handlers of a chat that a person has instead of the bot: asked for, taken over, passed on, given back."""

from datetime import datetime

from core.bus.deed import Deed
from core.clients.contact import contacted
from core.commands.handoffs import (
    CallStaff,
    EscalateHandoff,
    FreeHandoff,
    GiveBack,
    PassHandoff,
    PassToPerson,
    SayInChat,
    SendFileInChat,
    TakeOver,
)
from core.commands.work import AskHuman
from core.conversations.gag import refuse_unasked
from core.conversations.reach import address_of
from core.conversations.tables import conversation, handoff
from core.engine.calendar import Span
from core.events.handoffs import (
    ClientWrote,
    FileSentInChat,
    HandoffEnded,
    HandoffFreed,
    HandoffOverdue,
    HandoffTaken,
    HumanAsked,
    SaidInChat,
)
from core.files.tables import file
from core.files.verdicts import OK
from core.kit.errors import AlreadyDecided, NotFound, NotPossibleNow, Stale
from core.ledger import outbox, timers
from core.staff.delegation import refuse_oneself
from core.staff.service import actor_at
from core.staff.tables import staff
from core.store.reading import Lookup
from core.store.sealing import Row

PATIENCE = Span.parse("30min")  # of working time, until more people are called
MOST_STEPS = 2  # how often more people are called


def ask_human(command: AskHuman, deed: Deed) -> int:
    """The bot falls silent in this chat. Returns the handoff's id; asking again while one is open changes nothing."""
    chat = deed.uow.get(conversation, command.conversation_id)
    there = open_handoff(deed.uow, chat["id"])
    if there is not None:
        return int(there["id"])
    deed.uow.change(conversation, chat["id"], mode="human")
    row = deed.uow.add(
        handoff,
        conversation_id=chat["id"],
        case_id=chat["case_id"],
        client_id=chat["client_id"],
        reason=command.reason,
        called=[],
        asked_at=deed.now,
        active_at=deed.now,
    )
    _plan_escalation(row, deed)
    deed.emit(
        HumanAsked(
            case_id=row["case_id"],
            handoff_id=row["id"],
            conversation_id=chat["id"],
            client_id=row["client_id"],
            reason=command.reason,
        )
    )
    return int(row["id"])


def call_staff(command: CallStaff, deed: Deed) -> None:
    """From now on these members reach the chat as well; telling them is the caller's business."""
    row = deed.uow.get(handoff, command.handoff_id)
    deed.uow.change(handoff, row["id"], called=_with(row, *command.staff_ids))


def take_over(command: TakeOver, deed: Deed) -> None:
    """Also from the colleague for whom the actor stands in, and it stays that one's: only he is called to it.
    Raises AlreadyDecided with who and when, Stale when it has ended."""
    row, actor = deed.uow.get(handoff, command.handoff_id), deed.actor
    if row["state"] == "held" and row["holder_id"] == actor.id:
        deed.uow.change(handoff, row["id"], active_at=deed.now)
        return
    before = actor.behalf if row["state"] == "held" and row["holder_id"] == actor.behalf else None
    free = {"state": "waiting"} if before is None else {"state": "held", "holder_id": before}
    mine = {"holder_id": actor.id, "taken_at": deed.now, "active_at": deed.now, "called": _with(row, actor.person)}
    if not deed.uow.settle(handoff, row["id"], free, state="held", **mine):
        raise _too_late(deed.uow.get(handoff, row["id"]))
    timers.cancel_key(deed.uow, _timer(row["id"]))
    deed.emit(_taken(row, actor.id, before=before))


def may_hold(deed: Deed, staff_id: int, handoff_id: int) -> bool:
    """Whether this member may have the chat at this moment, by himself or for somebody."""
    actor, subject = actor_at(deed.uow, staff_id, deed.now), deed.wiring.subjects["handoff"](deed.uow, handoff_id)
    return actor is not None and subject is not None and deed.wiring.policy.may(actor, TakeOver.permission, subject)


def free_handoff(command: FreeHandoff, deed: Deed) -> None:
    """Nothing happens to a chat that nobody holds, or whose holder still may."""
    row = deed.uow.get(handoff, command.handoff_id)
    if row["state"] != "held" or may_hold(deed, row["holder_id"], row["id"]):
        return
    told = {"handoff_id": row["id"], "client_id": row["client_id"], "staff_id": row["holder_id"]}
    deed.uow.change(handoff, row["id"], state="waiting", holder_id=None, taken_at=None, escalated=0)
    _plan_escalation(row, deed)
    deed.emit(HandoffFreed(case_id=row["case_id"], **told))


def pass_handoff(command: PassHandoff, deed: Deed) -> None:
    """Raises NotFound for somebody who is not there any more, NotAllowed for a deputy who would make it his own;
    NotPossibleNow, AlreadyDecided, Stale as say_in_chat."""
    row = _held(command.handoff_id, deed)
    refuse_oneself(deed.actor, command.staff_id)
    if not deed.uow.get(staff, command.staff_id)["active"]:
        raise NotFound(thing="staff", id=command.staff_id)
    his = {"holder_id": command.staff_id, "called": _with(row, command.staff_id)}
    deed.uow.change(handoff, row["id"], **his, taken_at=deed.now, active_at=deed.now)
    deed.emit(_taken(row, command.staff_id, before=deed.actor.id))


def say_in_chat(command: SayInChat, deed: Deed) -> None:
    """Raises NotPossibleNow while nobody holds the chat or a stage with a gag lets nobody begin, AlreadyDecided when
    another holds it, Stale when it has ended."""
    row = _held(command.handoff_id, deed)
    refuse_unasked(deed, row)
    _tell(row, "said", {}, {"text": command.text}, deed)
    said = SaidInChat(case_id=row["case_id"], handoff_id=row["id"], staff_id=deed.actor.id, text=command.text)
    deed.emit(said)
    contacted(deed, row["client_id"], "said")


def send_file_in_chat(command: SendFileInChat, deed: Deed) -> None:
    """What staff have sent and the checks have let pass. Raises NotFound for any other file; else as say_in_chat."""
    row, kept = _held(command.handoff_id, deed), deed.uow.get(file, command.file_id)
    if kept["client_id"] is not None or kept["inspection"]["verdict"] != OK:
        raise NotFound(thing="file", id=kept["id"])
    refuse_unasked(deed, row)
    _tell(row, "said_file", {"file": kept["id"], "client": row["client_id"]}, {"text": command.text}, deed)
    told = {"staff_id": deed.actor.id, "file_id": kept["id"], "name": kept["name"]}
    deed.emit(FileSentInChat(case_id=row["case_id"], handoff_id=row["id"], **told))
    contacted(deed, row["client_id"], "file")


def _tell(row: Row, kind: str, subject: dict[str, int], params: dict[str, str], deed: Deed) -> None:
    """To the client, as the actor's own words."""
    deed.uow.change(handoff, row["id"], active_at=deed.now)
    chat = deed.uow.get(conversation, row["conversation_id"])
    notice = {"kind": kind, "subject": {**subject, "staff": deed.actor.id}, "params": params, "tokens": []}
    told = {"conversation_id": chat["id"], "case_id": row["case_id"]}
    outbox.append(deed.uow, address_of(chat), ("client", row["client_id"]), notice, **told)


def pass_to_person(command: PassToPerson, deed: Deed) -> None:
    """Raises NotPossibleNow when no person has the chat."""
    row = open_handoff(deed.uow, command.conversation_id)
    if row is None:
        raise NotPossibleNow(reason="handoff_over")
    wrote = ClientWrote(case_id=row["case_id"], handoff_id=row["id"], client_id=row["client_id"], text=command.text)
    deed.emit(wrote)


def give_back(command: GiveBack, deed: Deed) -> None:
    """By the holder or by the client. Raises as say_in_chat."""
    row = deed.uow.get(handoff, command.handoff_id)
    by_client = deed.actor.kind == "client"
    if not by_client:
        row = _held(command.handoff_id, deed)
    elif row["state"] == "ended":
        raise Stale(reason="handoff_over")
    deed.uow.change(handoff, row["id"], state="ended", ended_at=deed.now)
    deed.uow.change(conversation, row["conversation_id"], mode="bot", misunderstood=0)
    timers.cancel_key(deed.uow, _timer(row["id"]))
    deed.emit(
        HandoffEnded(
            case_id=row["case_id"],
            handoff_id=row["id"],
            client_id=row["client_id"],
            staff_id=row["holder_id"],
            by_client=by_client,
        )
    )


def escalate(command: EscalateHandoff, deed: Deed) -> None:
    """A timer's command: whoever has taken the chat over meanwhile makes it a no-op."""
    row = deed.uow.get(handoff, command.handoff_id)
    if row["state"] != "waiting":
        return
    step = row["escalated"] + 1
    deed.uow.change(handoff, row["id"], escalated=step)
    deed.emit(HandoffOverdue(case_id=row["case_id"], handoff_id=row["id"], client_id=row["client_id"], step=step))
    if step < MOST_STEPS:
        _plan_escalation(row, deed)


def open_handoff(lookup: Lookup, conversation_id: int) -> Row | None:
    """The one that waits or is held in this chat."""
    for state in ("held", "waiting"):
        found = lookup.first(handoff, conversation_id=conversation_id, state=state)
        if found is not None:
            return found
    return None


def held_by(lookup: Lookup, staff_id: int) -> list[Row]:
    """The chats that this member holds, the one that he writes in now first."""
    return sorted(lookup.find(handoff, holder_id=staff_id, state="held"), key=_active, reverse=True)


def _active(row: Row) -> tuple[datetime, int]:
    return row["active_at"], row["id"]


def _held(handoff_id: int, deed: Deed) -> Row:
    row = deed.uow.get(handoff, handoff_id)
    if row["state"] == "held" and row["holder_id"] == deed.actor.id:
        return row
    if row["state"] == "waiting":
        raise NotPossibleNow(reason="handoff_waits")
    raise _too_late(row)


def _too_late(row: Row) -> AlreadyDecided | Stale:
    if row["state"] == "ended":
        return Stale(reason="handoff_over")
    return taken(row)


def taken(row: Row) -> AlreadyDecided:
    """Who has this chat, and since when."""
    return AlreadyDecided(reason="taken", who_kind="staff", who=row["holder_id"], when=row["taken_at"])


def _with(row: Row, *people: int) -> list[int]:
    """Those who were called, and these."""
    return list(dict.fromkeys([*row["called"], *people]))


def _taken(row: Row, staff_id: int, before: int | None = None) -> HandoffTaken:
    return HandoffTaken(
        case_id=row["case_id"], handoff_id=row["id"], client_id=row["client_id"], staff_id=staff_id, before=before
    )


def _timer(handoff_id: int) -> str:
    return f"handoff:{handoff_id}"


def _plan_escalation(row: Row, deed: Deed) -> None:
    """In the house's first calendar: a chat may belong to no case and so to no flow."""
    calendar = deed.tool("calendars").office(deed.uow)
    due = calendar.add(deed.now, PATIENCE)
    command = EscalateHandoff(handoff_id=row["id"])
    timers.plan(deed.uow, _timer(row["id"]), due, command, case_id=row["case_id"], scope="handoff")
