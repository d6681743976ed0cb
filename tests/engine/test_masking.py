"""Masks: enough to recognise one's own value, never enough to use it, and a short value not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.masking import mask_value

KINDS = ["phone", "passport", "id_number", "email", "name", "account", "something else"]


@pytest.mark.parametrize(
    "kind, value, masked",
    [
        ("phone", "13812345678", "138****5678"),
        ("phone", "+86 138-1234-5678", "138****5678"),
        ("phone", "+81 90 1234 5678", "819****5678"),
        ("phone", "8610123456", "86****56"),
        ("phone", "86912345678", "869****5678"),
        ("phone", "4420712345678", "442****5678"),
        ("phone", "23456789", "23****89"),
        ("phone", "1234567", "****"),
        ("phone", "abc", "****"),
        ("passport", "E12345678", "E****678"),
        ("passport", " ea 1234567 ", "e****567"),
        ("passport", "E1234567", "E****567"),
        ("passport", "E123456", "****"),
        ("id_number", "110101199003074477", "110****4477"),
        ("id_number", "11010119900307001X", "110****001X"),
        ("id_number", "110101900307447", "110****7447"),
        ("id_number", "11010190030744", "****"),
        ("email", "zhangsan@example.com", "z****@example.com"),
        ("email", "abc@example.com", "a****@example.com"),
        ("email", "ab@example.com", "****@example.com"),
        ("email", "no address", "****"),
        ("email", "@example.com", "****"),
        ("email", "someone@", "****"),
        ("name", "张三", "张*"),
        ("name", "欧阳小明", "欧***"),
        ("name", "张", "*"),
        ("name", "Li Si", "L*** S***"),
        ("name", "X Li", "* L***"),
        ("account", "6222021234567890123", "****0123"),
        ("account", "622202123456", "****3456"),
        ("account", "62220212345", "****"),
        ("address", "1 Demo Street", "****"),
    ],
)
def test_masks(kind: str, value: str, masked: str) -> None:
    assert mask_value(kind, value) == masked


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_stays_nothing(kind: str) -> None:
    assert mask_value(kind, "") == ""
    assert mask_value(kind, "  ") == ""


@given(st.sampled_from(KINDS), st.text(min_size=1, max_size=40))
def test_a_mask_is_never_the_value(kind: str, value: str) -> None:
    masked = mask_value(kind, value)
    if value.strip():
        assert "*" in masked
        assert masked != value or set(value) <= set("* ")


@given(
    st.sampled_from(["phone", "passport", "id_number", "account"]),
    st.text("0123456789X", min_size=1, max_size=25),
)
def test_no_more_than_seven_characters_of_a_number_are_left_and_two_fifths_are_hidden(kind: str, value: str) -> None:
    left = mask_value(kind, value).replace("*", "")
    assert len(left) <= 7
    assert len(left) <= 0.65 * len(value)
