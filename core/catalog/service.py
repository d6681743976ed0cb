"""Handler of the catalogue: publish a flow version."""

import hashlib

from core.actions.registry import actions
from core.bus.deed import Deed
from core.catalog.tables import flow_version
from core.commands.work import PublishFlow
from core.engine.flow import read_flow
from core.engine.lint import lint
from core.events.event import EVENTS
from core.kit.errors import Invalid, Problem
from core.staff.policy import ROLES


def check_source(source: bytes, texts: frozenset[str] = frozenset()) -> list[Problem]:
    """Every problem of a flow source, shape first, then meaning. Empty when it can be published."""
    try:
        flow = read_flow(source)
    except Invalid as invalid:
        return list(invalid.problems)
    known = {name: action.Args for name, action in actions().items()}
    return lint(flow, actions=known, roles=ROLES, texts=texts, events=EVENTS)


def publish_flow(command: PublishFlow, deed: Deed) -> int:
    """Returns the version's id; the same source published again is the same version. Raises Invalid."""
    source = command.source.encode()
    problems = check_source(source)
    if problems:
        raise Invalid(problems=problems)
    flow, digest = read_flow(source), hashlib.sha256(source).hexdigest()
    deed.uow.need("flow:" + flow.key)
    known = deed.uow.first(flow_version, flow_version.c.flow == flow.key, flow_version.c.version == flow.version)
    if known is not None:
        if known["sha256"] == digest:
            return int(known["id"])
        words = {
            "zh-CN": f"版本 {flow.version} 已发布且不可更改,请提高 version",
            "en": f"version {flow.version} is published and never changes: raise `version`",
        }
        raise Invalid(problems=[Problem("/version", "flow.published", words)])
    row = deed.uow.add(
        flow_version,
        flow=flow.key,
        version=flow.version,
        name=flow.name,
        meta=dict(flow.meta),
        source=source,
        sha256=digest,
        published_at=deed.now,
    )
    return int(row["id"])
