"""Every way to change a request, by class; which place is changed goes by the number, what it becomes by the seed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from tests.forgery.description import Captured, ChannelUnderFire
from tests.forgery.oddities import ADDED, FILES, MEDIA, METHODS, NAMES, ODD, QUERIES, SPLIT, paths
from tests.forgery.sent import Sent, form_of, path_of

STRIDE: Final = 7919  # a prime: few places are spread over the whole body, and in the end each has been one
TEN_MB: Final = 10 * 2**20


@dataclass(frozen=True, slots=True)
class Chance:
    """One mutation to be made: its place among all of its class, and where to draw the rest from."""

    place: int
    random: Random
    channel: ChannelUnderFire

    def of(self, choices: Sequence[Any]) -> Any:
        """The one whose turn it is: over the places of a class every choice comes."""
        return choices[self.place % len(choices)]


Mutation = Callable[[Captured, Chance], Sent]


def _bytes(change: Callable[[bytes, int, Random], bytes]) -> Mutation:
    """A change at one byte of the body; of one without a body, at one of its path."""

    def made(captured: Captured, chance: Chance) -> Sent:
        sent = captured.sent
        if not sent.body and len(sent.path) < 2:  # an earlier change has left nothing of it
            return sent
        if not sent.body:
            at = 1 + chance.place * STRIDE % (len(sent.path) - 1)
            return replace(sent, path=path_of(change(sent.path, at, chance.random).decode("latin-1")))
        return replace(sent, body=change(sent.body, chance.place * STRIDE % len(sent.body), chance.random), parts=())

    return made


def _flip(body: bytes, at: int, random: Random) -> bytes:
    return body[:at] + bytes([body[at] ^ (1 << random.randrange(8))]) + body[at + 1 :]


def _insert(body: bytes, at: int, random: Random) -> bytes:
    odd = random.choice([*SPLIT, bytes([random.randrange(256)])])
    return body[:at] + odd + body[at:]


def _stretch(body: bytes, at: int, random: Random) -> bytes:
    """A stretch goes somewhere else, or comes twice."""
    piece = body[at : at + random.randint(2, 40)]
    to = random.randrange(len(body))
    return body[:to] + piece + body[to:]


def encoded(captured: Captured, chance: Chance) -> Sent:
    """The same words in other bytes."""
    body, sent = captured.sent.body, captured.sent
    words = body.decode("utf-8", "replace")
    odd: list[Callable[[], bytes]] = [
        lambda: b"\xef\xbb\xbf" + body,
        lambda: words.encode("utf-16"),
        lambda: words.encode("utf-32"),
        lambda: words.encode("gb18030"),
        lambda: words.encode("utf-7"),
        lambda: body + b"\x00" * 9,
        lambda: body.replace(b'"', b"\xe2\x80\x9d"),
        lambda: body + body,
        lambda: b"",
        lambda: b" " * 1000 + body + b"\n" * 1000,
        lambda: body[::-1],
        lambda: b"\x1f\x8b\x08" + body,
    ]
    return replace(sent, body=chance.of(odd)(), parts=())


def _object(captured: Captured) -> dict[str, Any] | None:
    try:
        found = json.loads(captured.sent.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _fields(found: Any, under: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The path of every field of an object, inner ones too."""
    if not isinstance(found, dict):
        return []
    return [path for key, value in found.items() for path in ((*under, key), *_fields(value, (*under, key)))]


def _said(found: Any, at: tuple[str, ...], put: Callable[[str, str], str], under: tuple[str, ...] = ()) -> str:
    """The object as JSON, where the field at a path is written by `put(name, value)`."""
    if not isinstance(found, dict):
        return json.dumps(found, ensure_ascii=False)
    told = []
    for key, value in found.items():
        name, words = json.dumps(key), _said(value, at, put, (*under, key))
        told.append(put(name, words) if (*under, key) == at else f"{name}:{words}")
    return "{" + ",".join(each for each in told if each) + "}"


def _field(change: Callable[[str, str, Chance], str]) -> Mutation:
    """A change of one field of a JSON body; of a form, of one of its parts."""

    def made(captured: Captured, chance: Chance) -> Sent:
        found = _object(captured)
        if not found:
            return _part(captured, chance)
        at = chance.of(_fields(found))
        body = _said(found, at, lambda name, words: change(name, words, chance))
        if body == _said(found, (), lambda name, words: ""):
            return captured.sent  # replaced by what it was
        return replace(captured.sent, body=body.encode("utf-8", "surrogatepass"))

    return made


def _part(captured: Captured, chance: Chance) -> Sent:
    """A part of a form is gone, there twice, called otherwise, empty, moved or huge."""
    sent, random = captured.sent, chance.random
    if not sent.parts:
        return replace(sent, body=b"x", parts=())
    at = chance.place % len(sent.parts)
    part, others = sent.parts[at], sent.parts[:at] + sent.parts[at + 1 :]
    odd = random.choice([b"", b"\x00", b"\xff\xfe", "李四".encode(), b"x" * 3000, b"1e999", b"../../x"])
    parts = random.choice(
        [
            others,
            (*sent.parts, part),
            (replace(part, content=odd), *sent.parts),
            (*sent.parts, replace(part, content=odd)),
            (*others, replace(part, content=odd)),
            (*others, replace(part, name=random.choice(["file", "id", "caption", "", "__proto__", "id[]"]))),
            (*others, replace(part, filename=None if part.filename else "x.txt")),
            (*others, replace(part, filename=random.choice(FILES))),
            (*others, replace(part, media_type=random.choice(MEDIA))),
            (*reversed(sent.parts),),
            (),
            sent.parts * 4,
        ]
    )
    return form_of(sent, parts, random.choice([b"--------forged", b"x", b"y" * 200]))


def _header(change: Callable[[bytes, Random], tuple[bytes, ...]]) -> Mutation:
    """A change of one of the headers that the request has."""

    def made(captured: Captured, chance: Chance) -> Sent:
        name, value = chance.of(captured.sent.headers or ((b"x-none-left", b"x"),))
        return captured.sent.having(name.lower(), *change(value, chance.random))

    return made


def _proof(change: Callable[[bytes, Random], tuple[bytes, ...]]) -> Mutation:
    """The same of a header that proves something."""

    def made(captured: Captured, chance: Chance) -> Sent:
        there = [name for name in chance.channel.proof if captured.sent.values(name)]
        if not there:
            return _header(change)(captured, chance)
        name = chance.of(there)
        return captured.sent.having(name, *change(captured.sent.values(name)[0], chance.random))

    return made


def _changed(value: bytes, random: Random) -> tuple[bytes, ...]:
    """One character is another, or gone, or there twice."""
    at = random.randrange(len(value) or 1)
    odd = bytes([random.choice(b"ABCxyz0189-_=+/ .,;:%")])
    replaced, gone, more = (
        value[:at] + odd + value[at + 1 :],
        value[:at] + value[at + 1 :],
        value[:at] + odd + value[at:],
    )
    return (random.choice([replaced, gone, more]),)


def _odd(value: bytes, random: Random) -> tuple[bytes, ...]:
    return (
        random.choice(
            [b"", b" ", b"\xff\xfe", "李四".encode(), b"null", b"0", b"-1", b"9" * 400, value.swapcase(), b" " + value,
             value + b" ", value + b"," + value, value[::-1], value * 3, value[: len(value) // 2], b"http://[", b"[",
             b"%00" + value, value + b"\x00", b"v1," + value, b"http://" + value, b"*"]
        ),
    )  # fmt: skip


def _doubled(value: bytes, random: Random) -> tuple[bytes, ...]:
    [other] = random.choice([_changed, _odd])(value, random)
    return random.choice([(value, value), (value, other), (other, value)])


def address(captured: Captured, chance: Chance) -> Sent:
    """Another path, query or method."""
    sent = captured.sent
    made = [replace(sent, path=path) for path in paths(sent.path)]
    made += [replace(sent, query=query) for query in QUERIES] + [replace(sent, method=method) for method in METHODS]
    found: Sent = chance.of(made)
    return found


def added(captured: Captured, chance: Chance) -> Sent:
    """A header more, or one in the place of another."""
    name, value = chance.of(ADDED)
    if chance.random.random() < 0.5:
        return captured.sent.having(name, value)
    return captured.sent.having(name, *captured.sent.values(name), value)


def large(captured: Captured, chance: Chance) -> Sent:
    """Ten megabytes, announced or not, alone or behind what is right."""
    sent = captured.sent
    body = (sent.body, b"", b"[" * 70_000)[chance.place // 2 % 3]
    return replace(sent, body=body, parts=(), flood=TEN_MB, declared=chance.place % 2 == 0)


def other(captured: Captured, chance: Chance) -> Sent:
    """The proof of somebody or something else, as the channel knows them."""
    found: tuple[str, Sent] = chance.of(chance.channel.others(captured, chance.place))
    return found[1]


def several(captured: Captured, chance: Chance) -> Sent:
    """Two or three of the others, one after the other."""
    names = chance.random.sample(sorted(set(CLASSES) - ALONE), chance.random.randint(2, 3))
    for name in names:
        captured = replace(captured, sent=CLASSES[name](captured, chance))
    return captured.sent


CLASSES: Final[dict[str, Mutation]] = {
    "byte flipped": _bytes(_flip),
    "byte cut": _bytes(lambda body, at, _: body[:at] + body[at + 1 :]),
    "byte doubled": _bytes(lambda body, at, _: body[: at + 1] + body[at:]),
    "byte inserted": _bytes(_insert),
    "body cut off": _bytes(lambda body, at, _: body[:at]),
    "stretch copied": _bytes(_stretch),
    "other encoding": encoded,
    "field removed": _field(lambda name, words, _: ""),
    "field retyped": _field(lambda name, words, chance: f"{name}:{chance.random.choice(ODD)}"),
    "field doubled": _field(
        lambda name, words, chance: ",".join(
            chance.random.sample([f"{name}:{words}", f"{name}:{chance.random.choice(ODD)}"], 2)
        )
    ),
    "field nested": _field(
        lambda name, words, chance: f"{name}:" + chance.random.choice(['{"a":%s}', "[%s]", "{%s:%s}"]).replace(
            "{%s:%s}", "{" + name + ":%s}"
        ) % words
    ),
    "field added": _field(
        lambda name, words, chance: f'{name}:{words},"{chance.random.choice(NAMES)}":{chance.random.choice(ODD)}'
    ),
    "header removed": _header(lambda value, _: ()),
    "header changed": _header(_changed),
    "header odd": _header(_odd),
    "header doubled": _header(_doubled),
    "header huge": _header(lambda value, random: (value + random.choice([b"A", b"=", b",", b";", b"\xe9"]) * 65_536,)),
    "header added": added,
    "proof changed": _proof(_changed),
    "proof odd": _proof(_odd),
    "proof doubled": _proof(_doubled),
    "other proof": other,
    "other address": address,
    "large body": large,
    "several": several,
}  # fmt: skip
ALONE: Final = frozenset({"several", "large body", "other proof"})  # what these make is judged by itself


def mutate(channel: ChannelUnderFire, seed: int, number: int) -> tuple[str, Captured, Sent]:
    """The class, the captured request and what becomes of it: the same for the same seed and number."""
    random, names = Random(f"{seed}:{channel.folder}:{number}"), list(CLASSES)
    turn, name = divmod(number, len(names))
    place, kind = divmod(turn, len(channel.kinds))
    captured = channel.capture(channel.kinds[kind], number)
    return names[name], captured, CLASSES[names[name]](captured, Chance(place, random, channel))
