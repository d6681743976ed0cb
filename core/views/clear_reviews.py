"""Versions that can be approved without a closer look: submitted, nothing to tick or to date, no check that warns."""

from collections.abc import Callable

from core.cases.review import missing_ticks, needed_dates
from core.cases.second_look import one_is_enough
from core.cases.tables import case, document_version
from core.engine.access import Actor, Policy, Reach, Subject
from core.store.reading import Lookup
from core.store.sealing import Row
from core.views.board import reachable_cases

MOST = 10


def clear_reviews(lookup: Lookup, actor: Actor, policy: Policy, subject_of: Callable[[Row], Subject]) -> list[Row]:
    """At most MOST, those that wait longest first, among the open cases that the reader reaches (core.views.board), and
    those for which a colleague has asked him; what wants another reviewer's approval as well is not among them."""
    if policy.rows(actor, "document.review") is Reach.NONE:
        return []
    cases = [
        row
        for row in reachable_cases(lookup, actor, policy, subject_of)
        if policy.may(actor, "document.review", subject_of(row))
    ]
    versions = [*lookup.preload(document_version, "case_id", {row["id"] for row in cases}), *_asked_for(lookup, actor)]
    waiting = {
        int(row["id"]): row
        for row in versions
        if row["status"] == "submitted" and is_clear(row) and one_is_enough(row, actor)
    }
    return [waiting[version_id] for version_id in sorted(waiting)][:MOST]


def _asked_for(lookup: Lookup, actor: Actor) -> list[Row]:
    """Versions of open cases of which he is the second reviewer, or stands in for him."""
    people = {actor.id, *(each.id for each in actor.stands_for if each.scope in ("", "reviewer"))}
    two = lookup.find(document_version, document_version.c.second_id.is_not(None), status="submitted")
    his = [row for row in two if row["second_id"] in people]
    states = {row["id"]: row["state"] for row in lookup.preload(case, "id", {row["case_id"] for row in his})}
    return [row for row in his if states[row["case_id"]] == "open"]


def is_clear(version: Row) -> bool:
    """Whether no finding asks anything of a person."""
    if missing_ticks(version) or needed_dates(version):
        return False
    return all(finding["outcome"] not in ("warn", "fail", "tick") for finding in version["findings"])
