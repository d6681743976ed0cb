"""Every way to change a request, by class; which place is changed goes by the number, what it becomes by the seed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from tests.forgery.description import Captured, ChannelUnderFire
from tests.forgery.sent import Sent, form_of, path_of

STRIDE: Final = 7919  # a prime: few places are spread over the whole body, and in the end each has been one
TEN_MB: Final = 10 * 2**20
_SPLIT: Final = (b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\r\n", b'"', b"\\", b"%00", b"{", b"A" * 5000)


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
        if not sent.body:
            at = 1 + chance.place * STRIDE % (len(sent.path) - 1)
            return replace(sent, path=path_of(change(sent.path, at, chance.random).decode("latin-1")))
        return replace(sent, body=change(sent.body, chance.place * STRIDE % len(sent.body), chance.random), parts=())

    return made


def _flip(body: bytes, at: int, random: Random) -> bytes:
    return body[:at] + bytes([body[at] ^ (1 << random.randrange(8))]) + body[at + 1 :]


def _insert(body: bytes, at: int, random: Random) -> bytes:
    odd = random.choice([*_SPLIT, bytes([random.randrange(256)])])
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


ODD: Final[tuple[str, ...]] = (
    "null", "true", "0", "-1", "1.5", "1e999", "-0", "NaN", "Infinity", "9" * 5000, "2" * 19, '""', '"\\u0000"', '"\\ud800"',
    '"\\udfff\\ud800"', "[]", "{}", "[null]", '"' + "x" * 5000 + '"', "[" * 20_000 + "]" * 20_000,
    '{"a":' * 9000 + "1" + "}" * 9000, '"entered"', '"%s"', '"../../x"', '"\\u202e"', "1" + "0" * 400, '"\\uFEFF"',
)  # fmt: skip


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
        if found is None:
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
            (*others, replace(part, filename=random.choice(["", "../../x", "a\x00b", "名" * 500, "con", 'a"; name="id']))),
            (*others, replace(part, media_type=random.choice(["text/html", "x" * 300, "a/b; charset=utf-16", "\xff"]))),
            (*reversed(sent.parts),),
            (),
            sent.parts * 4,
        ]
    )
    return form_of(sent, parts, random.choice([b"--------forged", b"x", b"y" * 200]))


def _header(change: Callable[[bytes, Random], tuple[bytes, ...]]) -> Mutation:
    """A change of one of the headers that the request has."""

    def made(captured: Captured, chance: Chance) -> Sent:
        name, value = chance.of(captured.sent.headers)
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
    return (random.choice([value[:at] + odd + value[at + 1 :], value[:at] + value[at + 1 :], value[:at] + odd + value[at:]]),)


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


ADDED: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"origin", b"https://evil.example"), (b"origin", b"null"), (b"origin", b"http://["), (b"origin", b"http://testserver"),
    (b"host", b"evil.example"), (b"host", b"["), (b"host", b"\xff"), (b"x-forwarded-for", b"127.0.0.1"),
    (b"x-forwarded-host", b"evil.example"), (b"forwarded", b"for=1;host=evil"), (b"x-http-method-override", b"DELETE"),
    (b"x-original-url", b"/admin"), (b"content-encoding", b"gzip"), (b"transfer-encoding", b"chunked"),
    (b"content-length", b"0"), (b"content-length", b"-1"), (b"content-length", b"1e9"), (b"content-length", b"9" * 400),
    (b"content-length", b"\xb2"), (b"content-length", b"100000000000"), (b"content-length", b"abc"),
    (b"content-type", b"text/html"), (b"content-type", b"multipart/form-data"), (b"content-type", b""),
    (b"content-type", b"multipart/form-data; boundary="), (b"content-type", b"multipart/form-data; boundary=\xff"),
    (b"content-type", b"multipart/form-data; boundary=x; charset=no-such"), (b"content-type", b"application/json; charset=x"),
    (b"content-type", b"application/x-www-form-urlencoded"), (b"authorization", b"Bearer x"), (b"range", b"bytes=0-1"),
    (b"expect", b"100-continue"), (b"accept-language", b"\xff;q=9"), (b"accept-language", b"en" * 4000),
    (b"traceparent", b"00-" + b"f" * 32 + b"-x"), (b"x-request-id", b"\xff\x00"), (b"last-event-id", b"9" * 5000),
    (b"idempotency-key", b"x"), (b"if-none-match", b"*"), (b"cookie", b"a=b"), (b"cookie", b"banli_chat="), (b"cookie", b";" * 999),
    (b"x-banli-visitor", b"demo-client"), (b"webhook-signature", b"v1,AAAA"), (b"x-" + b"h" * 500, b"x"),
)  # fmt: skip
QUERIES: Final = (
    b"", b"after=" + b"9" * 5000, b"after=-1", b"code=" + b"A" * 5000, b"code=%00", b"lang=en", b"lang=%ff%fe", b"%", b"&" * 3000, b"a=1&a=2",
    b"token=x&visitor=demo-client", b"code=ABCD2345", b"id=x&text=y", b"__proto__[x]=1", b"\xff\xfe", b"seat=reviewer", b"account=other",
)  # fmt: skip
METHODS: Final = ("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "post", "POST ", "", "CONNECT", "X" * 200, "POST")


def _paths(path: bytes) -> list[bytes]:
    words = path.decode("latin-1")
    last = words.rsplit("/", 1)[-1]
    return [
        path + b"/", path.upper(), b"/" + path, path.replace(b"/", b"//"), path + b"%00", path + b"%2e%2e", path + b"/../x",
        path.replace(b"/", b"/./"), path + b";x=1", path + b"%ff%fe", path[: len(path) // 2], path + b"x" * 5000,
        path.replace(b"api", b"API"), path_of(words.replace(last, "messages")), path_of(words.replace(last, "presses")),
        path_of(words.replace(last, "files")), path_of(words.replace(last, "about")), path_of(words.replace(last, "files/" + "9" * 20)),
        path_of(words.replace(last, "files/" + "9" * 5000)), path_of(words.replace(last, "samples/..%2f/x.png")),
        b"/chat/static/%00", b"/upload/static/..%2f..%2fsite.db", b"/chat/static/" + b"x" * 5000, path_of("/李四"),
    ]  # fmt: skip


def address(captured: Captured, chance: Chance) -> Sent:
    """Another path, query or method."""
    sent = captured.sent
    made = [replace(sent, path=path) for path in _paths(sent.path)]
    made += [replace(sent, query=query) for query in QUERIES] + [replace(sent, method=method) for method in METHODS]
    return chance.of(made)


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
NAMES: Final = ("visitor", "type", "sender", "address", "case_id", "item_id", "handle", "file", "__proto__", "", "text", "token")


ALONE: Final = frozenset({"several", "large body", "other proof"})  # what these make is judged by itself


def mutate(channel: ChannelUnderFire, seed: int, number: int) -> tuple[str, Captured, Sent]:
    """The class, the captured request and what becomes of it: the same for the same seed and number."""
    random, names = Random(f"{seed}:{channel.folder}:{number}"), list(CLASSES)
    turn, name = divmod(number, len(names))
    place, kind = divmod(turn, len(channel.kinds))
    captured = channel.capture(channel.kinds[kind], number)
    return names[name], captured, CLASSES[names[name]](captured, Chance(place, random, channel))
