"""Mistakes in the newer words of the language, made in the flow of tests/meetings: pointer, value, code, pointer of the
problem. What a house must be asked for is not among them."""

from typing import Any, Final

from core.engine import conditions, formula_kinds


def _deep(levels: int) -> Any:
    formula: Any = "1"
    for _ in range(levels):
        formula = {"sum": [formula]}
    return formula


def _nested(levels: int) -> Any:
    spec: Any = {"all": [FILLED]}
    for _ in range(levels):
        spec = {"all": [spec]}
    return spec


FILLED: Final = {"field": "case.filing", "op": "filled"}
CHOSEN: Final = {
    "key": "first",
    "name": {"zh-CN": "首选", "en": "First choice"},
    "type": "enum",
    "choices": [{"key": "north", "name": {"zh-CN": "北", "en": "North"}}],
    "source": "computed",
    "compute": {"when": {"all": [FILLED]}, "then": "north", "else": "nrth"},
}
APPROVAL: Final = {"mode": "any", "approve": "passed", "decline": "failed"}
IDENTITY: Final = {"when": {"all": [{"field": "case.passport", "op": "filled"}]}, "then": "1", "else": "0"}
SHARP: Final = [{"kind": "sharp", "warn": "much", "reject": "20"}]
ASKED: Final = {"zh-CN": "几天？", "en": "How many days?"}
SURVEY: Final = {"action": "ask_survey", "args": {"title": ASKED, "text": ASKED, "scale": "stars"}}

NEWER: Final[tuple[tuple[str, Any, str, str], ...]] = (
    ("/rules/4/at/offsets", ["1d"], "flow.at_offset", "/rules/4/at"),
    ("/rules/5/at/offsets", ["-7cd", "-7cd"], "flow.at_offset_twice", "/rules/5/at/offsets"),
    ("/rules/5/at/times", "3", "flow.at_times", "/rules/5/at/times"),
    ("/rules/4/at/times", None, "flow.at_every_times", "/rules/4/at/every"),
    ("/rules/5/at/every", "1cd", "flow.at_every_offsets", "/rules/5/at/every"),
    ("/rules/4/at/every", "-1cd", "flow.at_every", "/rules/4/at/every"),
    ("/rules/4/at/offset", "50%", "flow.at_every_percent", "/rules/4/at/offset"),
    ("/rules/3/at/until", [], "flow.at_again", "/rules/3/at/again"),
    ("/rules/4/at/until/0", "MoonRose", "flow.unknown_event", "/rules/4/at/until/0"),
    ("/rules/3/at/in/0", "nowhere", "flow.unknown_stage", "/rules/3/at/in/0"),
    ("/rules/5/at/offsets", ["50%"], "flow.at_percent_anchor", "/rules/5/at/offsets"),
    ("/rules/3/at/offsets", ["2000%"], "flow.at_percent", "/rules/3/at/offsets"),
    ("/rules/3/at/in", ["done"], "flow.at_percent_limit", "/rules/3/at/offsets"),
    ("/rules/6/at/after_end", "false", "flow.at_closed", "/rules/6/at"),
    ("/rules/6/then/0/action", "add_service", "flow.at_after_end", "/rules/6/at/after_end"),
    ("/stages/2/approval/decline", "passed", "flow.approval_same", "/stages/2/approval/decline"),
    ("/stages/2/approval/approve", "confirm", "flow.approval_step", "/stages/2/approval/approve"),
    ("/stages/2/approval/approve", "close", "flow.approval_by", "/stages/2/approval/approve"),
    ("/stages/2/approval/mode", "all", "flow.approval_share", "/stages/2/approval/share"),
    ("/stages/2/approval/share", "3/2", "flow.approval_share", "/stages/2/approval/share"),
    ("/stages/2/approval/mode", "any", "flow.approval_mean", "/stages/2/approval/mean"),
    ("/stages/0/handover/to", "consultant", "flow.handover_to_itself", "/stages/0/handover/to"),
    ("/stages/0/handover/form/0", "nothing", "flow.unknown_field", "/stages/0/handover/form/0"),
    ("/stages/3/remind", ["1"], "flow.gag_remind", "/stages/3/remind"),
    ("/stages/3/gag", "false", "flow.gag_except_alone", "/stages/3/gag_except"),
    ("/stages/3/gag_except/0", "nothing", "flow.unknown_message", "/stages/3/gag_except/0"),
    ("/tables/0", "Not a name", "flow.table_name", "/tables/0"),
    ("/tables/1", "schools", "flow.table_twice", "/tables/1"),
    ("/fields/0/choices_from", "zoo", "flow.table_not_listed", "/fields/0/choices_from"),
    ("/fields/3/choices_from", "schools", "flow.table_choices", "/fields/3/choices_from"),
    ("/services/0/tell_client/done", "nothing", "flow.unknown_message", "/services/0/tell_client/done"),
    ("/children/0/kinds/robot", "grown_up", "flow.unknown_type", "/children/0/kinds/robot"),
    ("/children/0/gives/school", "case.filing", "flow.child_twice", "/children/0/gives/school"),
    ("/children/0/as", None, "shape.null", "/children/0/as"),
    ("/stages/0/due", None, "shape.null", "/stages/0/due"),
    ("/stages/2/approval/seats", None, "shape.null", "/stages/2/approval/seats"),
    ("/stages/2/approval/by", "", "shape.null", "/stages/2/approval/by"),
    ("/stages/4/approval", APPROVAL, "flow.approval_final", "/stages/4/approval"),
    ("/stages/2/approval", {**APPROVAL, "mode": "all"}, "flow.approval_seats", "/stages/2/approval"),
    ("/rules/2/then/0/args/personal", ["near"], "flow.hook_not_personal", "/rules/2/then/0/args/personal/0"),
    ("/rules/2/then/0/args/fields", ["passport"], "flow.hook_personal", "/rules/2/then/0/args/fields/0"),
    ("/rules/0/when", {}, "condition.group", "/rules/0/when"),
    ("/fields/1", CHOSEN, "formula.choice", "/fields/1/compute/else"),
    ("/fields/3/compute", {"date": "2026-02-30", "plus": "1d"}, "formula.literal", "/fields/3/compute/date"),
    ("/fields/6/ask", ASKED, "formula.asked", "/fields/6/ask"),
    ("/fields/6/source", "staff", "formula.given", "/fields/6/compute"),
    ("/fields/6/type", "phone", "formula.field_type", "/fields/6/compute"),
    ("/fields/6/compute", {"sum": ["case.used"]}, "formula.cycle", "/fields/6/compute"),
    ("/fields/6/compute", {"sum": ["1"], "max": ["2"]}, "formula.form", "/fields/6/compute"),
    ("/fields/6/compute", {"sum": ["1"], "places": "2"}, "formula.rounding", "/fields/6/compute/places"),
    ("/fields/6/compute", {"sum": []}, "formula.terms", "/fields/6/compute/sum"),
    ("/fields/6/compute", {"sum": ["case.filing"]}, "formula.type", "/fields/6/compute/sum/0"),
    ("/fields/6/compute", {"sum": ["case.trips"]}, "formula.type", "/fields/6/compute/sum/0"),
    ("/fields/6/compute", {"date": "case.filing", "plus": "1d"}, "formula.result", "/fields/6/compute"),
    (
        "/fields/6/compute",
        _deep(formula_kinds.MAX_DEPTH + 1),
        "formula.depth",
        "/fields/6/compute" + "/sum/0" * formula_kinds.MAX_DEPTH,
    ),
    ("/fields/6/compute/days_within/until", "tomorrow", "formula.type", "/fields/6/compute/days_within/until"),
    ("/fields/7/compute", IDENTITY, "formula.personal", "/fields/7/compute"),
    (
        "/fields/7/compute/nights",
        {"of": "case.stops", "in": "mars"},
        "formula.place",
        "/fields/7/compute/nights/in",
    ),
    ("/fields/9/source", "computed", "formula.no_formula", "/fields/9"),
    ("/items/0/checks", SHARP, "shape.number", "/items/0/checks/0/warn"),
    ("/params", {"days": {"value": "3", "as_of": "soon", "source": "us"}}, "shape.date", "/params/days/as_of"),
    ("/rules/0/when/all/0", {"field": "case.filing"}, "condition.clause", "/rules/0/when/all/0"),
    ("/rules/0/when/all/0/label", {"fr": "plein"}, "condition.label", "/rules/0/when/all/0/label"),
    (
        "/rules/0/when",
        _nested(conditions.MAX_DEPTH),
        "condition.depth",
        "/rules/0/when" + "/all/0" * conditions.MAX_DEPTH,
    ),
    ("/rules/0/when", {"all": [FILLED] * conditions.MAX_NODES}, "condition.nodes", "/rules/0/when"),
    ("/rules/6/then/0/args/promotion", "perhaps", "shape.bool", "/rules/6/then/0/args/promotion"),
    ("/rules/6/then/0", SURVEY, "shape.choice", "/rules/6/then/0/args/scale"),
    ("/rules/7/then/0/args", {"topics": "filing"}, "flow.field_type", "/rules/7/then/0/args/topics"),
    ("/rules/7/on", "StageEntered", "flow.content_event", "/rules/7/then/0/args/content"),
    ("/rules/8/when/none/0/op", "eq", "condition.op", "/rules/8/when/none/0/op"),
    ("/rules/5/then/0/args/title/en", "{case.passport}", "flow.personal_title", "/rules/5/then/0/args/title/en"),
)
