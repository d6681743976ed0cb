"""Words of people that are made to be read slowly: every reader of a chat takes them in a moment."""

import time
from collections.abc import Callable
from typing import Any, Final

import pytest

from bot.dialogs import delegating, form, stays, survey
from core.engine.amounts import read_amount
from core.engine.flow import Field, Flow

LONG: Final = 20_000  # characters; no channel takes more in one message
MOMENT: Final = 0.5  # seconds: what grows with the square or the cube of the length takes many times as long
BLANKS: Final = " " * LONG
STAYS: Final = Field.model_validate(
    {
        "key": "away",
        "name": {"zh-CN": "停留", "en": "Stays"},
        "type": "stays",
        "choices": [{"key": "fr", "name": {"zh-CN": "法国", "en": "France"}}],
    }
)


def _stays(text: str) -> Any:
    return stays.heard(STAYS, text)


WORST: Final[list[tuple[Callable[[str], Any], str]]] = [
    (_stays, f"2024-1-1{BLANKS}x"),
    (_stays, f"2024{BLANKS}-1{BLANKS}-1{BLANKS}x"),
    (_stays, "2024-1-1" + "—" * LONG + "x"),
    (_stays, "2024-1-1 至 " * (LONG // 11)),
    (_stays, "1" * LONG),
    (_stays, "从 " * (LONG // 2) + "x"),
    (_stays, "2024-1-1 2024-1-2 fr;" * (LONG // 21)),
    (read_amount, f"1{BLANKS}x"),
    (read_amount, "1" + ",111" * (LONG // 4)),
    (read_amount, "ﷺ" * LONG),
    (survey.RATING.fullmatch, f"rate{BLANKS}x"),
    (form._ITEMS.fullmatch, f"1{BLANKS}"),
    (form._ITEMS.fullmatch, "1 ," * (LONG // 3)),
    (delegating._DAYS.search, f"2026-3-1{BLANKS}3{BLANKS}"),
]


@pytest.mark.parametrize(("read", "text"), WORST)
def test_the_slowest_words_are_read_in_a_moment(read: Callable[[str], Any], text: str) -> None:
    began = time.perf_counter()
    read(text)
    assert time.perf_counter() - began < MOMENT


def test_what_looks_like_digits_and_is_none_is_no_amount() -> None:
    assert [read_amount(text) for text in ("10²", "5①", "½", "١٢٠٠", "1 2")] == [None, None, None, 120_000, None]


def test_blanks_of_any_kind_and_number_part_a_stay_and_no_more_lines_are_read_than_may_be_kept() -> None:
    wanted = {"from": "2026-05-01", "to": "2026-05-07", "place": "fr"}
    assert _stays("\u3000 2026年 5 月 1日   ~\u00a0\t 5月7日   法国") == [wanted]
    assert len(_stays("x\n" * 500)) == 61


def test_of_many_mistakes_in_one_answer_the_first_ones_are_told() -> None:
    flow = Flow.model_construct(fields=(STAYS,))
    _, value, wrong = form.read(flow, {"fields": ["away"]}, "2024-01-02 到 2024-01-01 火星\n" * 60)
    assert (len(value), len(wrong)) == (60, form.MOST_TOLD)  # type: ignore[arg-type]  # a list of stays
