"""Texts: only allowed names are filled, values stay what they are, and nothing is evaluated."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.text import bar, check_template, fill, pick, placeholders

ALLOWED = frozenset(["name", "stage", "n", "list"])
ANY_TEXT = st.text(max_size=200)
PLAIN = st.text(st.characters(exclude_characters="{}"), max_size=30)


class Secretive:
    """A value with things on it that a template must never reach."""

    secret = "s3cret"

    def __init__(self) -> None:
        self.inner = {"key": "s3cret"}

    def __str__(self) -> str:
        return "shown"

    def __format__(self, spec: str) -> str:
        return "s3cret"


@given(
    st.lists(st.tuples(PLAIN, st.sampled_from(sorted(ALLOWED)))),
    PLAIN,
    st.dictionaries(st.sampled_from(sorted(ALLOWED)), ANY_TEXT),
)
def test_a_template_is_its_parts_with_the_values_put_in_as_they_are(
    parts: list[tuple[str, str]], tail: str, params: dict[str, str]
) -> None:
    template = "".join(f"{literal}{{{name}}}" for literal, name in parts) + tail
    expected = "".join(literal + params.get(name, "") for literal, name in parts) + tail
    assert fill(template, params, ALLOWED) == expected


@given(ANY_TEXT)
def test_a_text_without_placeholders_stays_as_it_is(text: str) -> None:
    if not placeholders(text):
        assert fill(text, dict.fromkeys(ALLOWED, "filled"), ALLOWED) == text


@pytest.mark.parametrize("value", ["{n}", "{{n}}", "{name}", "%s", "{0.__class__}", "\\g<0>", "${n}", "{n!r:>100}"])
def test_what_a_client_wrote_is_never_filled_again(value: str) -> None:
    assert fill("a {name} b {n}", {"name": value, "n": 7}, ALLOWED) == f"a {value} b 7"


def test_absent_and_none_become_nothing_and_other_values_their_text() -> None:
    assert fill("[{name}|{stage}|{n}|{list}]", {"stage": None, "n": 0, "list": Secretive()}, ALLOWED) == "[||0|shown]"


def test_a_name_that_is_not_allowed_stays_written_even_if_it_has_a_value() -> None:
    assert fill("{name} {phone}", {"name": "张三", "phone": "13800000000"}, ALLOWED) == "张三 {phone}"


ROOTS = ["name", "n", "self", "params", "__builtins__", "0", ""]
TAILS = [
    ".__class__",
    ".__class__.__mro__[1].__subclasses__()",
    ".__init__.__globals__[os].environ",
    ".secret",
    ".inner[key]",
    "[0]",
    "['key']",
    "!r",
    "!s:>999999999",
    ":>999999999",
    ":{0}",
    "|upper",
    "|attr('secret')",
    "()",
    " + 1",
    " if 1 else 2",
    "%s",
    " ",
]
SHAPES = ["{%s}", "{{%s}}", "{{ %s }}", "{%% %s %%}", "{{{%s}}}", "${%s}", "#{%s}", "<%%= %s %%>"]
PAYLOADS = [shape % (root + tail) for shape, root, tail in itertools.product(SHAPES, ROOTS, TAILS)]


def test_no_template_injection_is_evaluated() -> None:
    assert len(set(PAYLOADS)) >= 500
    for payload in PAYLOADS:
        written = fill(f"a {payload} b", {"name": Secretive(), "n": Secretive()}, ALLOWED)
        assert written == f"a {payload} b"


def test_every_injection_payload_is_told_to_its_author() -> None:
    silent = [p for p in PAYLOADS if "{" in p and not check_template(p, ALLOWED, "/messages/x/en")]
    assert silent == []


def test_problems_of_a_template_point_at_it_in_both_languages() -> None:
    problems = check_template("{name} {phone} {no good} {id}", ALLOWED, "/messages/hi/en")
    assert [problem.code for problem in problems] == ["text.placeholder", "text.placeholder", "text.brace"]
    assert {problem.pointer for problem in problems} == {"/messages/hi/en"}
    assert "{id}" in problems[0].message["en"]
    assert "allowed: {list}、{n}、{name}、{stage}" in problems[0].message["en"]
    assert check_template("{id}", [], "")[0].message["en"].endswith("allowed: -")
    assert "{phone}" in problems[1].message["zh-CN"]
    assert "{no good}" in problems[2].message["zh-CN"]
    assert all(set(problem.message) == {"zh-CN", "en"} for problem in problems)


def test_a_good_template_has_no_problems_and_names_its_placeholders() -> None:
    template = "您好 {name}，还差 {n} 项：{list}"
    assert check_template(template, ALLOWED, "") == []
    assert placeholders(template) == {"name", "n", "list"}


@pytest.mark.parametrize(
    "language, expected",
    [
        ("zh-CN", "你好"),
        ("zh", "你好"),
        ("zh-hans", "你好"),
        ("zh-TW", "你好"),
        ("en", "Hello"),
        ("en-GB", "Hello"),
        ("en_US", "Hello"),
        ("EN", "Hello"),
        ("ja", "你好"),
        ("", "你好"),
    ],
)
def test_pick_takes_the_language_or_falls_back(language: str, expected: str) -> None:
    assert pick({"en": "Hello", "zh-CN": "你好"}, language) == expected


def test_pick_takes_what_there_is() -> None:
    assert pick({"en": "Hello"}, "zh-CN") == "Hello"
    assert pick({"zh-CN": "", "en": "Hello"}, "zh-CN") == "Hello"
    assert pick({"ja": "こんにちは", "en": "Hello"}, "ja") == "こんにちは"
    assert pick({}, "en") == ""


@pytest.mark.parametrize(
    "percent, drawn",
    [
        (0, "▱▱▱▱▱▱▱▱▱▱ 0%"),
        (9.9, "▱▱▱▱▱▱▱▱▱▱ 9%"),
        (30, "▰▰▰▱▱▱▱▱▱▱ 30%"),
        (99.9, "▰▰▰▰▰▰▰▰▰▱ 99%"),
        (100, "▰▰▰▰▰▰▰▰▰▰ 100%"),
        (-5, "▱▱▱▱▱▱▱▱▱▱ 0%"),
        (140, "▰▰▰▰▰▰▰▰▰▰ 100%"),
    ],
)
def test_the_bar_is_full_only_at_the_end(percent: float, drawn: str) -> None:
    assert bar(percent) == drawn
