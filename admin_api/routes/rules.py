"""The rules of a case: why each did or did not act, and letting one act again that its fuse has stopped."""

from typing import Annotated

from fastapi import Path, Query

from admin_api.desk import AtDesk, Desk
from admin_api.need import does, reaches
from admin_api.paging import USUAL, Cursor, Limit, before_id, id_before
from admin_api.route import section
from admin_api.schemas.asked import Words
from admin_api.schemas.ids import IdIn
from admin_api.schemas.rules import EndedRule, PlannedRule, RuleLog, StoppedRule, run_of
from core.cases.tables import case
from core.commands.cases import RearmRule
from core.kit.errors import NotFound
from core.store.reading import Reader
from core.views.hook_calls import with_calls
from core.views.rule_log import ended_rules, planned_rules, rule_runs, stopped_rules

RULES = section("rules")
Rule = Annotated[Words, Path(min_length=1, max_length=60, description="The rule's key.", examples=["complete"])]


@RULES.operation("GET", "/cases/{case_id}/rules", reaches("case.read", "case", "case_id"))
def read_rule_log(
    desk: AtDesk,
    case_id: IdIn,
    rule: Annotated[Words | None, Query(max_length=60, description="Only this rule (its key).")] = None,
    cursor: Cursor = None,
    limit: Limit = USUAL,
) -> RuleLog:
    """Why each rule did or did not act, newest first: what set it off, what was not met, what came of each action.

    Rules that wait for their moments are `planned`, each moment of its own; those that their fuse has stopped are
    `stopped`, those that an event has ended (`until`) are `ended`.
    """
    with desk.look() as reader:
        return _log(desk, reader, case_id, rule, id_before(cursor), limit)


@RULES.operation("POST", "/cases/{case_id}/rules/{rule}/rearm", does(RearmRule), status=204, errors=[409])
def rearm_rule(desk: AtDesk, case_id: IdIn, rule: Rule) -> None:
    """Let a rule act for this case again; 409 when its fuse is not blown."""
    desk.do(RearmRule(case_id=case_id, rule=rule))


def _log(desk: Desk, reader: Reader, case_id: int, rule: str | None, before: int | None, limit: int) -> RuleLog:
    row = reader.peek(case, case_id)
    if row is None:
        raise NotFound(thing="case")
    flow = desk.parts.catalogue.compiled(reader, row["flow_version_id"]).flow
    calendar = desk.parts.bus.wiring.tools["calendars"].of(reader, flow.calendar)
    runs = with_calls(reader, rule_runs(reader, case_id, limit + 1, rule=rule, before=before), desk.parts.texts)
    shown = [run_of(each, flow.rule_name) for each in runs[:limit]]
    planned = [each for each in planned_rules(reader, flow, calendar, row) if rule in (None, each.rule)]
    stopped = [each for each in stopped_rules(reader, case_id) if rule in (None, each[0])]
    ended = [each for each in ended_rules(reader, case_id) if rule in (None, each.rule)]
    return RuleLog(
        case_id=case_id,
        planned=[PlannedRule(rule=each.rule, name=flow.rule_name(each.rule), due=each.due) for each in planned],
        stopped=[StoppedRule(rule=key, name=flow.rule_name(key), since=since) for key, since in stopped],
        ended=[EndedRule(rule=each.rule, name=flow.rule_name(each.rule), at=each.since, by=each.by) for each in ended],
        runs=shown,
        next=before_id(shown[-1].seq) if len(runs) > limit else None,
    )
