"""Loopback under fire: a webhook whose signature covers everything, for every kind of event."""

import base64
import hmac
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Final

from pydantic import TypeAdapter

from adapters.loopback.channel import LoopbackChannel
from adapters.loopback.webhook import ID, SIGNATURE, TIME
from core.channel.inbound import Address, ButtonPress, ContactEvent, FileRef, Inbound, InboundMessage
from tests.forgery.description import Captured, Meaning, Parser
from tests.forgery.judge import event_of
from tests.forgery.people import HOST, JSON, minted
from tests.forgery.sent import Sent
from tests.forgery.site import HOOKS, OTHER_SECRETS, SECRETS, ForgeSite

MARKER: Final = "MARKER-OF-THE-BODY"
CHAT: Final = Address(channel="loopback", account="test", chat="c-1")
_WHO: Final[dict[str, Any]] = {"address": CHAT, "sender": "c-1"}
SAID: Final[dict[str, Callable[[int], Inbound]]] = {
    "words": lambda n: InboundMessage(**_WHO, text=f"{MARKER} 你好 {n}", locale="zh-hans", sender_name="张三"),
    "press": lambda n: ButtonPress(**_WHO, token=f"{MARKER}{n:04}", message_id=f"m{n}"),
    "file": lambda n: InboundMessage(
        **_WHO, text=MARKER, file=FileRef(handle=f"h{n}", name="a.jpg", media_type="image/jpeg", size=n), album="a1"
    ),
    "sticker": lambda n: InboundMessage(**_WHO, other="sticker", text=""),
    "entered": lambda n: ContactEvent(**_WHO, event="entered", payload=MARKER),
}
_INBOUND: Final[TypeAdapter[Inbound]] = TypeAdapter(Inbound)


class Loopback:
    """See ChannelUnderFire."""

    folder = "loopback"
    signed = True
    kinds = tuple(SAID)
    again = kinds
    late: ClassVar[dict[int, int]] = {360: 403, 90_000: 403}
    proof = (ID.encode(), TIME.encode(), SIGNATURE.encode())
    most = 256 * 1024
    parsers = (Parser(LoopbackChannel, "parse"), Parser(json, "loads"))

    def __init__(self, site: ForgeSite) -> None:
        self.site = site

    def capture(self, kind: str, number: int) -> Captured:
        said = SAID[kind](number)
        sent = self.signed_by(SECRETS[number % 2], said.model_dump_json().encode(), f"{kind}-{number}")
        meaning = (event_of("loopback:test", f"{kind}-{number}", CHAT.key, said, None),)
        return Captured(kind, sent, meaning, (*SECRETS, sent.values(SIGNATURE.encode())[0]))

    def meant(self, number: int) -> Captured:
        """His phone is a client's, and he presses a button that only he may press."""
        token = minted(self.site, "loopback", "test", CHAT.chat, number)
        said = ButtonPress(**_WHO, token=token)
        sent = self.signed_by(SECRETS[0], said.model_dump_json().encode(), f"meant-{number}")
        return Captured("meant", sent, (event_of("loopback:test", f"meant-{number}", CHAT.key, said, None),))

    def signed_by(self, secret: bytes, body: bytes, delivery: str, after: int = 0, account: str = "test") -> Sent:
        """A delivery as the platform of this account would make it, so many seconds from now."""
        moment = str(int(self.site.clock.now().timestamp()) + after)
        told = ((ID, delivery), (TIME, moment), (SIGNATURE, signed(secret, delivery, moment, body)))
        headers = tuple((name.encode(), value.encode()) for name, value in told)
        return Sent("POST", f"/hooks/loopback/{account}".encode(), headers=(HOST, JSON, *headers), body=body)

    def others(self, captured: Captured, number: int) -> list[tuple[str, Sent]]:
        sent, body = captured.sent, captured.sent.body
        delivery = sent.values(ID.encode())[0].decode()
        another = self.capture(captured.kind, number + 1_000_000).sent
        mine = sent.values(SIGNATURE.encode())[0]
        made = [
            ("unsigned", sent.having(SIGNATURE.encode())),
            ("another account's secret", self.signed_by(OTHER_SECRETS[0], body, delivery)),
            ("another account's door", replace(sent, path=b"/hooks/loopback/other")),
            ("an account that there is not", replace(sent, path=b"/hooks/loopback/nobody")),
            ("another body's signature", replace(another, body=body)),
            ("another body", replace(sent, body=another.body)),
            ("an empty secret", self.signed_by(b"", body, delivery)),
            ("another account in the body", self.signed_by(SECRETS[0], body.replace(b'"test"', b'"other"'), delivery)),
            ("a longer list of signatures", sent.having(SIGNATURE.encode(), b" ".join([b"v1,AAAA"] * 4 + [mine]))),
            ("another scheme", sent.having(SIGNATURE.encode(), mine.replace(b"v1,", b"v2,"))),
        ]
        made += [(f"{after} s", self.signed_by(SECRETS[0], body, delivery, after)) for after in OFF]
        return [*made, *(("signed and strange", self._strange(each, number)) for each in STRANGE)]

    def _strange(self, body: bytes, number: int) -> Sent:
        return self.signed_by(SECRETS[0], body, f"strange-{number}-{zlib.crc32(body)}")

    def meanings(self, captured: Captured, sent: Sent, kept: Meaning) -> bool:
        """Signed by the account's own secret; and the same, unless the platform has signed something else: what that
        says, or a dead letter.
        """
        [event], account = kept, sent.path.rsplit(b"/", 1)[-1].decode()
        if not self._is_genuine(sent, account) or event.door != f"loopback:{account}":
            return False
        if kept == captured.meaning or dict(event.said).get("type") == "unreadable":
            return True
        told = json.loads(sent.body)
        same = event_of(event.door, event.id, event.chat, _INBOUND.validate_python(told), None)
        return bool(account == told["address"]["account"] and event == same)

    def _is_genuine(self, sent: Sent, account: str) -> bool:
        """Whether the account's own secret has signed exactly this, now."""
        found = [sent.values(name) for name in self.proof]
        if any(len(values) != 1 for values in found):
            return False
        delivery, moment, said = (values[0].decode("latin-1") for values in found)
        age = abs(int(moment) - self.site.clock.now().timestamp())
        right = {signed(secret, delivery, moment, sent.body) for secret in HOOKS[account]}
        return age <= 300 and bool(right & set(said.split(" ")))


def signed(secret: bytes, delivery: str, moment: str, body: bytes) -> str:
    """The signature as the platform makes it, without the product's code."""
    content = b".".join([delivery.encode("latin-1"), moment.encode("latin-1"), body])
    return "v1," + base64.b64encode(hmac.new(secret, content, "sha256").digest()).decode()


OFF: Final = (-301, -360, -90_000, 301, 90_000, 4_000_000_000, -300, 300)
_NEST: Final = (
    b'{"type":"message","address":{"channel":"loopback","account":"test","chat":%s},"sender":"c-1","text":%s}'
)
STRANGE: Final[tuple[bytes, ...]] = (
    b"", b"null", b"[]", b"{}", b"NaN", b"1e999", b"[" * 60_000, b'{"a":' * 30_000, b"\xff\xfe\x00", b"9" * 5000,
    b"\xef\xbb\xbf" + _NEST % (b'"c-1"', b'"bom"'),
    (_NEST % (b'"c-1"', b'"wide"')).decode().encode("utf-16"),
    _NEST % (b'"c-1"', b'"\\ud800"'),
    _NEST % (b'"c-1"', b'"\\u0000"'),
    _NEST % (b'"c\\u0000"', b'"nul in the chat"'),
    _NEST % (b'"' + b"c" * 5000 + b'"', b'"a long chat"'),
    _NEST % ('"李四"'.encode(), b'"another chat"'),
    _NEST % (b'"c-1"', b'"one","text":"two"'),
    _NEST % (b'{"chat":"c-1"}', b'"nested"'),
    b'{"type":"file_arrived","address":{"channel":"loopback","account":"test","chat":"c-1"},"sender":"c-1",'
    b'"message_update":1,"file_id":1}',
    b'{"type":"press","address":{"channel":"webchat","account":"web","chat":"c-1"},"sender":"c-1","token":"t"}',
    b'{"type":"message","address":{"channel":"loopback","account":"test","chat":"c-1"},"sender":"c-1","case_id":1e300}',
    b'{"type":"message","address":{"channel":"loopback","account":"test","chat":"c-1"},"sender":7,"text":true}',
)  # fmt: skip


def fire(site: ForgeSite) -> Loopback:
    return Loopback(site)
