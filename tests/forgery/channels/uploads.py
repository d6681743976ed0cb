"""The upload page under fire: a signed link says for whom and for which case; the files are its holder's."""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Final
from urllib.parse import unquote

from adapters.webchat import upload as upload_module
from core.channel.inbound import Address, FileRef, InboundMessage
from core.files.links import UPLOAD_VALID, Opening, Pass, UploadLinks
from tests.bot.chat import picture
from tests.forgery.description import Captured, Meaning, Parser
from tests.forgery.forms import Handed, handed_in
from tests.forgery.judge import event_of
from tests.forgery.people import HOST, ORIGIN, Sitter, two_clients
from tests.forgery.sent import Part, Sent, form_of, path_of
from tests.forgery.site import MOST, ForgeSite

MARKER: Final = "MARKER-OF-THE-BODY"
CONTENT: Final = b"not really a paper, and never opened here: " + bytes(range(256))
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Uploads:
    """See ChannelUnderFire."""

    folder = "uploads"
    signed = False
    kinds = ("file", "bare", "about")
    again = ("file", "bare")
    late: ClassVar[dict[int, int]] = {90_000: 409}
    proof = (b"origin", b"host")
    most = MOST + upload_module.OVERHEAD
    parsers = (Parser(upload_module._Parser, "parse"),)

    def __init__(self, site: ForgeSite) -> None:
        self.site = site
        self.me, self.other = two_clients(site)

    def token(self, opening: Opening, links: UploadLinks | None = None) -> str:
        return (links or self.site.banli.house.uploads).link(opening).rsplit("/", 1)[1]

    def opening(self, sitter: Sitter, valid: timedelta = UPLOAD_VALID) -> Opening:
        until = self.site.clock.now() + valid
        return Opening(sitter.client_id, sitter.conversation_id, sitter.case_id, 0, until)

    def capture(self, kind: str, number: int) -> Captured:
        token = self.token(self.opening(self.me))
        if kind == "about":
            sent = Sent("GET", f"/upload/{token}/about".encode(), headers=(HOST,))
            return Captured(kind, sent, (), (token.encode(), "李四".encode(), "张三".encode()))
        name, caption = f"{kind}-{number:08}", MARKER if kind == "file" else ""
        parts = [Part("id", name.encode()), *([Part("caption", caption.encode())] if caption else [])]
        parts.append(Part("file", CONTENT + name.encode(), "户口簿.pdf", "application/pdf"))
        sent = Sent("POST", f"/upload/{token}/files".encode(), headers=(HOST, ORIGIN))
        sent = form_of(sent, tuple(parts))
        ref = FileRef(handle="", name="户口簿.pdf", media_type="application/pdf", size=len(parts[-1].content))
        said = InboundMessage(
            address=Address(channel="webchat", account="web", chat=self.me.visitor), sender=self.me.visitor,
            text=caption, file=ref, case_id=self.me.case_id,
        )  # fmt: skip
        event = event_of("uploads:page", f"{self.me.conversation_id}:{name}", self.me.chat, said, parts[-1].content)
        return Captured(kind, sent, (event,), (token.encode(),))

    def meant(self, number: int) -> Captured:
        """A picture that becomes a document of his case."""
        captured = self.capture("bare", number)
        name, content = f"meant-{number:08}", picture(number % 97)
        parts = (Part("id", name.encode()), Part("file", content, "退休证.jpg", "image/jpeg"))
        sent = form_of(captured.sent, parts)
        return Captured("meant", sent, ())

    def others(self, captured: Captured, number: int) -> list[tuple[str, Sent]]:
        mine, token = self.opening(self.me), captured.sent.path.split(b"/")[2].decode()
        other = self.opening(self.other)
        forged = [
            ("another client's chat", self.token(replace(mine, conversation_id=other.conversation_id))),
            ("another client", self.token(replace(mine, client_id=other.client_id))),
            ("another's case", self.token(replace(mine, case_id=other.case_id))),
            ("an item that there is not", self.token(replace(mine, item_id=2**64 - 1))),
            ("nobody", self.token(Opening(0, 0, 0, 0, mine.until))),
            ("over", self.token(self.opening(self.me, timedelta(0)))),
            ("long over", self.token(self.opening(self.me, timedelta(hours=-25)))),
            ("another house's key", self.token(mine, UploadLinks(bytes(32), ""))),
            ("another purpose", self.site.banli.house.links.link(Pass(1, 1), self.site.clock.now()).rsplit("/", 1)[1]),
            ("the other's end", token[:43] + self.token(other)[43:]),
            ("the other's beginning", self.token(other)[:32] + token[32:]),
            ("a later end", token[:42] + "_" + token[43:]),
            ("empty", ""), ("twice", token + token), ("padded", token + "===="), ("cut", token[:-1]),
            ("longer", token + "A"), ("swapped case", token.swapcase()), ("NUL", token + "\x00"), ("wide", token + "é"),
        ]  # fmt: skip
        place = number % len(token)
        for bit in range(6):
            flipped = _ALPHABET[_ALPHABET.index(token[place]) ^ (1 << bit)]
            forged.append((f"bit {bit} of {place}", token[:place] + flipped + token[place + 1 :]))
        made = [(word, self._linked(captured, each)) for word, each in forged]
        return [*made, ("the other's own", self._linked(captured, self.token(other)))]

    def _linked(self, captured: Captured, token: str) -> Sent:
        last = captured.sent.path.rsplit(b"/", 1)[-1]
        return replace(captured.sent, path=path_of(f"/upload/{token}/") + last)

    def meanings(self, captured: Captured, sent: Sent, kept: Meaning) -> bool:
        """For the one whose link it is, whole, into his chat and case; the file as the form holds it."""
        if len(kept) != 1:
            return False
        [event], token = kept, unquote(sent.path.decode()).split("/")[2]
        owners = [each for each in (self.me, self.other) if token == self.token(self.opening(each))]
        if not owners or event.chat != owners[0].chat or dict(event.said)["sender"] != owners[0].visitor:
            return False
        fields = dict(event.said)
        if (fields["case_id"], fields["item_id"]) != (owners[0].case_id, 0):
            return False
        chat, _, delivery = event.id.partition(":")
        return chat == str(owners[0].conversation_id) and handed_in(event, sent, Handed(id=delivery))


def fire(site: ForgeSite) -> Uploads:
    return Uploads(site)
