"""Reports: figures about the agency's own work, over what the caller reaches."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query

from admin_api.desk import AtDesk
from admin_api.need import lists
from admin_api.route import section
from admin_api.schemas.asked import MomentIn
from admin_api.schemas.reports import ResponseTimes, wait_of
from core.cases.tables import case
from core.kit.errors import Invalid, Problem
from core.views.response import acknowledgements, decisions
from core.wiring.subjects import of_case

REPORTS = section("reports")
USUAL = timedelta(days=7)
ACKNOWLEDGED = 5.0  # seconds
DECIDED = 86_400.0  # seconds: one day

Since = Annotated[MomentIn | None, Query(description="Seven days before `until` where it is left out.")]
Until = Annotated[MomentIn | None, Query(description="Now where it is left out.")]


@REPORTS.operation("GET", "/reports/response", lists("board.read"))
def response_times(desk: AtDesk, since: Since = None, until: Until = None) -> ResponseTimes:
    """How long clients waited: until the bot acknowledged a file, until a person decided on a document."""
    end = until or desk.parts.clock.now()
    start = since or _before(end)
    if start >= end:
        words = {"zh-CN": "since 必须早于 until", "en": "`since` must be before `until`"}
        raise Invalid(problems=[Problem("/since", "report.period", words)])
    with desk.look() as reader:

        def reached(cases: Iterable[int]) -> set[int]:
            rows = reader.preload(case, "id", set(cases))
            return {row["id"] for row in rows if desk.parts.policy.may(desk.actor, "board.read", of_case(row))}

        acknowledged = acknowledgements(reader, start, end, reached)
        decided = decisions(reader, start, end, reached)
    return ResponseTimes(
        since=start, until=end, acknowledged=wait_of(acknowledged, ACKNOWLEDGED), decided=wait_of(decided, DECIDED)
    )


def _before(end: datetime) -> datetime:
    try:
        return end - USUAL
    except OverflowError:
        return end.min.replace(tzinfo=end.tzinfo)
