"""The newer words of the language in the flow that the random versions begin with: approvals, hand-overs, pauses, gags,
steps of clients, children, services, tables, formulas, papers that lapse, and rules with several moments."""

from random import Random
from typing import Any, Final

from tests.engine.flow_parts import words

TABLE: Final = "places"
ROWS: Final = (
    "key,name.zh-CN,name.en,parent,days:int\n"
    "east,华东,East,,10\nhz,杭州,Hangzhou,east,3\nsh,上海,Shanghai,east,5\nwest,西部,West,,\n"
)
PARENTS: Final = {"east": ("east",), "hz": ("hz", "east"), "sh": ("sh", "east"), "west": ("west",)}
DAYS: Final = {"east": 10, "hz": 3, "sh": 5}  # of the rows that have them
Tree = dict[str, Any]


def add_newer(tree: Tree) -> None:
    """Into a flow that has the stages collect, prepare and done, the day `leaves` and the item `bank`."""
    tree["tables"] = [TABLE]
    tree["fields"] += [
        field_of("returns", "date"),
        field_of("home", "region") | {"choices_from": TABLE},
        field_of("wishes", "multi") | {"choices_from": TABLE},
        field_of("wish", "text"),
        worked_out("near", "bool", within("home")),
        worked_out("fee", "int", {"lookup": TABLE, "key": "case.home", "column": "days"}),
        worked_out("away", "int", {"days": ["case.leaves", "case.returns"]}),
    ]
    collect, prepare, done = tree["stages"]
    add_pause(collect, "waiting", "working")
    prepare["weight"] = "10"
    prepare["handover"] = {"to": "copywriter", "form": ["amount"], "accept": "taken_on", "return": "given_back"}
    decide, rest = stage_of("decide", "2d", "10"), stage_of("rest", "3d", "10")
    decide["approval"] = {"by": "consultant", "mode": "vote", "seats": "2", "approve": "passed", "decline": "failed"}
    decide["approval"] |= {"not_preparer": "false", "override": ["supervisor"]}  # or one of two seats stays empty
    rest |= {"gag": "true", "gag_except": ["remind"]}
    tree["stages"] = [collect, prepare, decide, rest, done]
    tree["transitions"] += [
        step("ask", "prepare", "decide", "consultant", "supervisor"),
        step("taken_on", "prepare", "rest", "system"),
        step("given_back", "prepare", "collect", "system"),
        step("passed", "decide", "rest", "system"),
        step("failed", "decide", "prepare", "system"),
        step("go_on", "rest", "prepare", "client", "consultant"),
    ]
    bank = next(each for each in tree["items"] if each["key"] == "bank")
    bank |= {"checks": [{"kind": "fresh", "days": "10", "at": "leaves"}], "lapses_before": "rest", "warn_days": "2"}
    tree["children"] = [child("side"), child("wished", each="case.wishes", value="wish")]
    tree["services"] = [service("polish")]
    tree["rules"] += [
        course("chaser", anchor="stage.entered", offsets=["1d", "3d"], until=["ClientWrote"], again="true")
        | {"when": {"all": [{"field": "case.stage", "op": "eq", "value": "collect"}]}},
        course("drip", anchor="case.opened", offset="1cd", every="2cd", times="3", until=["DocumentSubmitted"]),
        course("shares", anchor="stage.entered", offsets=["50%", "100%", "150%"], **{"in": ["prepare"]}),
        course("care", anchor="case.closed", offsets=["2cd", "1month"], after_end="true"),
    ]


def field_of(key: str, kind: str) -> Tree:
    return {"key": key, "name": words(f"字段{key}", f"Field {key}"), "type": kind, "ask": words("请填写", "Please say")}


def worked_out(key: str, kind: str, formula: Tree) -> Tree:
    found = field_of(key, kind) | {"source": "computed", "compute": formula}
    del found["ask"]
    return found


def within(field: str, place: str = "east") -> Tree:
    clause = {"field": f"case.{field}", "op": "within", "value": place}
    return {"when": {"all": [clause]}, "then": "true", "else": "false"}


def stage_of(key: str, due: str, weight: str = "0") -> Tree:
    return {
        "key": key,
        "name": words(f"阶段{key}", f"Stage {key}"),
        "client_text": words("正在处理。以官方最新要求为准。", "Under way. The authority's list prevails."),
        "owner": "consultant",
        "due": due,
        "weight": weight,
    }


def add_pause(stage: Tree, stands: str, runs: str) -> None:
    there = {each["key"] for each in stage.setdefault("substates", [])}
    stage["substates"] += [{"key": key, "name": words("状态", "State")} for key in (stands, runs) if key not in there]
    stage["pause"] = {"substates": [stands], "until": "client_writes", "resume": runs}


def step(key: str, start: str, to: str, *by: str) -> Tree:
    return {"key": key, "from": [start], "to": to, "label": words(f"步骤{key}", f"Step {key}"), "by": list(by)}


def child(key: str, each: str | None = None, value: str | None = None) -> Tree:
    """A case of the same flow, given what its parent knows."""
    found: Tree = {"key": key, "name": words("子案件", "Child"), "flow": "small_matter", "most": "4"}
    found["gives"] = {"amount": "case.amount"}
    return found if each is None else found | {"each": each, "as": value}


def service(key: str) -> Tree:
    return {"key": key, "name": words("服务", "Service"), "role": "consultant", "due": "1d"}


def course(key: str, **at: Any) -> Tree:
    return {
        "key": key,
        "name": words("提醒", "Reminder"),
        "at": at,
        "then": [{"action": "notify_client", "args": {"message": "remind"}}],
    }


def some_course(key: str, days: list[str], stages: list[str], random: Random) -> Tree:
    """A rule with several moments, which may stop, wait in some stages only, or go on when the case has ended."""
    kind = random.randrange(4)
    if kind == 0:
        return course(key, anchor="case.closed", offsets=["1cd", "2w"], after_end="true")
    at: Tree = {"anchor": random.choice(["stage.due", "stage.entered", "case.opened", *days])}
    if kind == 1:
        at |= {"offset": random.choice(["1cd", "4h"]), "every": random.choice(["1cd", "2d"]), "times": "3"}
    else:
        at["offsets"] = random.choice([["-1cd", "1cd"], ["1d", "3d"], ["-2d", "-1d", "5d"]])
    if random.random() < 0.4:
        at["until"] = random.choice([["ClientWrote"], ["DocumentSubmitted", "StageEntered"], ["FieldSet"]])
        if random.random() < 0.4:
            at["again"] = "true"
    if random.random() < 0.3:
        at["in"] = random.sample(stages, min(2, len(stages)))
    return course(key, **at)
