"""What came of the webhooks that rules have called, in words: their deliveries are rows of the outbox."""

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from core.engine.sayings import Sayings
from core.engine.text import LANGUAGES, Words
from core.ledger.tables import outbox
from core.store.reading import Lookup
from core.store.sealing import Row
from core.views.rule_log import Act, Run

_WHY: Final = MappingProxyType(  # what a channel says of a failed attempt -> our sentence
    {
        "timeout": "rules.hook_timeout",
        "no address": "rules.hook_no_address",
        "forbidden address": "rules.hook_forbidden_address",
        "no connection": "rules.hook_no_connection",
        "busy": "rules.hook_busy",
        "too long": "rules.hook_too_long",
        "channel is not configured": "rules.hook_not_configured",
    }
)
_HTTP: Final = "http "


def with_calls(lookup: Lookup, runs: Iterable[Run], sayings: Sayings) -> list[Run]:
    """The same runs; of each delivery `came` is asked (it is on its way), done or failed, with a sentence that says
    more."""
    return [replace(run, acts=tuple(_told(lookup, act, sayings) for act in run.acts)) for run in runs]


def _told(lookup: Lookup, act: Act, sayings: Sayings) -> Act:
    if not act.sent:
        return act
    row = lookup.peek(outbox, act.sent)
    if row is None or row["state"] in ("dropped", "discarded"):
        return replace(act, came="failed", reasons=(_say(sayings, "rules.hook_dropped"),))
    if row["state"] == "sent":
        return replace(act, came="done", reasons=(_delivered(row, sayings),))
    if row["state"] == "dead":
        return replace(act, came="failed", reasons=(_say(sayings, "rules.hook_failed", row), *_why(row, sayings)))
    if row["error"] is None:
        return replace(act, reasons=(_say(sayings, "rules.hook_waiting"),))
    return replace(act, reasons=(_say(sayings, "rules.hook_trying", row), *_why(row, sayings)))


def _delivered(row: Row, sayings: Sayings) -> Words:
    return _say(sayings, "rules.hook_delivered", {"status": (row["external_id"] or "").removeprefix(_HTTP)})


def _why(row: Row, sayings: Sayings) -> tuple[Words, ...]:
    """The reason of the last attempt; one that no webhook gives is told as it is."""
    said = (row["error"] or "").rpartition(": ")[2]
    if said.startswith(_HTTP):
        return (_say(sayings, "rules.hook_answered", {"status": said.removeprefix(_HTTP)}),)
    key = _WHY.get(said)
    return (dict.fromkeys(LANGUAGES, said),) if key is None else (_say(sayings, key),)


def _say(sayings: Sayings, key: str, params: Row | None = None) -> Words:
    return {language: sayings.say(language, key, params) for language in LANGUAGES}
