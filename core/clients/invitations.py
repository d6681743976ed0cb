"""Invitations: a code of eight characters, usable once, of which only a keyed digest is kept."""

import hmac
import secrets
from datetime import timedelta

from core.bus.deed import Deed
from core.clients.service import bind_client_identity, identity_of
from core.clients.tables import client, client_identity, invitation, wrong_code
from core.commands.identity import ConfirmInvitation, DeclineInvitation, InviteClient, ProveInvitation
from core.commands.people import BindClientIdentity
from core.events.people import ClientBound, ClientInvited, InvitationDeclined
from core.kit.errors import NotAllowed, NotFound, Stale, TooOften
from core.store.sealing import Row
from core.store.unit import UnitOfWork

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without I, L, O, 0 and 1, which look alike
LENGTH = 8
LIFETIME = timedelta(days=7)
WRONG_TRIES = 5  # of one chat within an hour
HOUR = timedelta(hours=1)
ACCOUNT_TRIES = 2_500  # of all chats of one account of a channel within SHORT: whoever opens many chats to guess in
HOUSE_TRIES = 4_000  # of all accounts together within SHORT
SHORT = timedelta(minutes=10)
"""Whoever reaches one of the two keeps everybody from binding, at that account or in this house, for as long as he
goes on; therefore they are high. 2,500 wrong codes take 500 chats, and the web chat lets one address open 420 in ten
minutes; whoever has many addresses, or has collected chats for hours, can still do it. And they are low enough: there
are 31 ** 8 = 8.5e11 codes, and 4,000 in ten minutes are 2.1e8 a year; so one of 100 open codes is guessed once in 40
years on average, one of 1,000 once in four, by somebody who goes on day and night."""


def invite_client(command: InviteClient, deed: Deed) -> str:
    """Returns the code, which is kept nowhere here; an open invitation of this client ends."""
    for older in deed.uow.find(invitation, client_id=command.client_id, state="open"):
        deed.uow.change(invitation, older["id"], state="replaced")
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    deed.uow.add(
        invitation,
        client_id=command.client_id,
        digest=_digest(deed.uow, code),
        made_by=deed.actor.id,
        made_at=deed.now,
        expires_at=deed.now + LIFETIME,
    )
    deed.emit(ClientInvited(client_id=command.client_id, staff_id=deed.actor.id))
    return code


def prove_invitation(command: ProveInvitation, deed: Deed) -> int | None:
    """The invitation's id, None for a code that opens nothing. Raises TooOften after too many wrong ones."""
    uow = deed.uow
    uow.need("wrong codes")  # guesses in many chats at once are counted one after the other
    _check_tries(command, deed)
    row = _of_code(uow, command.code)
    if row is None or not _opens(row, deed):
        uow.add(wrong_code, chat=command.chat, account=command.account, at=deed.now)
        return None
    return int(row["id"])


def _check_tries(command: ProveInvitation, deed: Deed) -> None:
    """Raises TooOften: for this chat, or because others guess."""
    mine = [row for row in deed.uow.find(wrong_code, chat=command.chat) if row["at"] > deed.now - HOUR]
    if len(mine) >= WRONG_TRIES:
        raise TooOften(reason="code")
    everybody = deed.uow.find(wrong_code, wrong_code.c.at > deed.now - SHORT, limit=HOUSE_TRIES)
    account = [row for row in everybody if row["account"] == command.account]
    if len(everybody) >= HOUSE_TRIES or len(account) >= ACCOUNT_TRIES:
        raise TooOften(reason="codes")


def confirm_invitation(command: ConfirmInvitation, deed: Deed) -> int:
    """Returns the client's id. Raises Stale for a code that was used meanwhile, NotAllowed for somebody known."""
    row = _claimed(command.invitation_id, "used", deed)
    binding = BindClientIdentity(
        client_id=row["client_id"],
        channel=command.channel,
        account=command.account,
        external_id=command.external_id,
    )
    bind_client_identity(binding, deed)
    account = identity_of(deed.uow, command.channel, command.account, command.external_id)
    if account is not None:
        deed.uow.change(client_identity, account["id"], invited=True)  # a record for people; no code asks for it
    deed.emit(ClientBound(client_id=row["client_id"], channel=command.channel))
    return int(row["client_id"])


def decline_invitation(command: DeclineInvitation, deed: Deed) -> None:
    """Raises as confirm_invitation."""
    row = _claimed(command.invitation_id, "declined", deed)
    deed.emit(InvitationDeclined(client_id=row["client_id"], staff_id=row["made_by"]))


def _claimed(invitation_id: int, state: str, deed: Deed) -> Row:
    """Settle the invitation, for exactly one caller."""
    if deed.actor.kind != "client" or deed.actor.id != 0:
        raise NotAllowed(permission=ConfirmInvitation.permission)
    row = deed.uow.peek(invitation, invitation_id)
    if row is None:
        raise NotFound(thing="invitation")
    if not _opens(row, deed) or not deed.uow.settle(invitation, row["id"], {"state": "open"}, state=state):
        raise Stale(reason="expired")
    deed.uow.change(invitation, row["id"], used_at=deed.now)
    return row


def _opens(row: Row, deed: Deed) -> bool:
    known = deed.uow.peek(client, row["client_id"]) is not None
    return known and row["state"] == "open" and bool(row["expires_at"] > deed.now)


def _digest(uow: UnitOfWork, code: str) -> bytes:
    return uow.pending.sealing.vault.blind_index("invitation.code", bare(code))


def _of_code(uow: UnitOfWork, code: str) -> Row | None:
    """The invitation of this code, whichever key was the primary one when it was made."""
    for digest in uow.pending.sealing.vault.blind_candidates("invitation.code", bare(code)):
        row = uow.first(invitation, digest=digest)
        if row is not None and hmac.compare_digest(row["digest"], digest):
            return row
    return None


def bare(code: str) -> str:
    """A code as it was made, however it was typed."""
    return "".join(each for each in code.upper() if each.isascii() and each.isalnum())
