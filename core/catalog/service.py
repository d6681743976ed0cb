"""Handler of the catalogue: publish a flow version."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from core.actions.registry import actions
from core.bus.deed import Deed
from core.catalog.calendars import LivingCalendars, unknown_calendar
from core.catalog.catalogue import Catalogue, newest_of
from core.catalog.contents import unknown_contents
from core.catalog.office_tables import unknown_tables
from core.catalog.tables import flow_version
from core.commands.work import PublishFlow
from core.engine.flow import Flow
from core.engine.lint import Examined, Known, examine
from core.engine.lint_children import Flows, foreign_problems
from core.engine.lint_hooks import hook_problems
from core.engine.lint_rules import department_problems
from core.engine.sayings import Sayings
from core.events.event import rule_events
from core.kit.errors import Invalid, Problem
from core.store.reading import Lookup


@lru_cache(maxsize=32)  # an agency's flows and drafts
def look_over(source: bytes, roles: frozenset[str], sayings: Sayings) -> Examined:
    """The flow and its mistakes, kept for a while: a door looks it over before the writer has to."""
    acts = {name: action.Args for name, action in actions().items()}
    return examine(source, Known(acts, roles, (), rule_events(), sayings))


def house_problems(flow: Flow, lookup: Lookup, tools: Mapping[str, Any]) -> list[Problem]:
    """What a flow names and this house does not have: calendar, departments, webhooks, tables, contents, flows of
    children."""
    living: LivingCalendars = tools["calendars"]
    return [
        *unknown_calendar(flow.calendar, living.names(lookup)),
        *department_problems(flow, tools["departments"](lookup)),
        *hook_problems(flow, tools["hooks"]),
        *unknown_tables(flow, lookup),
        *unknown_contents(flow, lookup),
        *foreign_problems(flow, published_flows(lookup, tools["catalogue"])),
    ]


def publish_flow(command: PublishFlow, deed: Deed) -> int:
    """Returns the version's id; the same source published again is the same version. Raises Invalid."""
    source = command.source.encode()
    examined = look_over(source, frozenset(deed.wiring.policy.roles), deed.tool("sayings"))
    if examined.flow is None:
        raise Invalid(problems=examined.problems)
    if unknown := house_problems(examined.flow, deed.uow, deed.wiring.tools):
        raise Invalid(problems=unknown)
    flow, fingerprint = examined.flow, hashlib.sha256(source).hexdigest()
    deed.uow.need("flow:" + flow.key)
    there = deed.uow.first(flow_version, flow=flow.key, version=flow.version)
    if there is not None:
        if there["sha256"] == fingerprint:
            return int(there["id"])
        raise Invalid(problems=[published_already(flow.version)])
    row = deed.uow.add(
        flow_version,
        flow=flow.key,
        version=flow.version,
        name=flow.name,
        meta=dict(flow.meta),
        source=source,
        sha256=fingerprint,
        published_at=deed.now,
    )
    return int(row["id"])


def published_flows(lookup: Lookup, catalogue: Catalogue) -> Flows:
    """The newest version of each flow that is published, for what another flow says of it."""

    def newest(key: str) -> Flow | None:
        row = newest_of(lookup, key)
        return None if row is None else catalogue.compiled(lookup, row["id"]).flow

    return newest


def published_already(version: int) -> Problem:
    """A version of this number is there, and its source is another one."""
    zh = f"版本 {version} 已发布且不可更改，请提高 version"
    en = f"version {version} is published and never changes: raise `version`"
    return Problem("/version", "flow.published", {"zh-CN": zh, "en": en})
