"""The loader: a house of N cases, written in bulk, in which every row could have come about and opens as its own."""

import hmac
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any, Final

from benchmarks.growth.bulk import filling, shows
from benchmarks.growth.life import FATES, Life
from benchmarks.growth.mould import Copy, Mould
from benchmarks.growth.template import House, Kept, Template
from core.kit import migrate
from core.kit.crypto import Vault, parse_keys
from core.kit.ids import EPOCH_MS
from core.ledger.chain import _SEALED as SEALED
from core.ledger.chain import PURPOSE, seal_of
from core.ledger.tables import audit

AT_ONCE: Final = 2_000  # copies that are written together
CASES_OF_ONE: Final = 500  # cases of one member, about half of them open
MEMBERS: Final = 20  # of a department
WEIGHTS: Final = dict(zip(FATES, (0.50, 0.42, 0.03, 0.02, 0.015, 0.015), strict=True))
YEARS: Final = 2  # over which closed cases are spread; those that are open are of the last days
SHORT: Final = 24  # longer words hold an id and do not come again
_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 3_600_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Seat:
    """One member of the staff of the loaded house, and his lead."""

    member: int
    chat: str
    lead_chat: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a measurement needs to know of a loaded house. Client `n` writes in the chat `c<n>`."""

    url: str
    key: str
    cases: int
    now: datetime
    seats: tuple[Seat, ...]
    seconds: float
    rows: int


def vault_of(life: Life) -> Vault:
    ring = parse_keys(life.key)
    return Vault(ring, next(iter(ring)))


def load(life: Life, house: House, url: str, cases: int, seed: int) -> Loaded:
    """Fill an empty database. The same seed gives the same house but for nonces."""
    started, random, vault = time.perf_counter(), Random(seed), vault_of(life)
    migrate.upgrade(url)
    told = _Told(cases)
    seats, total = [], 0
    with filling(url, told.say) as write:
        into: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        _base(house.base, cases, into)
        seats = list(_offices(life, house.office, vault, cases, into, random))
        write(into)
        moulds = [Mould(each, vault, life.now, shows(url)).shows(life.shown) for each in house.cases]
        chain = _Chain(vault.derive(PURPOSE))
        plan = _plan(house.cases, cases, random)
        at = 0
        while batch := list(islice(plan, AT_ONCE)):
            into = defaultdict(list)
            for back, place, shift in batch:
                moulds[place].pour(_copy(life, at, back, place, shift, seats, random), into)
                at += 1
            into["audit"] = chain.link(into["audit"])
            total += sum(map(len, into.values()))
            write(into)
            told.at(at)
    return Loaded(
        url, life.key, cases, life.now, tuple(seat for seat, _ in seats), time.perf_counter() - started, total
    )


def _plan(shapes: Sequence[Template], cases: int, random: Random) -> Iterator[tuple[int, int, int]]:
    """Of every copy: milliseconds since 2024 when its first row was made, which template, microseconds back; rising."""
    young = [1 + 2 * (at // len(FATES)) for at in range(len(shapes))]  # most open cases are new
    weights = [WEIGHTS[each.fate] * (young[at] if each.fate == "idle" else 5) for at, each in enumerate(shapes)]
    taken, found = [0] * len(shapes), []
    for place in random.choices(range(len(shapes)), weights, k=cases):
        template, count = shapes[place], taken[place]
        taken[place] += 1
        # A card for review tells the minute of the submission: its copies keep the minute.
        back = -(count % _MINUTE_MS) if template.fate == "handed" else (count * 7919) % _HOUR_MS
        if template.fate in ("dropped", "sent"):
            back += random.randrange(YEARS * 52) * 7 * 24 * _HOUR_MS
        found.append((_opened(template) - back, place, back * 1000))
    return iter(sorted(found))


def _opened(template: Template) -> int:
    """Milliseconds since 2024 of the template's first moment."""
    [client] = [row for row in template.rows if row.table.name == "client"]
    return int(client.stored["created_at"]) // 1000 - EPOCH_MS


def _copy(
    life: Life,
    at: int,
    moment: int,
    place: int,
    shift: int,
    seats: Sequence[tuple[Seat, dict[str, str]]],
    random: Random,
) -> Copy:
    """Ids as the product makes them: the moment above, here the template and the place of the row below."""
    _, staffed = seats[at % len(seats)]
    own = {
        "name": f"客户{at}", "chat": f"c{at}", "phone": f"139{at:08}", "email": f"c{at}@example.com",
        "contract": f"HT-{at:07}", "number": f"W-{life.now.year}-{at + 1:04}", **staffed,
    }  # fmt: skip
    return Copy((moment << 22) | (place << 14), shift, own, random)


def _base(rows: Sequence[Kept], cases: int, into: dict[str, list[tuple[Any, ...]]]) -> None:
    """What a house has once. The numbers of cases go on behind those that are loaded."""
    for row in rows:
        stored = dict(row.stored)
        if row.table.name == "code_floor":
            continue  # the migrations have written it
        if row.table.name == "case_number":
            stored["last"] = cases
        into[row.table.name].append(tuple(stored[column.name] for column in row.table.columns))


def _offices(
    life: Life, office: Template, vault: Vault, cases: int, into: dict[str, list[tuple[Any, ...]]], random: Random
) -> Iterator[tuple[Seat, dict[str, str]]]:
    """Departments with a lead and members; of each member what his cases say of him."""
    his = [row for row in office.rows if life.staff.member in (row.stored["id"], row.stored.get("staff_id"))]
    theirs = [row for row in office.rows if row not in his]
    start = (int((life.now - _EPOCH) / timedelta(milliseconds=1)) - EPOCH_MS - (YEARS + 1) * 366 * 24 * _HOUR_MS) << 22
    member = Mould(_part(office, his, life), vault, life.now)
    department = Mould(_part(office, theirs, life), vault, life.now)
    ranks = {each: rank for rank, each in enumerate(office.ids)}
    chat_of = {row.stored["staff_id"]: row.stored["id"] for row in office.rows if row.table.name == "conversation"}
    count, above, lead_chat = max(2, cases // CASES_OF_ONE), 0, ""
    for n in range(count):
        base = start + (n << 14)
        if n % MEMBERS == 0:
            above, lead_chat = base, f"lead{n}"
            department.pour(Copy(base, 0, {"lead chat": lead_chat, "member chat": ""}, random), into)
        own = {"lead chat": lead_chat, "member chat": f"m{n}", "department": str(above + ranks[life.staff.department])}
        member.pour(Copy(base + 1000, 0, own, random), into)
        places = {"lead": above + ranks[life.staff.lead], "member": base + 1000 + ranks[life.staff.member]}
        chats = {"lead": above + ranks[chat_of[life.staff.lead]],
                 "member": base + 1000 + ranks[chat_of[life.staff.member]]}  # fmt: skip
        said = {name: str(each) for name, each in places.items()}
        said |= {f"{name} conversation": str(each) for name, each in chats.items()}
        yield Seat(places["member"], f"m{n}", lead_chat), own | said


def _part(office: Template, rows: list[Kept], life: Life) -> Template:
    """Some of its rows; a member's department is another copy's."""
    part = Template("office", rows, office.ids)
    part.keys = [("id", str(each)) for each in office.ids]
    part.keys += [("lead chat", life.office[0]), ("member chat", life.office[1])]
    if not any(row.table.name == "department" for row in rows):
        part.ids = [-1 if each == life.staff.department else each for each in office.ids]
        part.keys = [("department", word) if word == str(life.staff.department) else (kind, word)
                     for kind, word in part.keys]  # fmt: skip
    return part


class _Chain:
    """Links audit rows as the sealer does, in one step of the digest; every first row of a batch is compared."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._chain, self._mac = 0, "0" * 64
        self._known: dict[str | None, bytes] = {}
        names = [column.name for column in audit.columns]
        self._names = names
        self._sealed = [names.index(name) for name in SEALED]
        self._behalf, self._at, self._place, self._seal = (
            names.index(name) for name in ("behalf_id", "at", "chain", "mac")
        )

    def link(self, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        linked: list[tuple[Any, ...]] = []
        for row in rows:
            before, made = self._mac, list(row)
            self._chain += 1
            made[self._place] = self._chain
            self._mac = made[self._seal] = self._digest(before, made)
            if not linked and self._mac != seal_of(self._key, before, self._told(made)):
                raise RuntimeError("the loader seals otherwise than the sealer")
            linked.append(tuple(made))
        return linked

    def _told(self, made: list[Any]) -> dict[str, Any]:
        return {**dict(zip(self._names, made, strict=True)), "at": _EPOCH + timedelta(microseconds=made[self._at])}

    def _digest(self, before: str, made: list[Any]) -> str:
        parts, known = [b"\0\0\0A+", before.encode()], self._known
        for at in self._sealed if made[self._behalf] is None else (*self._sealed, self._behalf):
            value = made[at]
            if at == self._at:
                parts.append(_part_of((_EPOCH + timedelta(microseconds=value)).isoformat()))
            elif value.__class__ is int:
                parts.append(_part_of(str(value)))
            else:
                if (part := known.get(value)) is None:
                    part = _part_of(value)
                    if value is None or len(value) < SHORT:
                        known[value] = part
                parts.append(part)
        return hmac.digest(self._key, b"".join(parts), "sha256").hex()


def _part_of(value: str | None) -> bytes:
    """As core.ledger.chain frames it: the length, then whether there is a value, and the value."""
    if value is None:
        return b"\0\0\0\1-"
    told = value.encode()
    return (len(told) + 1).to_bytes(4, "big") + b"+" + told


class _Told:
    """How far it is, on the terminal."""

    def __init__(self, cases: int) -> None:
        self._cases = cases
        self._started = time.perf_counter()

    def at(self, done: int) -> None:
        if done % 50_000 == 0 or done == self._cases:
            self.say(f"{done:,} of {self._cases:,} cases")

    def say(self, what: str) -> None:
        seconds = time.perf_counter() - self._started
        print(f"  loading: {what}, {seconds:.0f} s", file=sys.stderr, flush=True)
