"""A thousand random edits, cuts, insertions and swaps of the sealed audit: every one is found (S25)."""

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from core.ledger.chain import Anchor, check, seal_of
from core.store.sealing import Row

KEY: Final = b"k" * 32
ROUNDS: Final = int(os.environ.get("BANLI_TEST_TAMPERINGS", "1000"))
LENGTH: Final = 40
START: Final = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
COLUMNS: Final = ("id", "at", "actor_kind", "actor_id", "door", "command", "subject", "case_id", "outcome", "code",
                  "correlation", "behalf_id", "mac", "chain")  # fmt: skip


def chained() -> list[Row]:
    """Sealed rows in their order."""
    rows, before = [], "0" * 64
    for number in range(1, LENGTH + 1):
        row: Row = {
            "id": 1000 + number, "at": START + timedelta(seconds=number), "actor_kind": "staff", "actor_id": number % 5,
            "behalf_id": 3 if number % 4 == 0 else None, "door": "chat", "command": "ReviewDocument",
            "subject": f"version:{number}" if number % 3 else None, "case_id": number % 7 or None, "outcome": "done",
            "code": None, "correlation": number * 11, "chain": number,
        }  # fmt: skip
        before = row["mac"] = seal_of(KEY, before, row)
        rows.append(row)
    return rows


WHOLE: Final = chained()
ANCHOR: Final = Anchor(LENGTH, WHOLE[-1]["mac"])


def edit(rows: list[Row], chance: random.Random) -> int:
    """One column of one row, as another value of its kind. Returns the first position that is not as it was."""
    row, column = chance.choice(rows), chance.choice(COLUMNS)
    place, value = row["chain"], row[column]
    if isinstance(value, datetime):
        row[column] = value + timedelta(microseconds=chance.randint(1, 10**9))
    elif isinstance(value, int):
        row[column] = value + chance.randint(LENGTH, 10**6)
    else:
        row[column] = "refused" if value is None else value[:-1] + chr((ord(value[-1]) + chance.randint(1, 20)) % 128)
    return int(place)


def cut(rows: list[Row], chance: random.Random) -> int:
    """Some rows in a row, also at the beginning and the end."""
    start, count = chance.randrange(len(rows)), chance.randint(1, 5)
    del rows[start : start + count]
    return start + 1


def insert(rows: list[Row], chance: random.Random) -> int:
    """A row of somebody's own making, the later ones moved on; its seal is a copy or a guess."""
    place = chance.randrange(len(rows))
    false = {**chance.choice(rows), "id": chance.randint(1, 10**6), "chain": place + 1, "actor_id": 99}
    false["mac"] = chance.choice([false["mac"], "0" * 64, f"{chance.getrandbits(256):064x}", None])
    for row in rows[place:]:
        row["chain"] += 1
    rows.insert(place, false)
    return place + 1


def swap(rows: list[Row], chance: random.Random) -> int:
    """Two rows change places, with or without their seals."""
    one, other = sorted(chance.sample(range(len(rows)), 2))
    names = ("chain",) if chance.random() < 0.5 else ("chain", "mac")
    for name in names:
        rows[one][name], rows[other][name] = rows[other][name], rows[one][name]
    rows.sort(key=lambda row: int(row["chain"]))
    return one + 1


KINDS: Final[dict[str, Callable[[list[Row], random.Random], int]]] = {
    "edit": edit, "cut": cut, "insert": insert, "swap": swap,
}  # fmt: skip


def test_what_nobody_touched_is_whole() -> None:
    assert check(WHOLE, [KEY], [ANCHOR]).sound


@pytest.mark.parametrize("kind", KINDS)
def test_every_one_is_found_at_its_first_row(kind: str) -> None:
    for seed in range(ROUNDS // len(KINDS)):
        chance = random.Random(f"{kind} {seed}")
        rows = [dict(row) for row in WHOLE]
        first = KINDS[kind](rows, chance)
        verdict = check(sorted(rows, key=lambda row: int(row["chain"])), [KEY], [ANCHOR])
        assert not verdict.sound, (kind, seed)
        assert min(fault.chain for fault in verdict.faults) == first or verdict.faults[0].what == "cut off", (
            kind,
            seed,
        )
