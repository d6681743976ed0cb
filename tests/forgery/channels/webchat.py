"""The web chat under fire: a cookie, or the widget's header, says who speaks; what he says is his own."""

import asyncio
import json
from dataclasses import replace
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, unquote

from adapters.webchat import upload as upload_module
from adapters.webchat.verify import COOKIE, digest_of
from core.channel.inbound import Address, ButtonPress, FileRef, Inbound, InboundMessage
from tests.forgery.description import Captured, Event, Meaning, Parser
from tests.forgery.forms import Handed, handed_in
from tests.forgery.judge import event_of
from tests.forgery.people import HOST, JSON, ORIGIN, end_session, minted, sit_down, two_clients
from tests.forgery.sent import Part, Sent, deliver, form_of
from tests.forgery.site import MOST, ForgeSite

MARKER: Final = "MARKER-OF-THE-BODY"
DOOR: Final = "webchat:web"
WORDS: Final = {"words": "messages", "sticker": "messages", "press": "presses", "widget": "messages"}
OTHERS: Final = "WORDS-OF-ANOTHER-VISITOR"
CONTENT: Final = b"not really a picture, and never opened here: " + bytes(range(256))


class Webchat:
    """See ChannelUnderFire."""

    folder = "webchat"
    signed = False
    kinds = ("words", "press", "file", "sticker", "widget", "language", "session", "read")
    again = ("words", "press", "file", "sticker", "widget", "session")
    late: ClassVar[dict[int, int]] = {}  # a session is good for 30 days; what was said in it is known for good
    proof = (b"cookie", b"x-banli-visitor", b"origin", b"host")
    most = MOST + upload_module.OVERHEAD
    parsers = (Parser(json, "loads"), Parser(upload_module._Parser, "parse"))

    def __init__(self, site: ForgeSite) -> None:
        self.site = site
        self.me, self.other = two_clients(site)
        self._framed = _framed(site)
        self._owners = {self.me.secret: self.me.visitor, self.other.secret: self.other.visitor, **dict([self._framed])}
        self._gone, _ = sit_down(site)
        end_session(site, self._gone)
        with_words = json.dumps({"id": "others-words", "text": OTHERS}).encode()
        hers = self._post("messages", with_words).having(b"cookie", self.other.cookie)
        assert asyncio.run(deliver(site.app, hers)).status == 202
        site.rest()

    def capture(self, kind: str, number: int) -> Captured:
        name, secret = f"{kind}-{number:08}", (self.me.secret.encode(),)
        if kind in ("session", "language", "read"):
            hidden = () if kind == "session" else (*secret, OTHERS.encode())
            return Captured(kind, self._other_request(kind, number), (), hidden)
        if kind == "file":
            parts = (Part("id", name.encode()), Part("caption", MARKER.encode()), Part("album", b"a1"),
                     Part("file", CONTENT + name.encode(), "护照.jpg", "image/jpeg"))  # fmt: skip
            sent = form_of(self._post("files", b""), parts)
            said = _file(self._who(self.me.visitor), "护照.jpg", "image/jpeg", len(CONTENT) + len(name), MARKER, "a1")
            return Captured(kind, sent, (self._event(self.me.visitor, name, said, parts[3].content),), secret)
        body = {"words": {"text": f"{MARKER} 你好 {number}"}, "sticker": {"kind": "sticker"},
                "press": {"token": f"{MARKER}{number:04}", "message": f"n{number}"}, "widget": {"text": MARKER},
                }[kind] | {"id": name}  # fmt: skip
        sent = self._post(WORDS[kind], json.dumps(body, ensure_ascii=number % 2 == 0).encode())
        visitor = self.me.visitor
        if kind == "widget":
            secret, visitor = (self._framed[0].encode(),), self._framed[1]
            path = b"/chat/widget/api/messages"
            sent = replace(sent.having(b"cookie").having(b"x-banli-visitor", *secret), path=path)
        return Captured(kind, sent, (self._event(visitor, name, self._read(visitor, WORDS[kind], body)),), secret)

    def meant(self, number: int) -> Captured:
        """A button that only he may press."""
        token, name = minted(self.site, "webchat", "web", self.me.visitor, number), f"meant-{number:08}"
        sent = self._post("presses", json.dumps({"id": name, "token": token, "message": "n1"}).encode())
        said = ButtonPress(**self._who(self.me.visitor), token=token, message_id="n1")
        return Captured("meant", sent, (self._event(self.me.visitor, name, said),))

    def _other_request(self, kind: str, number: int) -> Sent:
        if kind == "language":
            return self._post("language", json.dumps({"language": ("en", "zh-CN")[number % 2]}).encode())
        if kind == "session":
            return replace(self._post("session", b""), query=b"lang=en")
        headers = (HOST, (b"cookie", self.me.cookie))
        return Sent("GET", b"/chat/me/api/" + (b"messages", b"files/1")[number % 2], query=b"after=0", headers=headers)

    def _post(self, name: str, body: bytes) -> Sent:
        headers = (HOST, ORIGIN, JSON, (b"cookie", self.me.cookie), (b"accept-language", b"zh-CN"))
        return Sent("POST", f"/chat/me/api/{name}".encode(), headers=headers, body=body)

    def others(self, captured: Captured, number: int) -> list[tuple[str, Sent]]:
        mine, other = self.me.secret, self.other.secret
        stolen = {
            "none": "", "another visitor's": other, "a visitor's id": self.me.visitor,
            "another visitor's id": self.other.visitor, "the digest": digest_of(mine).hex(),
            "half and half": mine[:22] + other[22:], "a prefix": mine[:-1], "longer": mine + "A", "twice": mine + mine,
            "swapped case": mine.swapcase(), "the client's number": str(self.me.client_id), "null": "null",
            "%00": "%00", "quoted": f'"{mine}"', "like": "%", "or": "' OR 1=1 --", "a demo seat": "demo-reviewer",
        }  # fmt: skip
        made = [(f"secret: {word}", self._proven(captured, value)) for word, value in stolen.items()]
        both = f"{COOKIE}={other}; {COOKIE}={mine}".encode()
        made += [("two cookies", captured.sent.having(b"cookie", both)), ("over", self._proven(captured, self._gone))]
        seats = (b"me", b"widget", b"reviewer", b"client", b"..", b"%2e%2e", b"%00", "é".encode())
        made += [(f"seat {seat!r}", replace(captured.sent, path=_seated(captured.sent.path, seat))) for seat in seats]
        if captured.kind == "read":  # with the other's whole secret it is the other who reads
            made = [each for each in made if other.encode() not in b"".join(each[1].values(b"cookie"))]
        return made

    def _proven(self, captured: Captured, secret: str) -> Sent:
        if captured.kind == "widget":
            return captured.sent.having(b"x-banli-visitor", secret.encode())
        return captured.sent.having(b"cookie", f"{COOKIE}={secret}".encode())

    def meanings(self, captured: Captured, sent: Sent, kept: Meaning) -> bool:
        """One event of somebody whose secret is there, which says what the body says; or a greeting of somebody new."""
        if len(kept) != 1:
            return False
        [event], name = kept, unquote(sent.path.decode()).rsplit("/", 1)[-1]
        fields, speaker = dict(event.said), event.id.split(":")[0]
        if name == "session":
            fresh = speaker not in self._owners.values() and speaker.startswith("visitor-")
            told = (fields["type"], fields.get("event"), fields.get("payload"))
            code = dict(parse_qsl(sent.query.decode("latin-1"), errors="replace")).get("code", "")[:40]
            return told == ("contact", "entered", code) and (fresh or speaker in self._speakers(sent))
        if speaker not in self._speakers(sent) or event.chat != f"{DOOR}:{speaker}" or fields["sender"] != speaker:
            return False
        if name == "files":
            return handed_in(event, sent, Handed(id=event.id.partition(":")[2]))
        body = _strictly(sent.body)
        if body is None or not isinstance(body.get("id"), str):
            return False
        return event == self._event(speaker, body["id"], self._read(speaker, name, body))

    def _speakers(self, sent: Sent) -> set[str]:
        """Everybody whose whole secret the request brings along."""
        brought = set(sent.values(b"x-banli-visitor"))
        for line in sent.values(b"cookie"):
            brought |= {each.partition(b"=")[2].strip(b' "') for each in line.split(b";")}
        return {who for secret, who in self._owners.items() if secret.encode() in brought}

    def _who(self, visitor: str) -> dict[str, Any]:
        return {"address": Address(channel="webchat", account="web", chat=visitor), "sender": visitor}

    def _read(self, visitor: str, name: str, body: dict[str, Any]) -> Inbound:
        """What a body says, read without the product's code."""
        told = {key: _plain(value) for key, value in body.items()}
        if name == "presses":
            return ButtonPress(**self._who(visitor), token=told.get("token", ""), message_id=told.get("message", ""))
        return InboundMessage(**self._who(visitor), text=told.get("text", ""), other=told.get("kind", ""))

    def _event(self, visitor: str, delivery: str, said: Inbound, content: bytes | None = None) -> Event:
        return event_of(DOOR, f"{visitor}:{delivery}", f"{DOOR}:{visitor}", said, content)


def _file(who: dict[str, Any], name: str, media_type: str, size: int, text: str, album: str) -> Inbound:
    ref = FileRef(handle="", name=name, media_type=media_type, size=size)
    return InboundMessage(**who, text=text, file=ref, album=album)


def _framed(site: ForgeSite) -> tuple[str, str]:
    """The secret and the visitor of somebody in the widget."""
    return sit_down(site, "widget")


def _seated(path: bytes, seat: bytes) -> bytes:
    parts = path.split(b"/")
    return b"/".join([*parts[:2], seat if seat.isascii() else b"%C3%A9", *parts[3:]])


def _strictly(body: bytes) -> dict[str, Any] | None:
    """The object, or None for what is none or says a name twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            raise ValueError("a name twice")
        return dict(pairs)

    try:
        read = json.loads(body, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _plain(value: Any) -> Any:
    """Without NUL and halves of characters, which nothing can keep."""
    if not isinstance(value, str):
        return value
    return "".join(each for each in value if each != "\x00" and not "\ud800" <= each <= "\udfff")


def fire(site: ForgeSite) -> Webchat:
    return Webchat(site)
