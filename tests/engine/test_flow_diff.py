"""What is other in one flow than in another: nothing is missed, nothing is made up, and people can read it."""

import json
from collections import Counter
from copy import deepcopy
from typing import Any, get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from core.actions.registry import actions
from core.engine.clauses import WrongClause
from core.engine.flow import Check, Field, Flow, Group, Item, Param, Rule, Stage, Transition, read_flow
from core.engine.flow_diff import Change, changes
from core.engine.flow_diff_names import ATTRIBUTES, CHECKS, MAPPINGS, PARTS, PIECES, VALUES
from core.engine.flow_diff_words import MOST_SHOWN
from core.engine.machine import compile_flow
from core.engine.pointer import join
from core.engine.spec_keys import key_problems
from core.engine.spec_params import fill_params
from core.engine.text import LANGUAGES
from core.engine.yaml_source import read_yaml
from core.kit.errors import Invalid
from tests.engine.flow_parts import (
    KNOWN,
    SHIPPED,
    as_source,
    cut,
    flow_of,
    healthy,
    put,
    resolve,
    shipped_source,
    words,
)
from tests.engine.test_lint_random import places

TREES: dict[str, Any] = {key: read_yaml(shipped_source(key)).data for key in SHIPPED}
LEAVES = {
    key: [place for place in places(tree) if isinstance(resolve(tree, join("", *place)), str)]
    for key, tree in TREES.items()
}
BACKWARDS = {"added": "removed", "removed": "added", "changed": "changed"}


def filled(tree: Any) -> Flow:
    """A flow without its conditions compiled, which takes long and is not what is asked here."""
    return Flow.model_validate(fill_params(tree)[0])


def dumped(flow: Flow) -> Any:
    return flow.model_dump(mode="json", by_alias=True)


def without_nulls(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: without_nulls(value) for key, value in tree.items() if value is not None}
    return [without_nulls(each) for each in tree] if isinstance(tree, list) else tree


def told(before: Any, after: Any) -> list[tuple[str, str, str, str]]:
    """Pointer, kind and both sentences of every change between two documents."""
    found = changes(flow_of(before), flow_of(after))
    return [(each.pointer, each.kind, each.words["zh-CN"], each.words["en"]) for each in found]


def mirror(found: tuple[Change, ...], *, back: bool) -> Counter[str]:
    """What a comparison found without its places, which are those of either flow; ``back``: seen from the other."""
    return Counter(
        json.dumps(
            [
                each.part,
                each.key,
                BACKWARDS[each.kind] if back else each.kind,
                *((each.new, each.old) if back else (each.old, each.new)),
            ]
        )
        for each in found
    )


@st.composite
def altered(draw: st.DrawFn) -> tuple[str, tuple[str | int, ...], str]:
    """A flow that ships, a place of one value in it, and another value with which its keys fit together still."""
    key = draw(st.sampled_from(SHIPPED))
    place = draw(st.sampled_from(LEAVES[key]))
    value = resolve(TREES[key], join("", *place))
    assert isinstance(value, str)
    same_kind = [
        resolve(TREES[key], join("", *each))
        for each in LEAVES[key]
        if [part for part in each if isinstance(part, str)] == [part for part in place if isinstance(part, str)]
    ]
    figures = st.sampled_from(["5d", "2h", "7", "31", "3", "true", "false", "2027-01-01"])
    other = draw(st.sampled_from(same_kind) | figures | st.just(value + "x") | st.just(value.upper()))
    try:
        assume(not key_problems(filled(put(TREES[key], join("", *place), other))))
    except ValueError:
        assume(False)
    return key, place, str(other)


@given(altered())
@settings(max_examples=200, deadline=None)
def test_one_other_value_anywhere_is_a_change_at_its_place_or_above(made: tuple[str, Any, Any]) -> None:
    key, place, other = made
    before, after = filled(TREES[key]), filled(put(TREES[key], join("", *place), other))
    try:
        found = changes(before, after)
    except (WrongClause, KeyError):  # a condition that asks for what there is not: no such flow is ever compared
        with pytest.raises(Invalid):
            compile_flow(after)
        return
    assert bool(found) == (before != after)
    if not found:  # such as +7d for 7d, or a default that is written out
        return
    pointer = join("", *place)
    assert any(pointer == each.pointer or pointer.startswith(each.pointer + "/") for each in found), found
    for each in found:
        assert resolve(dumped(before if each.kind == "removed" else after), each.pointer) == (
            each.old if each.kind == "removed" else each.new
        ) or isinstance(each.new, list)  # an order is told by keys
        assert each.words["zh-CN"], each
        assert each.words["en"], each
    assert mirror(changes(after, before), back=True) == mirror(found, back=False)


@given(st.sampled_from(SHIPPED), st.sampled_from(SHIPPED), st.randoms(use_true_random=False), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_seen_from_the_other_side_every_change_is_the_other_way_round(
    one: str, other: str, chance: Any, damages: int
) -> None:
    tree = deepcopy(TREES[other])
    for _ in range(damages):
        part = tree[chance.choice(["stages", "items", "fields", "rules", "reasons"])]
        deed = chance.choice(["move", "cut", "new"])
        if deed == "move":
            part.insert(chance.randrange(len(part)), part.pop())
        elif deed == "cut" and len(part) > 1:
            part.pop(chance.randrange(len(part)))
        else:
            part.append({**part[0], "key": f"new_{chance.randrange(10**6)}"})
    before, after = filled(TREES[one]), filled(tree)
    assert mirror(changes(after, before), back=True) == mirror(changes(before, after), back=False)


@pytest.mark.parametrize("key", SHIPPED)
def test_another_layout_of_the_file_is_no_change(key: str) -> None:
    written = read_flow(shipped_source(key))
    turned = json.loads(json.dumps(TREES[key], sort_keys=True)) | {"params": TREES[key].get("params", {})}
    whole = without_nulls(dumped(written) | {"params": TREES[key].get("params", {})})
    for source in (as_source(turned), as_source(TREES[key]), b"# a remark\n" + shipped_source(key), as_source(whole)):
        assert changes(written, read_flow(source)) == ()
        assert changes(read_flow(source), written) == ()


CHANGED = [
    (
        "/stages/0/due",
        "5d",
        "/stages/0/due",
        '阶段“收集”的时限由 3d 改为 5d',
        'Stage "Collect": limit 3d is now 5d',
    ),
    ("/stages/0/name/en", "Papers", "/stages/0/name/en", "阶段“收集”的名称（英文）由“Collect”改为“Papers”",
     'Stage "Papers": name (English) "Collect" is now "Papers"'),
    ("/stages/1/part_of", "result", "/stages/1/part_of", "阶段“复核”的所属阶段由 收集 改为 结果",
     'Stage "Review": part of stage Collect is now Result'),
    ("/transitions/1/from", ["review", "result"], "/transitions/1/from",
     "操作“退回”的起始阶段由 复核 改为 复核、结果",
     'Step "Back": from Review is now Review, Result'),
    ("/transitions/2/substate", "late", "/transitions/2/substate", "操作“决定”的到达后的子状态由 好 改为 晚",
     'Step "Decide": sub-status on arrival Good is now Late'),
    ("/transitions/2/form", ["back", "ready"], "/transitions/2/form",
     "操作“决定”的操作时填写的字段由 回程 改为 回程、就绪",
     'Step "Decide": fields asked for Return is now Return, Ready'),
    ("/transitions/0/by", ["sales"], "/transitions/0/by", "操作“提交”的可操作角色由 sales、系统 改为 sales",
     'Step "Hand in": roles that may take it sales, rules is now sales'),
    ("/transitions/2/when/none/0/op", "is_false", "/transitions/2/when",
     "操作“决定”的条件由“以下均不成立：操作人为经办人 为“是””改为“以下均不成立：操作人为经办人 为“否””",
     'Step "Decide": condition "none of: the acting person prepared the work is yes" is now '
     '"none of: the acting person prepared the work is no"'),
    ("/transitions/0/when/all/0/op", "is_false", "/transitions/0/when",
     "操作“提交”的条件由“所需材料全部通过 为“是” 且 地区 属于 北、南”改为“所需材料全部通过 为“否” 且 地区 属于 北、南”",
     'Step "Hand in": condition "all required documents are approved is yes and Place is one of North, South" is now '
     '"all required documents are approved is no and Place is one of North, South"'),
    ("/fields/0/choices/1", {"key": "west", "name": words("西", "West")}, "/fields/0/choices/1",
     "新增字段“地区”的选项“西”", 'Field "Place", choice "West" is new'),
    ("/fields/1/compute", {"date": "case.place", "minus": "2months"}, "/fields/1/compute",
     "字段“回程”的算式原来没有，现为 地区前 2 个月",
     'Field "Return": formula was not there and is now 2 months before Place'),
    ("/items/0/checks/0/field", "back2", "/items/0/checks/0/field",
     "材料“护照”的检查“有效期”的对照字段由 back 改为 back2",
     'Document "Passport", check "valid long enough": field back is now back2'),
    ("/items/1/translate", "true", "/items/1/translate", "材料“在职证明”的需要翻译由 否 改为 是",
     'Document "Letter": needs a translation no is now yes'),
    ("/groups/0/min", "2", "/groups/0/min", "材料组“财力”的最少项数由 1 改为 2",
     'Group "Means": how many are enough 1 is now 2'),
    ("/rules/1/at/offset", "-3cd", "/rules/1/at", "规则“提醒”的时间由 阶段时限前 1 天 改为 阶段时限前 3 天",
     'Rule "Remind": moment 1 day before the stage\'s limit is now 3 days before the stage\'s limit'),
    ("/rules/0/on", "CaseOpened", "/rules/0/on", "规则“齐全”的触发事件由 材料齐全 改为 开始办理",
     'Rule "Complete": event the checklist is complete is now a case is opened'),
    ("/rules/1/then/0/args/message", "hello", "/rules/1/then",
     "规则“提醒”的动作由“通知客户（message：builtin_text）”改为“通知客户（message：hello）”",
     'Rule "Remind": actions "tell the client (message: builtin_text)" is now "tell the client (message: hello)"'),
    ("/params/places/value/south", "C", "/params/places/value/south", "参数“places”的取值（south）由 B 改为 C",
     'Parameter "places": value (south) B is now C'),
    ("/params/months/as_of", "2026-04-01", "/params/months/as_of",
     "参数“months”的核实日期由 2026-03-01 改为 2026-04-01",
     'Parameter "months": date of the look-up 2026-03-01 is now 2026-04-01'),
    ("/applicant_types/0/name/zh-CN", "职员", "/applicant_types/0/name/zh-CN",
     "申请人类型“职员”的名称（中文）由“在职”改为“职员”",
     'Applicant type "Employed": name (Chinese) "在职" is now "职员"'),
    ("/reasons/0/name/en", "Dim", "/reasons/0/name/en", "原因“模糊”的名称（英文）由“Blurred”改为“Dim”",
     'Reason "Dim": name (English) "Blurred" is now "Dim"'),
    ("/messages/hello/zh-CN", "{name}，您好", "/messages/hello/zh-CN",
     "消息“hello”的中文由“您好 {name}”改为“{name}，您好”",
     'Message "hello": Chinese "您好 {name}" is now "{name}，您好"'),
    ("/calendar", "jp-office", "/calendar", "流程的工作日历由 cn-office 改为 jp-office",
     "Flow: calendar cn-office is now jp-office"),
    ("/roles", ["sales", "reviewer", "finance"], "/roles", "流程的角色由 sales、reviewer 改为 sales、reviewer、finance",
     "Flow: roles sales, reviewer is now sales, reviewer, finance"),
    ("/meta", {"country": "JP"}, "/meta/country", "新增标记“country”", 'Mark "country" is new'),
    ("/texts", {"menu.prompt": words("做什么？", "What?")}, "/texts/menu.prompt", "新增机器人用语“menu.prompt”",
     'Sentence of the bot "menu.prompt" is new'),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value", "pointer", "zh", "en"), CHANGED, ids=[each[0] for each in CHANGED])
def test_a_change_is_a_sentence_that_people_understand(place: str, value: Any, pointer: str, zh: str, en: str) -> None:
    found = {each[0]: each[2:] for each in told(healthy(), put(healthy(), place, value))}
    assert found[pointer] == (zh, en)


def test_what_comes_and_goes_is_told_by_name_and_a_renamed_key_is_both() -> None:
    stage = {"key": "archive", "name": words("归档", "Archive"), "owner": "sales", "part_of": "done"}
    more = put(healthy(), "/stages/-", stage)
    assert told(healthy(), more) == [
        ("/stages/4", "added", "新增阶段“归档”，位于“结束”之后", 'Stage "Archive" is new, after "Done"')
    ]
    assert told(more, healthy()) == [("/stages/4", "removed", "删除阶段“归档”", 'Stage "Archive" is gone')]
    assert told(healthy(), put(healthy(), "/items/4/key", "slip")) == [
        ("/items/4", "removed", "删除材料“回执”", 'Document "Receipt" is gone'),
        ("/items/4", "added", "新增材料“回执”", 'Document "Receipt" is new'),
    ]
    assert told(healthy(), cut(healthy(), "/stages/0/due")) == [
        ("/stages/0/due", "removed", "原有的阶段“收集”的时限已取消： 3d", 'Stage "Collect": limit was 3d and is gone')
    ]
    assert told(cut(healthy(), "/stages/0/due"), healthy()) == [
        (
            "/stages/0/due",
            "added",
            "阶段“收集”的时限原来没有，现为 3d",
            'Stage "Collect": limit was not there and is now 3d',
        )
    ]


def test_the_order_of_stages_counts_and_of_what_came_between_does_not() -> None:
    turned = healthy()
    turned["stages"] = [turned["stages"][each] for each in (1, 0, 2, 3)]
    assert told(healthy(), turned) == [
        (
            "/stages",
            "changed",
            "流程的阶段顺序由 收集、复核、结果、结束 改为 复核、收集、结果、结束",
            "Flow: order of stages Collect, Review, Result, Done is now Review, Collect, Result, Done",
        )
    ]
    first = healthy()
    first["stages"].insert(0, {"key": "ahead", "name": words("先", "Ahead"), "owner": "sales", "part_of": "collect"})
    assert [each[0] for each in told(healthy(), first)] == ["/stages/0"]
    assert told(healthy(), first)[0][3] == 'Stage "Ahead" is new, the first one'


def test_a_label_alone_is_told_although_the_condition_asks_the_same() -> None:
    other = put(healthy(), "/transitions/0/when/all/0/label/en", "Papers must be complete")
    [(pointer, _, zh, en)] = told(healthy(), other)
    assert pointer == "/transitions/0/when"
    assert "Papers must be complete" in en
    assert zh == "操作“提交”的条件的写法有改动"


def test_a_long_text_is_shown_where_it_differs_and_kept_whole() -> None:
    long = "请按顺序提交以下材料。" * 20
    before = put(healthy(), "/messages/hello/zh-CN", long + "甲" + long)
    after = put(healthy(), "/messages/hello/zh-CN", long + "乙\n" + long)
    [change] = changes(flow_of(before), flow_of(after))
    assert (change.old, change.new) == (long + "甲" + long, long + "乙\n" + long)
    assert "甲" in change.words["zh-CN"]
    assert "乙" in change.words["zh-CN"]
    assert "\n" not in change.words["zh-CN"]
    assert len(change.words["zh-CN"]) < 2 * MOST_SHOWN + 40


def test_everything_that_a_flow_may_say_has_a_name_in_both_languages() -> None:
    checks = get_args(get_args(Check)[0])
    kinds: dict[str, tuple[type[BaseModel], ...]] = {
        "": (Flow, Stage, Transition, Field, Item, Group, Rule, Param),
        "checks": checks,
    }
    parts = PIECES | MAPPINGS
    for kind, models in kinds.items():
        for model in models:
            for name, described in model.model_fields.items():
                shown = described.alias or name
                assert shown in parts or (kind, shown) in ATTRIBUTES or shown == "kind", f"{model.__name__}.{shown}"
    assert parts == PARTS.keys()
    assert {check.model_fields["kind"].annotation.__args__[0] for check in checks} == CHECKS.keys()
    assert {value for name, value in VALUES if name == "action"} == actions().keys()
    assert {value for name, value in VALUES if name == "on"} <= set(KNOWN.events)
    for named in (PARTS, ATTRIBUTES, CHECKS, VALUES):
        assert all(set(each) == set(LANGUAGES) for each in named.values())
