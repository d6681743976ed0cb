"""The office's hours in words."""

import pytest

from bot.texts.catalogue import built_in
from bot.texts.hours import hours_words
from core.engine.calendar import WorkingCalendar

DAY, MORNING = [(540, 720), (810, 1080)], [(540, 720)]
TEXTS = built_in()


@pytest.mark.parametrize(
    "weekly,zh,en",
    [
        ([DAY] * 5 + [[], []], "周一至周五 9:00-12:00、13:30-18:00", "Mon-Fri 9:00-12:00 and 13:30-18:00"),
        ([DAY] * 5 + [MORNING, []], "周一至周五 9:00-12:00、13:30-18:00；周六 9:00-12:00", "; Sat 9:00-12:00"),
        (
            [[], MORNING, [], MORNING, MORNING, [], []],
            "周二 9:00-12:00；周四至周五 9:00-12:00",
            "Tue 9:00-12:00; Thu-Fri",
        ),
        ([[(0, 1440)]] * 7, "周一至周日 0:00-24:00", "Mon-Sun 0:00-24:00"),
    ],
)
def test_days_with_the_same_hours_stand_together(weekly: list[list[tuple[int, int]]], zh: str, en: str) -> None:
    calendar = WorkingCalendar("Asia/Shanghai", weekly)
    assert hours_words(TEXTS, calendar, "zh-CN") == zh
    assert en in hours_words(TEXTS, calendar, "en")
