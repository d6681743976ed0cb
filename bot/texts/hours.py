"""The office's hours in words, from its calendar."""

from collections.abc import Sequence
from itertools import groupby

from bot.texts.catalogue import Texts
from core.engine.calendar import WorkingCalendar
from core.engine.hours import Segment


def hours_words(texts: Texts, calendar: WorkingCalendar, language: str) -> str:
    """ "Mon-Fri 9:00-12:00 and 13:30-18:00": days with the same hours together, closed days left out."""

    def say(key: str, **params: object) -> str:
        return texts.say(language, f"hours.{key}", params)

    parts = []
    for segments, days in groupby(range(7), lambda day: calendar.weekly[day]):
        first, *rest = days
        if not segments:
            continue
        whole = say("days", first=say(f"day_{first}"), last=say(f"day_{rest[-1]}")) if rest else say(f"day_{first}")
        parts.append(say("open", days=whole, times=say("and").join(_times(segments))))
    return say("then").join(parts)


def _times(segments: Sequence[Segment]) -> list[str]:
    return [f"{_clock(opens)}-{_clock(closes)}" for opens, closes in segments]


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
