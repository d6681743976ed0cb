"""Buttons: commands waiting for a press. A press is checked here by the server: who, once, and not out of date."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from core.commands.command import Command, from_json, to_json
from core.engine.access import Actor
from core.kit.errors import AlreadyDecided, NotAllowed, NotFound, Stale
from core.kit.ids import new_token
from core.ledger.tables import button
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork

MAX_OPEN = 100  # buttons of one person whose cards are looked for

MOST_ENDED = 1000  # buttons of one person that are looked at when a right of his ends


class Offer(BaseModel):
    """A button to be minted: the waiting command (as JSON), its label (words in both languages, or
    `said(..)`), and who may press."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    command: dict[str, Any]
    label: dict[str, Any]
    style: Literal["primary", "danger", "plain"] = "plain"
    keeps: bool = False
    expires_at: datetime | None = None


def offer(command: Command, label: dict[str, Any], style: Literal["primary", "danger", "plain"] = "plain",
          *, keeps: bool = False) -> dict[str, Any]:  # fmt: skip
    """An Offer as it travels inside a Notify command."""
    return Offer(command=to_json(command), label=label, style=style, keeps=keeps).model_dump(mode="json")


def mint(uow: UnitOfWork, offers: Sequence[Offer], *, card: str, for_kind: str, for_id: int | None,
         case_id: int | None) -> list[str]:  # fmt: skip
    """Make the tokens of one card for one reader."""
    tokens = []
    for each in offers:
        tokens.append(new_token())
        uow.add(
            button,
            token=tokens[-1],
            command=each.command,
            label=each.label,
            style=each.style,
            for_kind=for_kind,
            for_id=for_id,
            case_id=case_id,
            card=card,
            keeps=int(each.keeps),
            expires_at=each.expires_at,
        )
    return tokens


def find(uow: UnitOfWork, token: str) -> Row:
    """The button behind a token. Raises NotFound for a token that was never ours."""
    row = uow.first(button, token=token[:40])
    if row is None:
        raise NotFound(thing="button", reason="button")
    return row


def check_presser(row: Row, actor: Actor) -> None:
    """Raises NotAllowed for somebody for whom this button was not made: the presser counts, not the chat."""
    if row["for_kind"] != actor.kind or (row["for_id"] is not None and row["for_id"] != actor.id):
        raise NotAllowed(reason="foreign_button")


def spend(uow: UnitOfWork, row: Row, actor: Actor) -> Command:
    """Settle the button for this presser and close the other buttons of its card; true for exactly one press ever.

    Raises AlreadyDecided (with who and when) or Stale when it is spent, closed or expired.
    """
    if row["expires_at"] is not None and row["expires_at"] <= uow.now:
        raise Stale(reason="expired")
    if row["keeps"]:
        if row["state"] != "open":
            raise _too_late(row)
        return from_json(row["command"])
    settled = {"settled_at": uow.now, "settled_kind": actor.kind, "settled_by": actor.id}
    if not uow.settle(button, row["id"], {"state": "open"}, state="spent", **settled):
        current = uow.find(button, id=row["id"])[0]
        raise _too_late(current)
    close_card(uow, row["card"], settled)
    return from_json(row["command"])


def close_card(uow: UnitOfWork, card: str, settled: dict[str, Any] | None = None) -> None:
    """No button of this card can be pressed any more."""
    uow.update_where(button, button.c.card == card, button.c.state == "open", state="closed", **(settled or {}))


def readers(lookup: Lookup, card: str) -> set[tuple[str, int | None]]:
    """Kinds and ids of the people who have an open button of this card."""
    return {(row["for_kind"], row["for_id"]) for row in lookup.find(button, card=card, state="open")}


def open_to(lookup: Lookup, staff_id: int) -> dict[str, list[Command]]:
    """The newest open buttons of a member of staff: what they offer, by the key of their card."""
    mine = (button.c.for_kind == "staff", button.c.for_id == staff_id, button.c.state == "open")
    found: dict[str, list[Command]] = {}
    for row in lookup.find(button, *mine, order=button.c.id.desc(), limit=MOST_ENDED):
        found.setdefault(row["card"], []).append(from_json(row["command"]))
    return found


def close_copy(uow: UnitOfWork, card: str, staff_id: int) -> None:
    """This member of staff can press no button of this card any more; others can."""
    his = (button.c.for_kind == "staff", button.c.for_id == staff_id)
    uow.update_where(button, button.c.card == card, button.c.state == "open", *his, state="closed")


def open_cards(lookup: Lookup, actor: Actor) -> list[str]:
    """Keys of the newest cards that still have a button for this person."""
    mine = (button.c.for_kind == actor.kind, button.c.for_id == actor.id, button.c.state == "open")
    rows = lookup.find(button, *mine, order=button.c.id.desc(), limit=MAX_OPEN)
    return sorted({row["card"] for row in rows})


def _too_late(row: Row) -> AlreadyDecided | Stale:
    if row["settled_by"] is None:
        return Stale(reason="replaced")
    return AlreadyDecided(who_kind=row["settled_kind"], who=row["settled_by"], when=row["settled_at"])
