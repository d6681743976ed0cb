"""Judges one request: what was kept of it, what its sender got to read, and who looked into it too early."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from core.channel.inbound import Inbound, InboundMessage, Update
from core.channel.port import Unreadable
from tests.forgery.description import Captured, ChannelUnderFire, Event, Meaning, Parser
from tests.forgery.sent import CHUNK, Answer, Sent, deliver
from tests.forgery.site import ForgeSite

NOT_PROVEN: Final = frozenset({401, 403, 404, 405, 410, 421})  # refused for who asks, or where
TOO_LONG: Final = 413
MARKER: Final = b"MARKER-OF-THE-BODY"  # stands in every captured body


def event_of(door: str, delivery: str, chat: str, inbound: Inbound, content: bytes | None) -> Event:
    """What an inbound event says, with a file's content instead of where it lies."""
    said = inbound.model_dump()
    if content is not None and isinstance(inbound, InboundMessage) and inbound.file is not None:
        said["file"]["handle"] = hashlib.sha256(content).hexdigest()
    return Event(door, delivery, chat, tuple(sorted(said.items())))


@dataclass(slots=True)
class Watched:
    """The bodies that a channel's parsers were given since the last look."""

    bodies: list[bytes] = field(default_factory=list)
    streams: int = 0  # calls without a body: it is read by the parser itself


@contextmanager
def watching(parsers: tuple[Parser, ...] | Any) -> Iterator[Watched]:
    """Every call of a parser is noted and goes on as it would."""
    watched, before = Watched(), [(each, getattr(each.owner, each.name)) for each in parsers]

    def noted(real: Any) -> Any:
        def call(*args: Any, **more: Any) -> Any:
            told = [getattr(each, "raw", each) for each in args]
            found = [bytes(each) for each in told if isinstance(each, bytes | bytearray)]
            watched.bodies += found
            watched.streams += not any(isinstance(each, str | bytes | bytearray) for each in told)
            return real(*args, **more)

        return call

    for each, real in before:
        setattr(each.owner, each.name, noted(real))
    try:
        yield watched
    finally:
        for each, real in before:
            setattr(each.owner, each.name, real)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`outcome` is refused, same, or kept as said; `wrong` tells what must not be."""

    outcome: str
    status: int
    wrong: tuple[str, ...] = ()


@dataclass
class Judge:
    """Sends requests to one site and says what became of each."""

    site: ForgeSite
    channel: ChannelUnderFire
    watched: Watched
    newest: int = 0
    last: Meaning = ()

    def __post_init__(self) -> None:
        self.newest = self.site.newest()

    async def judge(self, captured: Captured, sent: Sent) -> Verdict:
        self.watched.bodies.clear()
        self.watched.streams = 0
        answer = await deliver(self.site.app, sent)
        bodies, streams = list(self.watched.bodies), self.watched.streams
        kept = self.last = self.kept()
        wrong = [*self._answered(captured, sent, answer), *self._read(sent, answer, bodies, streams)]
        if not kept:
            return Verdict("refused" if answer.status >= 400 else "no effect", answer.status, tuple(wrong))
        if answer.status >= 300:
            wrong.append(f"answered {answer.status} and kept {kept}")
        if not self.channel.meanings(captured, sent, kept):
            wrong.append(f"kept without its proof, or with another meaning: {kept}, was {captured.meaning}")
        return Verdict("same" if kept == captured.meaning else "as said", answer.status, tuple(wrong))

    def kept(self) -> Meaning:
        """What the inbox has since the last look, as the channel understands it."""
        rows = self.site.kept_after(self.newest)
        self.newest = max((row["id"] for row in rows), default=self.newest)
        return tuple(map(self.understood, rows))

    def understood(self, row: dict[str, Any]) -> Event:
        names = ("channel", "account", "platform_id", "conversation", "raw")
        update, door = Update(**{name: row[name] for name in names}), f"{row['channel']}:{row['account']}"
        try:
            inbound = self.site.banli.channels[door].parse(update)
        except Unreadable:
            return Event(door, update.platform_id, update.conversation, (("type", "unreadable"),))
        ref = inbound.file if isinstance(inbound, InboundMessage) else None
        content = None if ref is None else self.site.content(ref.handle)
        return event_of(door, update.platform_id, update.conversation, inbound, content)

    def _answered(self, captured: Captured, sent: Sent, answer: Answer) -> list[str]:
        if answer.status >= 500 or not answer.status:
            return [f"answered {answer.status} {answer.crash}"]
        words = answer.shown
        told = [secret for secret in captured.secrets if len(secret) > 8 and secret in words]
        echoed = sent.method == "POST" and MARKER in sent.body and MARKER in words  # who only looks sees his own words
        return [*(["a secret is in the answer"] if told else []), *(["the body is in the answer"] if echoed else [])]

    def _read(self, sent: Sent, answer: Answer, bodies: list[bytes], streams: int) -> list[str]:
        """Bounded in what is taken in; and nobody looks into what is not proven or too long."""
        wrong, most = [], self.channel.most
        if answer.pulled > most + CHUNK:
            wrong.append(f"{answer.pulled} bytes were read of at most {most}")
        if sent.declared and sent.length > most and not sent.values(b"content-length") and answer.pulled:
            wrong.append("read although it was announced as too long")
        if any(len(body) > most for body in bodies):
            wrong.append("a parser was given more than the limit")
        looked = streams or any(body and sent.body.startswith(body) for body in bodies)
        if answer.status in NOT_PROVEN and looked:
            wrong.append("a parser looked into what was not proven")
        if answer.status == TOO_LONG and any(len(body) == sent.length for body in bodies if sent.length > most):
            wrong.append("a parser looked into what was too long")
        return wrong
