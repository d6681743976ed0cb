"""The audit chain: each row is sealed with a keyed digest of itself and of the row before it.

Rows are written unchained, so that no deed waits for another one's audit; one sealer links them afterwards, in
whatever order it finds them. Whoever changes, removes, inserts or swaps a sealed row without the key is found out by
`verify`; whoever cuts rows off the end is found out by an anchor that was kept outside the database.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from core.kit.crypto import Vault
from core.ledger.tables import audit, retired_key
from core.store.reading import Reader
from core.store.sealing import Row
from core.store.unit import UnitOfWork

LOCK = "audit chain"  # one sealer at a time, over all processes
PURPOSE = "audit chain"  # of the key that is derived for the seals
BATCH = 500  # rows that one unit seals, and that one step of a verification holds in memory
MOST_FAULTS = 100  # a verification stops there
_START = "0" * 64  # what the first row is linked to
_SEALED = ("id", "at", "actor_kind", "actor_id", "door", "command", "subject", "case_id", "outcome", "code",
           "correlation", "chain")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the chain at some moment, kept outside the database."""

    chain: int
    mac: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that a chain without tampering would not show."""

    chain: int
    what: str  # changed, missing, cut off, not the anchored one
    row_id: int | None = None


@dataclass(slots=True)
class Verdict:
    """What a verification found."""

    sealed: int = 0
    faults: list[Fault] = field(default_factory=list)
    unsealed: int = 0
    oldest_unsealed: datetime | None = None
    anchors: int = 0

    @property
    def sound(self) -> bool:
        return not self.faults


def seal_of(key: bytes, before: str, row: Mapping[str, object]) -> str:
    """64 hexadecimal digits: HMAC-SHA256 over the row's columns and the seal before, every part with its length."""
    digest = hmac.new(key, digestmod=hashlib.sha256)
    sealed = (
        _SEALED if row.get("behalf_id") is None else (*_SEALED, "behalf_id")
    )  # rows from before it was there stay valid
    for value in (before, *(row[name] for name in sealed)):
        text = value.isoformat() if isinstance(value, datetime) else str(value)
        part = b"-" if value is None else b"+" + text.encode()
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()


def seal(uow: UnitOfWork, key: bytes) -> Anchor | None:
    """Link what waits to the end of the chain, at most BATCH rows. Returns the new end, None if nothing waited."""
    uow.need(LOCK)
    rows = uow.find(audit, chain=None, limit=BATCH)
    if not rows:
        return None
    end = _end(uow)
    for row in rows:
        chain = end.chain + 1
        mac = seal_of(key, end.mac, {**row, "chain": chain})
        uow.change(audit, row["id"], chain=chain, mac=mac)
        end = Anchor(chain, mac)
    return end


def _end(uow: UnitOfWork) -> Anchor:
    found = uow.first(audit, audit.c.chain.is_not(None), order=audit.c.chain.desc())
    return Anchor(0, _START) if found is None else Anchor(found["chain"], found["mac"])


def verify(reader: Reader, keys: Sequence[bytes], anchors: Sequence[Anchor]) -> Verdict:
    """Read the whole chain and compare; `keys` are those of every key that may have sealed a row."""
    verdict = check(_in_order(reader), keys, anchors)
    if len(verdict.faults) < MOST_FAULTS:
        waiting = select(func.count().label("n"), func.min(audit.c.at).label("oldest"))
        [found] = reader.rows(waiting.where(audit.c.chain.is_(None)))
        verdict.unsealed, verdict.oldest_unsealed = found["n"], found["oldest"]
    return verdict


def check(rows: Iterable[Row], keys: Sequence[bytes], anchors: Sequence[Anchor]) -> Verdict:
    """As `verify`, over sealed rows in their order."""
    verdict, known = Verdict(anchors=len(anchors)), {anchor.chain: anchor.mac for anchor in anchors}
    before, at = _START, 0
    for row in rows:
        if len(verdict.faults) >= MOST_FAULTS:
            return verdict
        for chain in range(at + 1, min(row["chain"], at + MOST_FAULTS + 1)):
            verdict.faults.append(Fault(chain, "missing"))
        at, verdict.sealed = row["chain"], verdict.sealed + 1
        mac = str(row["mac"] or "")  # whoever tampers may leave none
        if not any(_same(seal_of(key, before, row), mac) for key in keys):
            verdict.faults.append(Fault(at, "changed", row["id"]))
        if not _same(known.get(at, mac), mac):
            verdict.faults.append(Fault(at, "not the anchored one", row["id"]))
        before = mac
    verdict.faults += [Fault(chain, "cut off") for chain in sorted(known) if chain > at]
    return verdict


def keys_of(reader: Reader, vault: Vault) -> list[bytes]:
    """Of every seal that there may be: those of the ring, and those of keys that have left it."""
    retired = [row["audit"] for row in reader.find(retired_key)]
    return [*(vault.derive(PURPOSE, key_id) for key_id in vault.key_ids), *retired]


def retire(uow: UnitOfWork, vault: Vault) -> None:
    """Keep the keys of the older seals, sealed under the primary key, so that theirs may leave the ring."""
    for key_id in vault.key_ids:
        if key_id != vault.primary:
            uow.add_once(retired_key, key_id=key_id, audit=vault.derive(PURPOSE, key_id))


def _same(one: str, other: str) -> bool:
    """As bytes: what a tamperer wrote may hold any letter."""
    return hmac.compare_digest(one.encode(), other.encode())


def _in_order(reader: Reader) -> Iterator[Row]:
    """Through `rows`, which remembers nothing: the audit may be longer than the memory."""
    at = 0
    while True:
        rows = reader.rows(select(audit).where(audit.c.chain > at).order_by(audit.c.chain).limit(BATCH))
        yield from rows
        if len(rows) < BATCH:
            return
        at = rows[-1]["chain"]
