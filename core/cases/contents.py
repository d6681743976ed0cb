"""Sending a client a content of the office: which one is meant for him, and whether he is to be left in peace.

What is decided here is decided once more, word for word, where an audience is looked at before publishing.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from zoneinfo import ZoneInfo

from core.bus.deed import Deed
from core.cases.content_tables import content_sent
from core.cases.gagging import gag_of
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.catalog.catalogue import Catalogue
from core.catalog.contents import shelf_of
from core.catalog.office_tables import LivingTables
from core.catalog.settings import manners_of
from core.catalog.tables import content_version
from core.clients.consent import answer_of
from core.clients.promotion import opted_out
from core.clients.tables import client
from core.commands.contents import SendContent
from core.engine.contents import Asked, Published, choose, words_of
from core.engine.flow import Flow, Rule
from core.engine.lint_contents import ACTION
from core.engine.sayings import in_both
from core.engine.spec_rules import ActionCall
from core.engine.text import LANGUAGES
from core.events.contents import ContentChosen, ContentNotSent, ContentPublished
from core.ledger import timers
from core.ledger.tables import timer
from core.store.reading import Lookup
from core.store.sealing import Row
from core.store.unit import UnitOfWork

Came = Literal["nothing", "held", "unreachable"]
HELD: Final = frozenset({"consent", "opted_out", "gag"})


@dataclass(frozen=True, slots=True)
class Means:
    """What is asked beside the database."""

    catalogue: Catalogue
    tables: LivingTables
    reachable: Callable[[Lookup, int], bool]  # whether a client has a chat


@dataclass(frozen=True, slots=True)
class Outlook:
    """The content that the client of a case would be sent now; else `why` not: that of a Choice, or a code of `HELD`,
    or ``unreachable``."""

    published: Published | None
    topics: tuple[str, ...]
    why: str

    @property
    def came(self) -> Came:
        return "held" if self.why in HELD else "unreachable" if self.why == "unreachable" else "nothing"


def outlook(
    means: Means, lookup: Lookup, row: Row, command: SendContent, shelf: Sequence[Published], has: Collection[int]
) -> Outlook:
    """``shelf``: what is published, the newest first; ``has``: ids of the versions that this client got."""
    flow = means.catalogue.compiled(lookup, row["flow_version_id"]).flow
    choice = choose(shelf, _asked(means, lookup, row, flow, command), has)
    why = choice.why or _held(means, lookup, row["client_id"])
    if not why and not means.reachable(lookup, row["client_id"]):
        why = "unreachable"
    return Outlook(None if why else choice.published, choice.topics, why)


def had(lookup: Lookup, client_id: int) -> frozenset[int]:
    """Ids of the versions that a client was sent."""
    return frozenset(row["content_id"] for row in lookup.find(content_sent, client_id=client_id))


def event_of(case_id: int, version: Row) -> ContentPublished:
    """What a case hears when this version is published."""
    about = {"content_id": version["id"], "content": version["name"], "topics": tuple(version["topics"])}
    return ContentPublished(case_id=case_id, **about)


def _held(means: Means, lookup: Lookup, client_id: int) -> str:
    """Why this client is sent nothing that only promotes: a code of `HELD`; empty: he may be. A stage with a gag in any
    of his cases counts: what he would read does not say which case it comes from."""
    if answer_of(lookup, client_id) is False:
        return "consent"
    if opted_out(lookup, client_id):
        return "opted_out"
    cases = lookup.find(case, client_id=client_id, state="open")
    return "gag" if any(gag_of(means.catalogue, lookup, each["id"]) is not None for each in cases) else ""


def _asked(means: Means, lookup: Lookup, row: Row, flow: Flow, command: SendContent) -> Asked:
    if not command.topics:
        return Asked(content_id=command.content_id, content=command.content)
    named = means.tables.filled(lookup, flow)
    field = next((each for each in named.fields if each.key == command.topics), None)
    return Asked(topics=words_of(field, row["fields"].get(command.topics)))


def send_content(command: SendContent, deed: Deed) -> None:
    """At night it waits for the morning and is looked at anew then, also whether the flow still has the rule."""
    row = deed.uow.get(case, command.case_id)
    asked = [call.args for call in _calls(compiled_of(deed, row).flow, command.rule)]
    fields = [str(each["topics"]) for each in asked if "topics" in each]
    if not asked or (command.topics and not fields):
        return
    if command.topics and command.topics not in fields:  # the case is on another version since the evening
        command = command.model_copy(update={"topics": fields[0]})
    client_id = row["client_id"]
    deed.uow.need(f"{content_sent.name}:{client_id}")  # another case of his may be about to send the same
    means = Means(deed.tool("catalogue"), deed.tool("tables"), deed.tool("reachable"))
    found = outlook(means, deed.uow, row, command, shelf_of(deed.uow), had(deed.uow, client_id))
    if found.published is None:
        why = in_both(deed.tool("sayings"), f"contents.why_{found.why}")
        deed.emit(ContentNotSent(case_id=row["id"], rule=command.rule, came=found.came, why=why))
    elif not _put_off(command, row, deed):
        _send(command, row, found.published, found.topics, deed)


def _calls(flow: Flow, rule: str) -> list[ActionCall]:
    """The actions of a rule that send a content."""
    return [call for each in flow.rules if each.key == rule for call in each.then if call.action == ACTION]


def put_off(uow: UnitOfWork, row: Row, rule: Rule) -> list[str]:
    """Keys of the timers with which contents that this rule asked for wait for the morning."""
    if all(call.action != ACTION for call in rule.then):
        return []
    mine = timer.c.key.startswith(_keys(row["id"], rule.key), autoescape=True)
    return [str(each["key"]) for each in uow.find(timer, mine, case_id=row["id"], state="waiting")]


def _keys(case_id: int, rule: str) -> str:
    return f"content:{case_id}:{rule}:"


def _put_off(command: SendContent, row: Row, deed: Deed) -> bool:
    """Whether it is night where the client is: then it is kept until the quiet hours end."""
    own = deed.uow.get(client, row["client_id"])["zone"]
    zone: ZoneInfo = deed.tool("zone") if own is None else ZoneInfo(own)
    at = manners_of(deed).quiet.after(deed.now, zone)
    if at <= deed.now:
        return False
    asked = command.content or command.topics or command.content_id
    key = f"{_keys(row['id'], command.rule)}{asked}"
    timers.plan(deed.uow, key, at, command, case_id=row["id"], scope="content")
    sayings, params = deed.tool("sayings"), {"at": f"{at.astimezone(zone):%H:%M}"}
    why = {language: sayings.say(language, "contents.later", params) for language in LANGUAGES}
    deed.emit(ContentNotSent(case_id=row["id"], rule=command.rule, came="later", why=why))
    return True


def _send(command: SendContent, row: Row, published: Published, topics: tuple[str, ...], deed: Deed) -> None:
    about = {"client_id": row["client_id"], "content_id": published.content_id, "rule": command.rule}
    deed.uow.add(content_sent, **about, case_id=row["id"], at=deed.now)
    title = deed.uow.get(content_version, published.content_id)["title"]
    deed.emit(ContentChosen(case_id=row["id"], **about, content=published.key, title=title, topics=topics))
