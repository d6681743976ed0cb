"""Who would get a content if it were published now: nothing is written and nothing is sent.

What each rule would do is found by the very functions that do it (core.cases.contents.outlook, the rule's own
condition), case by case in the order in which cases hear, in parts that are each a short look of their own. A client
whom two rules or cases would reach counts for the first one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from core.actions.registry import commands_of
from core.actions.situation import Situation
from core.bus.deed import SYSTEM
from core.bus.wiring import FactSource, gathered
from core.cases.content_tables import content_sent
from core.cases.contents import Means, event_of, had, outlook
from core.cases.tables import case, rule_fuse
from core.catalog.contents import shelf_of
from core.catalog.tables import content, content_version
from core.clients.tables import client, client_identity, client_tag, consent
from core.commands.contents import SendContent
from core.conversations.reach import has_chat
from core.conversations.tables import conversation
from core.engine.contents import Published, shelf_with
from core.engine.flow import Rule
from core.engine.lint_contents import ACTION, EVENT
from core.engine.machine import CompiledFlow
from core.engine.sayings import Sayings
from core.engine.text import LANGUAGES, Words
from core.ledger.tables import in_state
from core.store.reading import Lookup, Reader, ReaderAt
from core.store.sealing import Row

CHUNK: Final = 100  # cases of one look
MOST_CASES: Final = 2000  # the oldest open cases of flows with such a rule
MOST_SHOWN: Final = 50  # cases that are named
MOST_REASONS: Final = 20  # of a rule, the most frequent first

Opening = Callable[[], AbstractContextManager[Reader]]
Why = tuple[str, str, str]  # code, and the sentence in zh-CN and en


@dataclass(frozen=True, slots=True)
class Lens:
    """What an audience is looked at through. ``facts``: the house's own sources, by the prefix of their names."""

    means: Means
    facts: Mapping[str, FactSource]
    sayings: Sayings
    now: datetime


@dataclass(slots=True)
class OfRule:
    """One rule that waits for contents, in all versions of its flow that have open cases."""

    flow: str
    rule: str
    name: Words
    cases: int = 0  # that would get it because of this rule
    clients: set[int] = field(default_factory=set)
    why: Counter[Why] = field(default_factory=Counter)  # of the cases that would not

    @property
    def reasons(self) -> list[tuple[Why, int]]:
        return self.why.most_common(MOST_REASONS)


@dataclass(slots=True)
class Audience:
    """``shown``: numbers of cases that would get it. ``left_off`` open cases were not looked at."""

    looked_at: int
    left_off: int
    rules: dict[tuple[str, str], OfRule] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        return sum(each.cases for each in self.rules.values())

    @property
    def clients(self) -> int:
        return len(set().union(*(each.clients for each in self.rules.values())))


def audience(lens: Lens, opening: Opening, version: Row, shows: Callable[[Row], bool]) -> Audience:
    """Of a version of a content, published or not; ``shows``: whether a case may be named."""
    with opening() as reader:
        ids = _concerned(reader, lens)
        shelf = shelf_with(shelf_of(reader), Published(version["name"], version["id"], tuple(version["topics"])))
    result = Audience(min(len(ids), MOST_CASES), max(0, len(ids) - MOST_CASES))
    count = _Count(lens, version, shelf, result)
    for start in range(0, result.looked_at, CHUNK):
        with opening() as reader:
            looking = ReaderAt(reader, lens.now)
            for row in _part(looking, ids[start : start + CHUNK]):
                if count.add(looking, row) and shows(row):
                    result.shown.append(row["number"])
    result.shown = sorted(result.shown)[:MOST_SHOWN]
    return result


def _concerned(reader: Reader, lens: Lens) -> list[int]:
    """Ids of the open cases whose flows have a rule that sends contents when one is published, the oldest first."""
    used = reader.rows(select(case.c.flow_version_id).distinct().where(in_state(case, "open")))
    versions = [int(row["flow_version_id"]) for row in used]
    wanted = [each for each in versions if list(_rules(lens.means.catalogue.compiled(reader, each)))]
    if not wanted:
        return []
    found = reader.rows(select(case.c.id).where(in_state(case, "open"), case.c.flow_version_id.in_(wanted)))
    return sorted(int(row["id"]) for row in found)


def _part(reader: ReaderAt, ids: Sequence[int]) -> list[Row]:
    """Those that are open still, with what is asked about them read at once."""
    rows = sorted((row for row in reader.preload(case, "id", ids) if row["state"] == "open"), key=lambda row: row["id"])
    people = {row["client_id"] for row in rows}
    reader.preload(client, "id", people)
    for table in (consent, client_tag, client_identity, conversation, content_sent, case):
        reader.preload(table, "client_id", people)
    reader.preload(rule_fuse, "case_id", [row["id"] for row in rows])
    return rows


def _rules(compiled: CompiledFlow) -> Iterator[Rule]:
    for rule in compiled.rules_on.get(EVENT, ()):
        if any(call.action == ACTION for call in rule.then):
            yield rule


@dataclass(slots=True)
class _Count:
    """A content being put to case after case."""

    lens: Lens
    version: Row
    shelf: Sequence[Published]  # as it would be once this version is published
    result: Audience
    taken: set[int] = field(default_factory=set)  # clients who would have it by then

    def add(self, reader: ReaderAt, row: Row) -> bool:
        """Whether some rule would send it, counted with what each of them would do."""
        compiled = self.lens.means.catalogue.compiled(reader, row["flow_version_id"])
        gets = False
        for rule in _rules(compiled):
            key = (row["flow"], rule.key)
            of_rule = self.result.rules.setdefault(key, OfRule(*key, dict(rule.name)))
            why = self._why_not(reader, row, compiled, rule)
            if why is not None:
                of_rule.why[why] += 1
                continue
            gets = True
            self.taken.add(row["client_id"])
            of_rule.cases += 1
            of_rule.clients.add(row["client_id"])
        return gets

    def _why_not(self, reader: ReaderAt, row: Row, compiled: CompiledFlow, rule: Rule) -> Why | None:
        """None: this rule would send it. Of several actions the last one tells why not."""
        unmet = self._unmet(reader, row, compiled, rule)
        if unmet is not None:
            return _said(self.lens, "condition", unmet)
        fuse = reader.first(rule_fuse, case_id=row["id"], rule=rule.key)
        if fuse is not None and fuse["blown_at"] is not None:
            return _said(self.lens, "stopped")
        has = set(had(reader, row["client_id"]))
        if row["client_id"] in self.taken:
            has.add(self.version["id"])
        why = ""
        for command in _sends(rule, row, self.version):
            found = outlook(self.lens.means, reader, row, command, self.shelf, has)
            if found.published is not None and found.published.content_id == self.version["id"]:
                return None
            why = found.why or "other"
        return _said(self.lens, why)

    def _unmet(self, reader: ReaderAt, row: Row, compiled: CompiledFlow, rule: Rule) -> Sequence[Words] | None:
        """What of the rule's condition does not hold; None: it holds."""
        condition = compiled.required.get(("rule", rule.key))
        if condition is None:
            return None
        said = event_of(row["id"], self.version).model_dump(mode="json")
        wanted = [name for name in condition.names if not name.startswith("event.")]
        facts = gathered(self.lens.facts, reader, row, wanted, SYSTEM)
        verdict = condition.check(facts | {f"event.{name}": value for name, value in said.items()})
        return None if verdict.ok else verdict.unmet


def _sends(rule: Rule, row: Row, version: Row) -> Iterator[SendContent]:
    """What its actions ask for, as when it acts."""
    situation = Situation(row["id"], row["client_id"], "", {}, rule=rule.key, content_id=version["id"])
    for call in rule.then:
        if call.action == ACTION:
            for command in commands_of(call.action, call.args, situation):
                if isinstance(command, SendContent):
                    yield command


def _said(lens: Lens, code: str, clauses: Sequence[Words] = ()) -> Why:
    joint = {"zh-CN": "；", "en": "; "}
    zh, en = (
        lens.sayings.say(
            language,
            f"contents.why_{code}",
            {"clauses": joint[language].join(each[language] for each in clauses)},
        )
        for language in LANGUAGES
    )
    return code, zh, en


def means_of(tools: Mapping[str, Any]) -> Means:
    """From what the hall gave the bus."""
    return Means(tools["catalogue"], tools["tables"], has_chat)


def version_of(lookup: Lookup, key: str, number: int | None) -> Row | None:
    """A version of a content, the newest without a number."""
    row = lookup.first(content, name=key)
    if row is None:
        return None
    return lookup.first(content_version, name=key, number=row["newest"] if number is None else number)
