"""Who sits at the page: a random secret in a cookie, of which only the digest is kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from starlette.requests import Request

from adapters.webchat.config import WebchatConfig
from adapters.webchat.tables import web_session
from core.kit.errors import NotAllowed, Refusal
from core.kit.ids import new_secret, new_token
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

COOKIE = "banli_chat"
HEADER = "x-banli-visitor"
ME, WIDGET = "me", "widget"  # the seats at which everybody is his own: our page, and a frame in somebody else's


class NotInvited(Refusal):
    """This chat is by invitation: open the link that your adviser has sent you."""

    code, status = "not_invited", 401


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at a seat of the page."""

    seat: str
    account: str
    visitor: str

    @property
    def chat(self) -> str:
        return self.visitor


def digest_of(secret: str) -> bytes:
    """SHA-256 of 256 random bits: no slow hash is needed."""
    return hashlib.sha256(secret.encode()).digest()


def open_session(uow: UnitOfWork, config: WebchatConfig, seat: str, known: str | None) -> tuple[str, Visitor]:
    """The secret for the cookie and whose it is. A seat with a fixed visitor is his; at "me" everybody is his own."""
    if seat in config.seats:
        visitor = config.seats[seat]
    elif config.open and (seat == ME or (seat == WIDGET and config.origins)):
        visitor = "visitor-" + new_token()
    else:
        raise NotInvited
    if known is not None:
        found = uow.first(web_session, digest=digest_of(known))
        if (
            found is not None
            and found["expires_at"] > uow.now
            and (seat in (ME, WIDGET) or found["visitor"] == visitor)
        ):
            return known, Visitor(seat=seat, account=config.account, visitor=found["visitor"])
    secret = new_secret()
    uow.add(
        web_session,
        digest=digest_of(secret),
        account=config.account,
        visitor=visitor,
        created_at=uow.now,
        expires_at=uow.now + config.session,
    )
    return secret, Visitor(seat=seat, account=config.account, visitor=visitor)


def secret_in(request: Request) -> str | None:
    """What the page brings along: a cookie, or from the widget a header, as frames of other sites have no cookies."""
    if request.path_params["seat"] == WIDGET:
        return request.headers.get(HEADER)
    return request.cookies.get(COOKIE)


def session_of(reader: Reader, secret: str, now: datetime) -> Row | None:
    """The session with this secret, unless it has run out."""
    found = reader.first(web_session, digest=digest_of(secret)) if secret else None
    return found if found is not None and found["expires_at"] > now else None


def visitor_of(reader: Reader, request: Request, config: WebchatConfig, now: datetime) -> Visitor:
    """Who sends this request. Raises NotInvited without a valid session, NotAllowed for another site's form."""
    check_origin(request)
    seat = request.path_params["seat"]
    found = session_of(reader, secret_in(request) or "", now)
    if found is None or found["account"] != config.account:
        raise NotInvited
    if seat in config.seats and found["visitor"] != config.seats[seat]:
        raise NotInvited
    return Visitor(seat=seat, account=found["account"], visitor=found["visitor"])


def check_origin(request: Request) -> None:
    """A write from a page of another site is refused, whatever its cookies say."""
    origin = request.headers.get("origin")
    if origin is None or request.method == "GET":
        return
    place = _place(origin)
    if not place or place != request.headers.get("host"):
        raise NotAllowed(reason="origin")


def _place(origin: str) -> str:
    """Host and port; empty for an origin that is no address, such as ``null`` or ``http://[``."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
