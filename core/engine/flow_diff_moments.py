"""What people call the moments of a rule about time."""

from collections.abc import Mapping
from typing import Any, Final

from core.engine.flow import Flow
from core.engine.flow_diff_names import VALUES
from core.engine.flow_diff_words import LISTED
from core.engine.moments import Source, source_of
from core.engine.offsets import Offset
from core.engine.spec_rules import At
from core.engine.text import LANGUAGES, Words, pick

_ANCHORS: Final[Mapping[Source, Words]] = {
    "limit": {"zh-CN": "阶段时限", "en": "the stage's limit"},
    "entered": {"zh-CN": "进入阶段", "en": "the stage is entered"},
    "opened": {"zh-CN": "开始办理", "en": "the case is opened"},
    "closed": {"zh-CN": "办理结束", "en": "the case has ended"},
    "effective": {"zh-CN": "合同生效", "en": "the contract takes effect"},
}
_AGAIN: Final = {"zh-CN": "可重新开始", "en": "may start anew"}
_AFTER_END: Final = {"zh-CN": "办理结束后仍执行", "en": "also when the case has ended"}


def moments_words(flow: Flow, value: Mapping[str, Any]) -> Words:
    """``value``: an ``at`` as a flow is dumped."""
    at = At.model_validate(value)
    return {language: _said(flow, at, language) for language in LANGUAGES}


def _said(flow: Flow, at: At, language: str) -> str:
    zh = language == "zh-CN"
    parts = [LISTED[language].join(_moment(flow, at.anchor, offset, language) for offset in at.moments)]
    if at.every is not None:
        span = at.every.words()[language]
        parts.append(f"每 {span}一次，最多 {at.times} 次" if zh else f"every {span}, {at.times} times at most")
    if at.in_stages:
        named = {stage.key: pick(stage.name, language) for stage in flow.stages}
        names = LISTED[language].join(named.get(key, key) for key in at.in_stages)
        parts.append(f"仅在阶段：{names}" if zh else f"only in: {names}")
    if at.until:
        kinds = LISTED[language].join(VALUES.get(("on", kind), {}).get(language, kind) for kind in at.until)
        parts.append(f"直到：{kinds}" if zh else f"until: {kinds}")
    parts += [_AGAIN[language]] if at.again else []
    parts += [_AFTER_END[language]] if at.after_end else []
    return ("；" if zh else "; ").join(parts)


def _moment(flow: Flow, anchor: str, offset: Offset, language: str) -> str:
    source = source_of(flow, anchor)
    words = _ANCHORS.get(source, {}) if source is not None else {}
    of = pick(words or flow.fact_names.get(anchor, {}), language) or anchor
    zh, span, early = language == "zh-CN", offset.words()[language], offset.amount < 0
    if not offset.amount:
        return f"{of}当时" if zh else f"at {of}" if source in ("limit", "field") else f"when {of}"
    return f"{of}{'前' if early else '后'} {span}" if zh else f"{span} {'before' if early else 'after'} {of}"
