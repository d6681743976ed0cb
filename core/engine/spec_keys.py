"""Keys: which are safe, which stand twice, and whether transitions lead from and to stages that exist."""

import re
from collections.abc import Iterator, Sequence

from core.engine.flow import Flow
from core.engine.pointer import join
from core.engine.spec_children import Child
from core.engine.spec_kinds import Choice
from core.engine.spec_papers import Field, Group, Item
from core.engine.spec_rules import Rule
from core.engine.spec_services import Service
from core.engine.spec_steps import Stage, Transition
from core.kit.errors import Problem

MAX_KEY = 48  # characters

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_CHOICE_KEY = re.compile(r"[a-z0-9][a-z0-9_]*")  # is stored and compared, never part of a fact's name

Named = (
    Sequence[Stage]
    | Sequence[Transition]
    | Sequence[Field]
    | Sequence[Item]
    | Sequence[Group]
    | Sequence[Rule]
    | Sequence[Child]
    | Sequence[Service]
)


def key_problems(flow: Flow) -> list[Problem]:
    """Unsafe and doubled keys everywhere, and transitions whose stages do not exist."""
    problems: list[Problem] = []
    lists: tuple[tuple[str, Named], ...] = (
        ("/stages", flow.stages),
        ("/transitions", flow.transitions),
        ("/fields", flow.fields),
        ("/items", flow.items),
        ("/groups", flow.groups),
        ("/rules", flow.rules),
        ("/children", flow.children),
        ("/services", flow.services),
    )
    for pointer, pieces in lists:
        problems += _keys([piece.key for piece in pieces], pointer, _KEY)
    for pointer, choices in choices_of(flow):
        problems += _keys([choice.key for choice in choices], pointer, _CHOICE_KEY)
    if not safe(flow.key):
        problems.append(unsafe("/key", flow.key))
    problems += _ends(flow)
    return problems


def safe(key: str) -> bool:
    """Whether a key may be part of a fact's name and of a file's name."""
    return len(key) <= MAX_KEY and _KEY.fullmatch(key) is not None


def choices_of(flow: Flow) -> Iterator[tuple[str, tuple[Choice, ...]]]:
    """Every list of choices with its pointer."""
    yield "/applicant_types", flow.applicant_types
    yield "/reasons", flow.reasons
    for index, stage in enumerate(flow.stages):
        yield join("/stages", index, "substates"), stage.substates
    for index, field in enumerate(flow.fields):
        yield join("/fields", index, "choices"), field.choices


def _keys(keys: Sequence[str], pointer: str, pattern: re.Pattern[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        at = join(pointer, index, "key")
        if len(key) > MAX_KEY or pattern.fullmatch(key) is None:
            yield unsafe(at, key)
        if key in seen:
            zh, en = f"“{key}”出现了两次，键必须唯一。", f'"{key}" stands twice; keys must differ.'
            yield Problem(at, "flow.duplicate", {"zh-CN": zh, "en": en})
        seen.add(key)


def unsafe(pointer: str, key: str) -> Problem:
    """A key that may stand in no fact's name and no file's."""
    zh = f"键“{key[:60]}”只能用小写字母、数字和下划线，以字母开头，不超过 {MAX_KEY} 个字符。"
    en = (
        f'The key "{key[:60]}" may hold a-z, 0-9 and _, must begin with a letter and have at most {MAX_KEY} characters.'
    )
    return Problem(pointer, "flow.unsafe_key", {"zh-CN": zh, "en": en})


def _ends(flow: Flow) -> Iterator[Problem]:
    stages = {stage.key for stage in flow.stages}
    for index, each in enumerate(flow.transitions):
        for place, source in enumerate(each.from_stages):
            if source not in stages:
                yield unknown("stage", source, join("/transitions", index, "from", place))
        if each.to not in stages:
            yield unknown("stage", each.to, join("/transitions", index, "to"))


_NOUNS = {
    "stage": "阶段",
    "substate": "子状态",
    "field": "字段",
    "item": "材料",
    "group": "材料组",
    "role": "角色",
    "action": "动作",
    "event": "事件",
    "message": "消息",
    "anchor": "时间基准",
    "transition": "操作",
    "choice": "选项",
    "language": "语言",
    "department": "部门",
    "child": "子案件",
    "flow": "流程",
    "type": "申请人类型",
    "service": "服务",
}


def unknown(noun: str, name: str, pointer: str, hint: tuple[str, str] = ("", "")) -> Problem:
    """A name that nothing answers to; ``hint`` is a further sentence in zh-CN and en."""
    zh = f"没有名为“{name}”的{_NOUNS[noun]}。{hint[0]}"
    en = f'There is no {noun} "{name}". {hint[1]}'.rstrip()
    return Problem(pointer, f"flow.unknown_{noun}", {"zh-CN": zh, "en": en})
