"""Clients whom a reader reaches, newest first: all, or those of a name, phone, e-mail, passport number or tag."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.cases.tables import case
from core.clients.basics import INDEXES, of_exact
from core.clients.tables import client, guardian
from core.clients.tags import tagged
from core.contracts.tables import contract
from core.engine.access import Actor, Mask, Policy, Reach, Subject
from core.kit.crypto import Vault
from core.store.reading import Lookup, Reader
from core.store.sealing import Row

CHUNK = 200
MOST_LOOKED = 2000  # clients that one page looks through; the next page goes on behind them
MOST_TAGGED = 500


@dataclass(frozen=True, slots=True)
class ClientPage:
    """`next`: look on behind this id; None when there is nobody left. A page may hold fewer than were asked for."""

    rows: list[Row]
    next: int | None


@dataclass(frozen=True, slots=True)
class ClientList:
    """Who looks, and with what. `subject_of` tells whose a client is."""

    reader: Reader
    actor: Actor
    policy: Policy
    subject_of: Callable[[Lookup, int], Subject | None]
    vault: Vault

    def page(self, words: str, before: int | None, limit: int) -> ClientPage:
        """`words` as somebody types them; empty: everybody. Only by what the reader may see unmasked."""
        if self.policy.rows(self.actor, "client.read") is Reach.NONE:
            return ClientPage([], None)
        words, found, looked, last = words.strip(), list[Row](), 0, before
        exact = self._exact(words) if words else set[int]()
        by_name = self._sees("name")
        for row in self._newest(before):
            if len(found) == limit or looked == MOST_LOOKED:
                return ClientPage(found, last)
            looked, last = looked + 1, row["id"]
            named = by_name and words.casefold() in str(row["name"]).casefold()
            if (not words or row["id"] in exact or named) and self._reaches(row["id"]):
                found.append(row)
        return ClientPage(found, None)

    def _newest(self, before: int | None) -> Iterator[Row]:
        """In chunks, each with what the question whether he reaches them asks of all of them at once."""
        while True:
            where = () if before is None else (client.c.id < before,)
            chunk = self.reader.find(client, *where, order=client.c.id.desc(), limit=CHUNK)
            ids = [row["id"] for row in chunk]
            self.reader.preload(client, "id", ids)
            for table, column in ((case, "client_id"), (contract, "client_id"), (guardian, "person_id")):
                self.reader.preload(table, column, ids)
            yield from chunk
            if len(chunk) < CHUNK:
                return
            before = ids[-1]

    def _exact(self, words: str) -> set[int]:
        people = set(tagged(self.reader, self.vault, words, MOST_TAGGED))
        readable = [name for name in INDEXES if self._sees(name)]
        return people | set(of_exact(self.reader, self.vault, words, readable))

    def _sees(self, name: str) -> bool:
        return self.policy.fields(self.actor, "client").get(name, Mask.HIDDEN) >= Mask.READ

    def _reaches(self, client_id: int) -> bool:
        subject = self.subject_of(self.reader, client_id)
        return subject is not None and self.policy.may(self.actor, "client.read", subject)
