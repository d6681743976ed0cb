"""Finding cases by number, name, phone or tag: only among those that the reader may read, only by what he may see."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core.cases.tables import case
from core.clients.tables import client
from core.clients.tags import tagged
from core.engine.access import Actor, Mask, Policy, Subject
from core.kit.crypto import Vault
from core.store.reading import Lookup
from core.store.sealing import Row
from core.views.board import reachable_cases

MOST = 10
MOST_TAGGED = 500  # clients of one tag that are looked through, those tagged last first
_TAG = re.compile(r"(?:tag|标签)\s*[:：]\s*(?P<tag>.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Found:
    """At most MOST cases, newest first; whether there are more; by what this reader may not look."""

    cases: tuple[Row, ...]
    more: bool
    unseen: tuple[str, ...]  # "name", "phone": fields that are masked or hidden for him


@dataclass(frozen=True, slots=True)
class Search:
    """Who looks, and with what."""

    lookup: Lookup
    actor: Actor
    policy: Policy
    subject_of: Callable[[Row], Subject]
    vault: Vault

    def find(self, words: str) -> Found:
        """`tag:word` looks at tags alone; else number, phone, tag and name are tried.

        Names are sealed: they are compared after opening, among the newest cases that the reader reaches (500 open
        and 500 closed, core.views.board). Numbers, phones and tags are looked up wherever they are.
        """
        words = words.strip()
        by_tag = _TAG.fullmatch(words)
        if by_tag is not None:
            return _found(self._readable(self._of_tag(by_tag["tag"])), ())
        seen = self.policy.fields(self.actor, "client")
        unseen = tuple(name for name in ("name", "phone") if seen.get(name, Mask.HIDDEN) < Mask.READ)
        rows = [*self.lookup.find(case, number=words.upper()), *self._of_tag(words)]
        if "phone" not in unseen:
            rows += self._of_phone(words)
        return _found([*self._readable(rows), *self._named(words, by_name="name" not in unseen)], unseen)

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

    def _of_tag(self, tag: str) -> list[Row]:
        return self._of_clients(tagged(self.lookup, self.vault, tag, MOST_TAGGED))

    def _of_phone(self, words: str) -> list[Row]:
        phone = re.sub(r"[\s()-]", "", words)
        indexes = self.vault.blind_candidates("client.phone", phone) if phone else []
        return self._of_clients(row["id"] for each in indexes for row in self.lookup.find(client, phone_index=each))

    def _of_clients(self, people: Iterable[int]) -> list[Row]:
        return [row for person in people for row in self.lookup.find(case, client_id=person)]

    def _readable(self, rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if self.policy.may(self.actor, "case.read", self.subject_of(row))]


def _found(rows: Iterable[Row], unseen: tuple[str, ...]) -> Found:
    """Each once, newest first."""
    distinct = {row["id"]: row for row in rows}
    newest = [distinct[case_id] for case_id in sorted(distinct, reverse=True)]
    return Found(tuple(newest[:MOST]), len(newest) > MOST, unseen)
