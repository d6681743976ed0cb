"""The pause of a stage's limit as people say it."""

from collections.abc import Mapping
from typing import Any, Final

from core.engine.flow_diff_words import LISTED
from core.engine.text import Words, pick

_WHILE: Final = {"zh-CN": "处于{substates}时暂停", "en": "while in {substates}"}
_WRITES: Final = {"zh-CN": "，客户来信后继续", "en": ", until the client writes"}
_RESUME: Final = {"zh-CN": "并转为{substate}", "en": ", then in {substate}"}


def pause_words(pause: Mapping[str, Any], substates: Mapping[str, Words], language: str) -> str:
    """``pause`` is JSON, as the flow is dumped; ``substates``: what they are called, by key."""

    def called(key: str) -> str:
        return pick(substates[key], language) if key in substates else key

    said = _WHILE[language].format(substates=LISTED[language].join(called(key) for key in pause["substates"]))
    if pause["until"] is not None:
        said += _WRITES[language]
    if pause["resume"] is not None:
        said += _RESUME[language].format(substate=called(pause["resume"]))
    return said
