"""A turn: one inbound thing being answered, inside one unit of work."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.cards.context import House
from core.bus.bus import Bus
from core.bus.deed import Cause
from core.channel.capabilities import Capabilities
from core.channel.inbound import Address, ButtonPress, ContactEvent, FileArrived, InboundMessage
from core.clients.guardians import wards_of
from core.commands.command import Command
from core.conversations.tables import conversation
from core.engine.access import Actor
from core.engine.text import LANGUAGES
from core.kit.errors import Refusal
from core.kit.ids import new_id
from core.kit.words import said
from core.ledger import outbox
from core.ledger.buttons import Offer, mint
from core.staff.tables import staff
from core.store.locks import case_key
from core.store.sealing import Row
from core.store.unit import UnitOfWork
from core.views.case_view import cases_of_client

Arrived = InboundMessage | ButtonPress | ContactEvent | FileArrived


@dataclass(slots=True)
class Turn:
    """What a dialog is given: who, where, what, and how to do and say things. It does no I/O and does not await."""

    house: House
    bus: Bus
    uow: UnitOfWork
    entry_id: int  # inbox id: the correlation of everything that follows
    inbound: Arrived
    chat: Row  # the conversation
    actor: Actor
    capabilities: Capabilities  # of the channel of this chat: what can be said there
    door: Capabilities  # of the channel by which the update came: what can come that way
    replies: list[int] = field(default_factory=list)

    @property
    def cause(self) -> Cause:
        return Cause(actor=self.actor, door="chat", correlation=self.entry_id, channel=self.chat["channel"])

    @property
    def text(self) -> str:
        return self.inbound.text.strip() if isinstance(self.inbound, InboundMessage) else ""

    @property
    def dialog(self) -> dict[str, Any]:
        """What was asked last in this chat."""
        return self.chat["dialog"] or {}

    def do(self, command: Command) -> Any:
        """Carry out a command as the person of this turn. Raises Refusal."""
        return self.bus.execute(self.uow, command, self.cause)

    def attempt(self, command: Command) -> Any:
        """As `do`, but a refusal is told politely. Returns None then."""
        result, refusal = self.bus.attempt(self.uow, command, self.cause)
        if refusal is not None:
            self.refuse(refusal)
        return result

    def reply(
        self,
        kind: str,
        subject: Mapping[str, int] | None = None,
        params: Mapping[str, Any] | None = None,
        offers: Iterable[dict[str, Any]] = (),
        card: str = "",
    ) -> None:
        """Queue an answer to this chat; with `card`, as one more copy of a card that is known by this key."""
        person = (self.actor.kind if self.actor.kind == "staff" else "client", self.actor.id)
        case_id = (subject or {}).get("case")
        card = card or f"reply:{new_id()}"
        minted = [Offer.model_validate(each) for each in offers]
        tokens = mint(self.uow, minted, card=card, for_kind=person[0], for_id=person[1], case_id=case_id)
        notice = {"kind": kind, "subject": dict(subject or {}), "params": dict(params or {}), "tokens": tokens}
        if case_id is None and self.chat["case_id"] is not None:
            notice["about"] = self.chat["case_id"]  # whose flow may say it in its own words
        address = Address(channel=self.chat["channel"], account=self.chat["account"], chat=self.chat["chat"])
        row_id = outbox.append(
            self.uow,
            address,
            person,
            notice,
            conversation_id=self.chat["id"],
            case_id=case_id,
            card=card if tokens else None,
        )
        self.replies.append(row_id)

    def say(self, key: str, offers: Iterable[dict[str, Any]] = (), **params: Any) -> None:
        """Queue one of the bot's sentences."""
        self.reply("say", params={"key": key, "params": params}, offers=offers)

    def refuse(self, refusal: Refusal) -> None:
        """A "no" as a polite sentence."""
        key, params = self.refusal_words(refusal)
        self.say(key, **params)

    def refusal_words(self, refusal: Refusal) -> tuple[str, dict[str, Any]]:
        """Key and parameters of the sentence that says why not."""
        params: dict[str, Any] = dict(refusal.params)
        key = refusal.text_key if self.house.texts.has(refusal.text_key) else f"refusal.{refusal.code}"
        if not self.house.texts.has(key):
            key = "refusal.refused"
        if key == "refusal.not_possible_now" and not params.get("reasons"):
            key = "refusal.not_possible_now.plain"
        params["problems"] = [dict(problem.message) for problem in refusal.problems]
        params["reasons"] = [dict(words) for words in _listed(params.get("reasons"))]
        params["who"], params["when"] = self._who(params), self._when(params)
        if isinstance(params.get("ticks"), list):
            params["ticks"] = [self._in_both(f"check.{each}") for each in params["ticks"]]
        return key, {name: value for name, value in params.items() if _speakable(value)}

    def ask(self, dialog: dict[str, Any] | None) -> None:
        """Remember what was asked, so that the next words find their place; None forgets it."""
        self.uow.change(conversation, self.chat["id"], dialog=dialog)

    def case(self) -> Row | None:
        """The client's case that is talked about, locked: the one of the conversation, else his newest open one."""
        if self.actor.kind != "client" or self.actor.id == 0:
            return None
        rows = cases_of_client(self.uow, self.actor.id)
        if not any(row["state"] == "open" for row in rows):  # a guardian: the case of whom he follows
            rows += [row for ward in wards_of(self.uow, self.actor.id) for row in cases_of_client(self.uow, ward)]
        chosen = [row for row in rows if row["id"] == self.chat["case_id"] and row["state"] == "open"]
        row = next(iter(chosen or [row for row in rows if row["state"] == "open"] or rows), None)
        if row is not None:
            self.uow.need(case_key(row["id"]))
            if self.chat["case_id"] != row["id"]:
                self.uow.change(conversation, self.chat["id"], case_id=row["id"])
        return row

    def _in_both(self, key: str) -> dict[str, str]:
        return {language: self.house.texts.say(language, key) for language in LANGUAGES}

    def _who(self, params: Mapping[str, Any]) -> Any:
        by_staff = params.get("who_kind") == "staff" and params.get("who")
        member = self.uow.peek(staff, params["who"]) if by_staff else None
        if member is not None:
            return member["name"]
        return said("who.system") if params.get("who_kind") in ("system", "staff") else said("who.the_client")

    def _when(self, params: Mapping[str, Any]) -> Any:
        moment = params.get("when")
        """The hour of today, else the day too."""
        if moment is None:
            return ""
        local, today = moment.astimezone(self.house.zone), self.uow.now.astimezone(self.house.zone).date()
        return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d %H:%M}"


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _speakable(value: Any) -> bool:
    """Whether a parameter can be kept in a notice and said."""
    return isinstance(value, str | int | float | list | dict)
