"""Keys of the API: issued once, kept as a digest, narrower than their owner where that is said, ended by a person or a
day."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from core.bus.deed import Deed
from core.commands.people import IssueApiKey, RevokeApiKey
from core.kit.errors import Invalid, NotAllowed, Problem
from core.kit.ids import new_secret
from core.staff.tables import api_key, staff
from core.store.reading import Lookup
from core.store.sealing import Row

PREFIX: Final = "bk_"
SHOWN: Final = 10  # characters of a secret by which people know the key
SELDOM: Final = timedelta(minutes=1)  # between two notes of when something was used last


def issue_api_key(command: IssueApiKey, deed: Deed) -> str:
    """Returns the secret, which is kept nowhere: only its digest is. Raises Invalid naming every wrong field, and
    NotAllowed for a key to more than the actor himself may."""
    member, policy = deed.uow.get(staff, command.staff_id), deed.wiring.policy
    if problems := _problems(command, policy.grants, member, deed.now):
        raise Invalid(problems=problems)
    if policy.exceeds(member["roles"], deed.actor, command.scopes):
        raise NotAllowed(reason="more_than_yours")
    secret = PREFIX + new_secret()
    deed.uow.add(
        api_key,
        staff_id=command.staff_id,
        name=command.name,
        prefix=secret[:SHOWN],
        digest=digest_of(secret),
        created_at=deed.now,
        scopes=None if command.scopes is None else sorted(set(command.scopes)),
        expires_at=command.expires_at,
    )
    return secret


def revoke_api_key(command: RevokeApiKey, deed: Deed) -> None:
    """From the next request on. Revoking what is revoked changes nothing."""
    row = deed.uow.get(api_key, command.key_id)
    if row["revoked_at"] is None:
        deed.uow.change(api_key, row["id"], revoked_at=deed.now)


def key_of(lookup: Lookup, secret: str, now: datetime) -> Row | None:
    """The key that still opens; looked up by its digest, so that no comparison of ours tells by its time how much of it
    was right."""
    row = lookup.first(api_key, digest=digest_of(secret), revoked_at=None)
    return None if row is None or (row["expires_at"] is not None and row["expires_at"] <= now) else row


def digest_of(secret: str) -> bytes:
    """SHA-256 of a bearer secret; the secret has 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(secret.encode()).digest()


def _problems(
    command: IssueApiKey, grants: Mapping[str, Mapping[str, object]], member: Row, now: datetime
) -> list[Problem]:
    had = {name for role in member["roles"] for name in grants.get(role, {})}
    problems = [
        Problem(
            f"/scopes/{at}",
            "staff.scope",
            {"zh-CN": f"该员工没有权限“{name}”", "en": f"this member does not have the permission {name!r}"},
        )
        for at, name in enumerate(command.scopes or ())
        if name not in had
    ]
    if command.expires_at is not None and command.expires_at <= now:
        words = {"zh-CN": "到期时间须晚于现在", "en": "must be later than now"}
        problems.append(Problem("/expires_at", "staff.key_end", words))
    return problems
