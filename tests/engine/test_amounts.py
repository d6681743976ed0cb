"""Amounts as people write them: what is read, and what is sent back instead of being guessed."""

import pytest

from core.engine.amounts import read_amount

READ = {
    "1200": 120_000, "1200.5": 120_050, "1,200.50": 120_050, "1，200.50": 120_050, "1200元": 120_000,
    "￥1200": 120_000, "¥ 1,200": 120_000, "１２００": 120_000, "RMB 1200": 120_000, "1200 yuan": 120_000,
    "人民币1200元整": 120_000, "30万": 30_000_000, "3.5万元": 3_500_000, "0": 0, "1,234,567.89": 123_456_789,
}  # fmt: skip
NOT_READ = (
    "",
    "三千",
    "1,20",
    "12,00.5",
    "1200.505",
    "$1200",
    "1200 USD",
    "-5",
    "1200元左右",
    "1e3",
    "1.1234567万",
    "9" * 13,
)


@pytest.mark.parametrize(("text", "minor"), READ.items())
def test_what_people_write_is_read(text: str, minor: int) -> None:
    assert read_amount(text) == minor


@pytest.mark.parametrize("text", NOT_READ)
def test_what_is_no_amount_is_not_guessed(text: str) -> None:
    assert read_amount(text) is None
