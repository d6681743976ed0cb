"""Finding cases, and clients without one, by number, name, phone, passport or tag: what the reader reaches and sees."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core.cases.tables import case
from core.clients.basics import of_exact
from core.clients.tables import client, guardian
from core.clients.tags import tagged
from core.contracts.tables import contract
from core.engine.access import Actor, Mask, Policy, Reach, Subject
from core.kit.crypto import Vault
from core.store.reading import Lookup
from core.store.sealing import Row
from core.views.board import reachable_cases

MOST = 10
MOST_TAGGED = 500  # clients of one tag, or of a name, that are looked through: those tagged or registered last
_TAG = re.compile(r"(?:tag|标签)\s*[:：]\s*(?P<tag>.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Found:
    """Cases, newest first; whether there are more; clients who have none; by what this reader may not look."""

    cases: tuple[Row, ...]
    clients: tuple[Row, ...]  # at most MOST, those registered last first
    more: bool
    unseen: tuple[str, ...]  # "name", "phone": fields that are masked or hidden for him


@dataclass(frozen=True, slots=True)
class Search:
    """Who looks, and with what."""

    lookup: Lookup
    actor: Actor
    policy: Policy
    subject_of: Callable[[Row], Subject]
    client_of: Callable[[Lookup, int], Subject | None]
    vault: Vault

    def find(self, words: str, *, limit: int = MOST, before: int | None = None) -> Found:
        """`tag:word` looks at tags alone; else number, phone, tag and name are tried. At most `limit` cases, older than
        the one with the id `before`.

        Names are sealed: they are compared after opening, among the newest cases that the reader reaches (500 open
        and 500 closed, core.views.board). Numbers, phones and tags are looked up wherever they are.
        """
        words = words.strip()
        by_tag = _TAG.fullmatch(words)
        if by_tag is not None:
            people = tagged(self.lookup, self.vault, by_tag["tag"], MOST_TAGGED)
            return self._found(self._readable(self._of_clients(people)), people, (), limit, before)
        seen = self.policy.fields(self.actor, "client")
        unseen = tuple(name for name in ("name", "phone") if seen.get(name, Mask.HIDDEN) < Mask.READ)
        people = tagged(self.lookup, self.vault, words, MOST_TAGGED)
        if "phone" not in unseen:
            people += self._of_phone(words)
        if seen.get("passport_no", Mask.HIDDEN) >= Mask.READ:
            people += of_exact(self.lookup, self.vault, words, ("passport_no",))
        rows = [*self.lookup.find(case, number=words.upper()), *self._of_clients(people)]
        by_name = "name" not in unseen
        found = [*self._readable(rows), *self._named(words, by_name=by_name)]
        people += self._newest_named(words) if by_name else []
        return self._found(found, people, unseen, limit, before)

    def _found(
        self, rows: Iterable[Row], people: Iterable[int], unseen: tuple[str, ...], limit: int, before: int | None
    ) -> Found:
        """Each once, newest first. Clients without a case come with the first page."""
        distinct = {row["id"]: row for row in rows if before is None or row["id"] < before}
        newest = [distinct[case_id] for case_id in sorted(distinct, reverse=True)]
        clients = tuple(self._without_case(people)) if before is None else ()
        return Found(tuple(newest[:limit]), clients, len(newest) > limit, unseen)

    def _without_case(self, people: Iterable[int]) -> Iterator[Row]:
        """Those who have no case at all and whose file the reader reaches."""
        everybody = set(people)
        busy = {row["client_id"] for row in self.lookup.preload(case, "client_id", everybody)}
        self._learn(everybody - busy)
        left = MOST
        for person in sorted(everybody - busy, reverse=True):
            if left == 0:
                return
            row, subject = self.lookup.peek(client, person), self.client_of(self.lookup, person)
            if row is not None and subject is not None and self.policy.may(self.actor, "client.read", subject):
                left -= 1
                yield row

    def _learn(self, people: set[int]) -> None:
        """What the question whether he reaches them asks of each of them, asked of all at once."""
        self.lookup.preload(client, "id", people)
        self.lookup.preload(contract, "client_id", people)
        wards = self.lookup.preload(guardian, "person_id", people)
        self.lookup.preload(case, "client_id", {row["client_id"] for row in wards})

    def _newest_named(self, words: str) -> list[int]:
        """Clients of this name among those registered last."""
        part = words.casefold()
        if not part or self.policy.rows(self.actor, "client.read") is Reach.NONE:
            return []
        newest = self.lookup.find(client, order=client.c.id.desc(), limit=MOST_TAGGED)
        return [row["id"] for row in newest if part in str(row["name"]).casefold()]

    def _named(self, words: str, *, by_name: bool) -> Iterator[Row]:
        """Reachable cases whose number has these words in it, or whose client's name."""
        part = words.casefold()
        if not part:
            return
        rows = [
            row
            for state in ("open", "closed")
            for row in reachable_cases(self.lookup, self.actor, self.policy, self.subject_of, state=state)
        ]
        names: dict[int, str] = {}
        if by_name:
            people = self.lookup.preload(client, "id", {row["client_id"] for row in rows})
            names = {person["id"]: str(person["name"]).casefold() for person in people}
        for row in rows:
            if part in row["number"].casefold() or part in names.get(row["client_id"], ""):
                yield row

    def _of_phone(self, words: str) -> list[int]:
        phone = re.sub(r"[\s()-]", "", words)
        indexes = self.vault.blind_candidates("client.phone", phone) if phone else []
        return [int(row["id"]) for each in indexes for row in self.lookup.find(client, phone_index=each)]

    def _of_clients(self, people: Iterable[int]) -> list[Row]:
        return self.lookup.preload(case, "client_id", people)

    def _readable(self, rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if self.policy.may(self.actor, "case.read", self.subject_of(row))]
