"""What the tests of flows share: the flows that ship, what they may call by name, and a small flow to break."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from core.actions.registry import actions
from core.engine.flow import Flow, read_flow
from core.engine.lint import Examined, Known, examine
from core.engine.machine import CompiledFlow, compile_flow
from core.engine.pointer import split
from core.events import approvals, children, contents, handoffs, happened, lapsing
from core.events.event import EVENTS

FLOWS = Path(__file__).parent.parent.parent / "flows"
SHIPPED = ("visa_jp_tourist", "visa_kr_tourist")

KNOWN = Known(
    actions={name: action.Args for name, action in actions().items()},
    roles=frozenset({"sales", "consultant", "copywriter", "reviewer", "service", "finance", "supervisor", "admin"}),
    texts=frozenset({"builtin_text"}),
    events=frozenset(EVENTS)
    & frozenset((*vars(happened), *vars(handoffs), *vars(lapsing), *vars(children), *vars(approvals), *vars(contents)))
    | {"ClientTagged", "ClientUntagged", "ClientContacted", "ClientOptedOut", "ClientOptedIn"},
)


def shipped_source(key: str) -> bytes:
    """The source of a flow that ships."""
    return (FLOWS / key / "v1.yaml").read_bytes()


def shipped(key: str) -> CompiledFlow:
    """A flow that ships, ready to run."""
    return compile_flow(read_flow(shipped_source(key)))


def as_source(tree: object) -> bytes:
    """A document as bytes: JSON is YAML."""
    return json.dumps(tree, ensure_ascii=False).encode()


def flow_of(tree: object) -> Flow:
    return read_flow(as_source(tree))


def look(tree: object) -> Examined:
    return examine(as_source(tree), KNOWN)


def resolve(document: object, pointer: str) -> object:
    """What a JSON Pointer points at. Raises KeyError, IndexError or ValueError if it points at nothing."""
    if pointer and not pointer.startswith("/"):
        raise ValueError(pointer)
    for part in split(pointer):
        if isinstance(document, dict):
            document = document[part]
        elif isinstance(document, list):
            document = document[int(part)]
        else:
            raise KeyError(pointer)
    return document


def put(tree: Any, pointer: str, value: object) -> Any:
    """A copy of a document with a value put in at a pointer; ``-`` as the last part appends to a list."""
    changed = deepcopy(tree)
    *way, last = split(pointer)
    node = changed
    for part in way:
        node = node[int(part)] if isinstance(node, list) else node[part]
    if isinstance(node, list) and last == "-":
        node.append(value)
    elif isinstance(node, list):
        node[int(last)] = value
    else:
        node[last] = value
    return changed


def cut(tree: Any, pointer: str) -> Any:
    """A copy of a document without what is at a pointer."""
    changed = deepcopy(tree)
    *way, last = split(pointer)
    node = changed
    for part in way:
        node = node[int(part)] if isinstance(node, list) else node[part]
    del node[int(last) if isinstance(node, list) else last]
    return changed


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh-CN": zh, "en": en}


def healthy() -> dict[str, Any]:
    """A small flow with one of everything and no problem. Every scalar is text, as read from YAML."""
    return {
        "key": "small",
        "version": "1",
        "kind": "visa",
        "name": words("小流程", "Small flow"),
        "languages": ["zh-CN", "en"],
        "calendar": "cn-office",
        "roles": ["sales", "reviewer"],
        "params": {
            "months": {"value": "6", "as_of": "2026-03-01", "source": "test"},
            "places": {"value": {"north": "A", "south": "B"}, "as_of": "2026-03-01", "source": "test"},
        },
        "applicant_types": [
            {"key": "employed", "name": words("在职", "Employed")},
            {"key": "student", "name": words("学生", "Student")},
        ],
        "fields": _fields(),
        "stages": _stages(),
        "transitions": _transitions(),
        "items": _items(),
        "groups": [{"key": "means", "name": words("财力", "Means"), "min": "1"}],
        "rules": _rules(),
        "reasons": [{"key": "blur", "name": words("模糊", "Blurred")}],
        "messages": {"hello": words("您好 {name}", "Hello {name}")},
    }


def _fields() -> list[dict[str, Any]]:
    return [
        {
            "key": "place",
            "name": words("地区", "Place"),
            "type": "enum",
            "choices": [{"key": "north", "name": words("北", "North")}, {"key": "south", "name": words("南", "South")}],
            "ask": words("哪里？", "Where?"),
        },
        {"key": "back", "name": words("回程", "Return"), "type": "date"},
        {"key": "ready", "name": words("就绪", "Ready"), "type": "bool", "source": "staff"},
        {
            "key": "valid_until",
            "name": words("最早失效日", "Valid until"),
            "type": "date",
            "source": "computed",
            "compute": {"date": "case.back", "plus": "${months}months"},
        },
    ]


def _stages() -> list[dict[str, Any]]:
    return [
        {
            "key": "collect",
            "name": words("收集", "Collect"),
            "client_text": words("请提交", "Please send"),
            "owner": "sales",
            "due": "3d",
            "weight": "60",
            "exit_form": ["ready"],
        },
        {"key": "review", "name": words("复核", "Review"), "owner": "reviewer", "weight": "30", "part_of": "collect"},
        {
            "key": "result",
            "name": words("结果", "Result"),
            "client_text": words("有结果", "There is a result"),
            "owner": "sales",
            "due": "5d",
            "weight": "10",
            "substates": [{"key": "good", "name": words("好", "Good")}, {"key": "late", "name": words("晚", "Late")}],
            "pause": {"substates": ["late"], "until": "client_writes", "resume": "good"},
        },
        {
            "key": "done",
            "name": words("结束", "Done"),
            "client_text": words("已结束", "Finished"),
            "owner": "sales",
            "final": "true",
        },
    ]


def _transitions() -> list[dict[str, Any]]:
    return [
        {
            "key": "hand_in",
            "from": ["collect"],
            "to": "review",
            "label": words("提交", "Hand in"),
            "by": ["sales", "system"],
            "when": {
                "all": [
                    {
                        "field": "docs.complete",
                        "op": "is_true",
                        "label": words("材料须齐全", "Documents must be complete"),
                    },
                    {"field": "case.place", "op": "in", "value": "${places.keys}"},
                ]
            },
        },
        {"key": "back", "from": ["review"], "to": "collect", "label": words("退回", "Back"), "by": ["reviewer"]},
        {
            "key": "decide",
            "from": ["review"],
            "to": "result",
            "label": words("决定", "Decide"),
            "by": ["reviewer"],
            "substate": "good",
            "outcome": "granted",
            "form": ["back"],
            "when": {"none": [{"field": "actor.prepared", "op": "is_true"}]},
        },
        {"key": "close", "from": ["result"], "to": "done", "label": words("结案", "Close"), "by": ["sales"]},
    ]


def _items() -> list[dict[str, Any]]:
    return [
        {
            "key": "passport",
            "name": words("护照", "Passport"),
            "requirement": words("有效期 ${months} 个月", "Valid for ${months} months"),
            "checks": [{"kind": "expiry_after", "field": "back", "months": "${months}"}],
        },
        {
            "key": "letter",
            "name": words("在职证明", "Letter"),
            "requirement": words("盖章", "With seal"),
            "required_when": {"all": [{"field": "applicant.type", "op": "eq", "value": "employed"}]},
        },
        {"key": "bank", "name": words("流水", "Bank"), "requirement": words("六个月", "6 months"), "group": "means"},
        {"key": "house", "name": words("房产", "House"), "requirement": words("本人", "Your own"), "group": "means"},
        {
            "key": "receipt",
            "name": words("回执", "Receipt"),
            "requirement": words("回执", "Receipt"),
            "per": "case",
            "proof": "true",
            "submit_by": "staff",
        },
    ]


def _rules() -> list[dict[str, Any]]:
    return [
        {
            "key": "complete",
            "name": words("齐全", "Complete"),
            "on": "ChecklistCompleted",
            "when": {"all": [{"field": "case.stage", "op": "eq", "value": "collect"}]},
            "then": [
                {"action": "advance_case", "args": {"trigger": "hand_in"}},
                {
                    "action": "create_task",
                    "args": {"role": "reviewer", "title": words("复核", "Review"), "due": "1d"},
                },
                {"action": "notify_client", "args": {"message": "hello"}},
            ],
        },
        {
            "key": "remind",
            "name": words("提醒", "Remind"),
            "at": {"anchor": "stage.due", "offset": "-1cd"},
            "then": [{"action": "notify_client", "args": {"message": "builtin_text"}}],
        },
    ]
