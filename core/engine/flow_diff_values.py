"""A value of a flow as people say it: names instead of keys, conditions and actions as sentences."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from core.engine.approval_words import approval_words, rest_words
from core.engine.condition_words import condition_words
from core.engine.conditions import ConditionSpec
from core.engine.flow import Flow
from core.engine.flow_diff_moments import moments_words
from core.engine.flow_diff_names import VALUES
from core.engine.flow_diff_pauses import pause_words
from core.engine.flow_diff_words import LISTED
from core.engine.formula_words import formula_words
from core.engine.spec_approvals import Approval
from core.engine.spec_formulas import Formula
from core.engine.text import LANGUAGES, Words, pick

_NOTHING: Final = {"zh-CN": "无", "en": "none"}
_TRUTH: Final = {True: {"zh-CN": "是", "en": "yes"}, False: {"zh-CN": "否", "en": "no"}}
_ALWAYS: Final = {"zh-CN": "无条件", "en": "always"}

_HANDOVER: Final = {
    "to": {"zh-CN": "接收角色", "en": "to"},
    "form": {"zh-CN": "交接单", "en": "form"},
    "accept": {"zh-CN": "接收后", "en": "when accepted"},
    "return": {"zh-CN": "退回后", "en": "when returned"},
}


class Values:
    """Says the values of one flow. They are JSON, as the flow is dumped."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        stages = {stage.key: stage.name for stage in flow.stages}
        fields = {field.key: field.name for field in flow.fields}
        self._named: Mapping[str, Mapping[str, Words]] = {
            "from": stages,
            "to": stages,
            "part_of": stages,
            "lapses_before": stages,
            "exit_form": fields,
            "handover.form": fields,
            "step": {each.key: each.label for each in flow.transitions},
            "form": fields,
            "group": {group.key: group.name for group in flow.groups},
            "substate": {choice.key: choice.name for stage in flow.stages for choice in stage.substates},
        }

    def said(self, kind: str, name: str, value: Any, *, labels: bool = True) -> Words:
        """An attribute's value in both languages; ``labels``: conditions in their author's words where he wrote some.
        ``kind``: of the thing, as in ``flow_diff_words.Thing``."""
        if name in ("when", "required_when"):
            spec = None if value is None else ConditionSpec.model_validate(value)
            return condition_words(self._flow, spec, labels=labels) or _ALWAYS
        if name == "handover" and value is not None:
            return _each(lambda language: self._handover(value, language))
        if name == "compute" and value is not None:
            formula = Formula.model_validate(value)
            return _each(lambda language: formula_words(self._flow, formula, language))
        if name == "pause" and value is not None:
            return _each(lambda language: pause_words(value, self._named["substate"], language))
        if name == "approval" and value is not None:
            return self._approval(Approval.model_validate(value))
        if kind == "rules" and name == "at" and value is not None:
            return moments_words(self._flow, value)
        if kind == "rules" and name == "then":
            return _each(lambda language: LISTED[language].join(_action(call, language) for call in value))
        return _each(lambda language: self._plain(name, value, language))

    def _approval(self, approval: Approval) -> Words:
        labels = {each.key: each.label for each in self._flow.transitions}
        owner = {"zh-CN": "负责角色", "en": "the role in charge"}

        def said(language: str) -> str:
            def step(key: str) -> str:
                return pick(labels.get(key, {}), language) or key

            how = approval_words(approval, owner[language], str, language)
            return how + ("；" if language == "zh-CN" else "; ") + rest_words(approval, str, step, language)

        return _each(said)

    def _handover(self, value: Mapping[str, Any], language: str) -> str:
        joint, between = ("：", "；") if language == "zh-CN" else (": ", "; ")
        says = {
            _HANDOVER["to"][language]: str(value["to"]),
            _HANDOVER["form"][language]: self._plain("handover.form", value["form"], language),
            _HANDOVER["accept"][language]: self._plain("step", value["accept"], language),
            _HANDOVER["return"][language]: self._plain("step", value["return"], language),
        }
        return between.join(f"{key}{joint}{each}" for key, each in says.items())

    def _plain(self, name: str, value: Any, language: str) -> str:
        if value is None or value in ("", {}):
            return _NOTHING[language]
        if isinstance(value, dict) and set(value) <= set(LANGUAGES):
            return pick(value, language)
        if isinstance(value, dict):
            return _pairs(value, language, lambda each: self._plain("", each, language))
        if isinstance(value, list):
            return LISTED[language].join(self._plain(name, each, language) for each in value) or _NOTHING[language]
        if isinstance(value, bool):
            return _TRUTH[value][language]
        named = VALUES.get((name, str(value))) or self._named.get(name, {}).get(str(value))
        return str(value) if named is None else pick(named, language)


def _each(say: Callable[[str], str]) -> Words:
    return {language: say(language) for language in LANGUAGES}


def _action(call: Mapping[str, Any], language: str) -> str:
    named = VALUES.get(("action", call["action"]))
    name = call["action"] if named is None else named[language]
    args = _pairs(call["args"], language, lambda each: _argument(each, language))
    return f"{name}（{args}）" if language == "zh-CN" else f"{name} ({args})"


def _argument(value: Any, language: str) -> str:
    if isinstance(value, dict):
        return pick(value, language)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return LISTED[language].join(str(each) for each in value)
    return str(value)


def _pairs(values: Mapping[str, Any], language: str, say: Callable[[Any], str]) -> str:
    joint = "：" if language == "zh-CN" else ": "
    return LISTED[language].join(f"{key}{joint}{say(each)}" for key, each in values.items())
