"""Whether a visitor is a client or staff, which language he reads, and which pictures he may see."""

from datetime import datetime

from starlette.requests import Request

from adapters.webchat.channel import NAME
from adapters.webchat.verify import Visitor
from core.bus.bus import Bus
from core.bus.deed import SYSTEM, Cause
from core.cases.tables import document_file, document_version
from core.clients import service as clients
from core.clients.tables import client
from core.commands.people import Language, SetClientLanguage, SetStaffLanguage
from core.commands.work import RedrawCard
from core.conversations.tables import conversation
from core.engine.access import Actor
from core.kit.ids import new_id
from core.ledger import buttons
from core.staff import service as staff_room
from core.staff.tables import staff
from core.store.reading import Lookup
from core.store.unit import UnitOfWork
from core.wiring.subjects import version_subject


def actor_of(lookup: Lookup, visitor: Visitor, now: datetime | None = None) -> Actor | None:
    """The person behind a visitor, if he is known; with a moment also those for whom he stands in then."""
    mine = staff_room.identity_of(lookup, NAME, visitor.account, visitor.visitor)
    if mine is not None:
        member: int = mine["staff_id"]
        return staff_room.actor_of(lookup, member) if now is None else staff_room.actor_at(lookup, member, now)
    identity = clients.identity_of(lookup, NAME, visitor.account, visitor.visitor)
    return None if identity is None else Actor(kind="client", id=identity["client_id"])


def person_at(lookup: Lookup, visitor: Visitor) -> str:
    actor = actor_of(lookup, visitor)
    return "client" if actor is None else actor.kind


def language_of(lookup: Lookup, visitor: Visitor, request: Request) -> str:
    """The person's own language, else the chat's, else what the browser asks for."""
    actor = actor_of(lookup, visitor)
    if actor is not None:
        row = lookup.peek(staff if actor.kind == "staff" else client, actor.id)
        if row is not None:
            return str(row["language"])
    chat = lookup.first(conversation, key=f"{NAME}:{visitor.account}:{visitor.chat}")
    if chat is not None:
        return str(chat["language"])
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh-CN"


def set_language(uow: UnitOfWork, bus: Bus, visitor: Visitor, language: Language) -> None:
    """For the person everywhere; a stranger's choice stays with the chat."""
    actor = actor_of(uow, visitor)
    cause = Cause(actor or Actor(kind="client", id=0), "chat", new_id(), NAME)
    if actor is not None and actor.kind == "staff":
        bus.execute(uow, SetStaffLanguage(staff_id=actor.id, language=language), cause)
    elif actor is not None:
        bus.execute(uow, SetClientLanguage(client_id=actor.id, language=language), cause)
    chat = uow.first(conversation, key=f"{NAME}:{visitor.account}:{visitor.chat}")
    if chat is not None:
        uow.change(conversation, chat["id"], language=language)


def open_cards(lookup: Lookup, visitor: Visitor) -> list[str]:
    """Keys of the newest cards that still have a button for this person."""
    actor = actor_of(lookup, visitor)
    return [] if actor is None else buttons.open_cards(lookup, actor)


def redraw(uow: UnitOfWork, bus: Bus, cards: list[str]) -> None:
    """Draw them anew, as after a change of language: who has to press must be able to read."""
    for card in cards:
        bus.execute(uow, RedrawCard(card=card), Cause(SYSTEM, "chat", new_id(), NAME))


def may_see(lookup: Lookup, bus: Bus, visitor: Visitor, file_id: int, now: datetime) -> bool:
    """Whoever may read the case's documents, or decides on this one, may see its preview."""
    actor = actor_of(lookup, visitor, now)
    version, further = lookup.first(document_version, file_id=file_id), lookup.first(document_file, file_id=file_id)
    version_id = version["id"] if version is not None else None if further is None else further["version_id"]
    if actor is None or version_id is None:
        return False
    subject = version_subject(lookup, version_id)
    return subject is not None and bus.wiring.policy.may(actor, "document.read", subject)
