"""Who calls: an API key names the member of staff as whom it acts, with the roles that he has at this moment."""

from datetime import datetime

from core.engine.access import Actor
from core.kit.errors import Refusal
from core.staff.service import actor_at, digest_of
from core.staff.tables import api_key
from core.store.reading import Reader


class Unauthenticated(Refusal):
    """Send ``Authorization: Bearer bk_...`` with a key that is not revoked; an admin issues one."""

    code, status = "unauthenticated", 401


def member_of(reader: Reader, authorization: str | None, now: datetime) -> Actor:
    """The member of staff behind an Authorization header. Raises Unauthenticated, always with the same words.

    The key is looked up by its digest, so that no comparison of ours tells by its time how much was right.
    """
    scheme, _, secret = (authorization or "").partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret:
        raise Unauthenticated
    known = reader.first(api_key, api_key.c.digest == digest_of(secret), api_key.c.revoked_at.is_(None))
    actor = None if known is None else actor_at(reader, known["staff_id"], now)
    if actor is None:
        raise Unauthenticated
    return actor
